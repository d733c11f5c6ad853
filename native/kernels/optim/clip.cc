#include "kernels/optim/clip.h"

#include <vector>

#define LUTRA_KERNEL_SOURCE "kernels/optim/clip.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(sumOfPowers, sumOfPowers<T>)
LUTRA_FLOAT_KERNEL(scaleInPlace, scaleInPlace<T>)
LUTRA_FLOAT_KERNEL(clampInPlace, clampInPlace<T>)

}  // namespace lutra
