#include "kernels/optim/adafactor.h"

#include <vector>

#include "kernels/optim/clip.h"

#define LUTRA_KERNEL_SOURCE "kernels/optim/adafactor.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(adafactorMatrix, adafactorMatrix<T>)
LUTRA_FLOAT_KERNEL(adafactorVector, adafactorVector<T>)

}  // namespace lutra
