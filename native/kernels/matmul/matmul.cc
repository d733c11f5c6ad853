#include "kernels/matmul/matmul.h"

#include <atomic>

#include "memory/caches.h"
#include "memory/prefetch.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/matmul/matmul.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(multiply, multiply<T>)
LUTRA_FLOAT_KERNEL(multiplyBatches, multiplyBatches<T>)
LUTRA_FLOAT_KERNEL(packedElements, packedElements<T>)
LUTRA_FLOAT_KERNEL(packMatrix, packMatrix<T>)
LUTRA_FLOAT_KERNEL(columnSums, columnSums<T>)

}  // namespace lutra
