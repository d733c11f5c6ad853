#include "kernels/norm/similarity.h"

#define LUTRA_KERNEL_SOURCE "kernels/norm/similarity.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(cosines, similarity::cosines<T>)

LUTRA_FLOAT_KERNEL(cosinesBackward, similarity::cosinesBackward<T>)

}  // namespace lutra
