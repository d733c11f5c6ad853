#include "kernels/rows/gather.h"

#include <atomic>

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"
#include "memory/write_around.h"

#define LUTRA_KERNEL_SOURCE "kernels/rows/gather.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(gatherRows, gatherRows<T>)

LUTRA_FLOAT_KERNEL(scatterAddRows, scatterAddRows<T>)

LUTRA_FLOAT_KERNEL(scatterRows, scatterRows<T>)

LUTRA_FLOAT_KERNEL(coalesceRows, coalesceRows<T>)

LUTRA_FLOAT_KERNEL(renormRows, renormRows<T>)

}  // namespace lutra
