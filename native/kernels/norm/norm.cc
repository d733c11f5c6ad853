#include "kernels/norm/norm.h"

#include "memory/write_around.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/norm/norm.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(normalise, norms::normalise<T>)
LUTRA_FLOAT_KERNEL(normaliseBackward, norms::normBackward<T>)

}  // namespace lutra
