#include "kernels/pooling/pool1d.h"

#include <atomic>

#define LUTRA_KERNEL_SOURCE "kernels/pooling/pool1d.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(maxPool, pooling::maxPool<T>)
LUTRA_FLOAT_KERNEL(maxPoolBackward, pooling::maxPoolBackward<T>)
LUTRA_FLOAT_KERNEL(averagePool, pooling::averagePool<T>)
LUTRA_FLOAT_KERNEL(averagePoolBackward, pooling::averagePoolBackward<T>)

}  // namespace lutra
