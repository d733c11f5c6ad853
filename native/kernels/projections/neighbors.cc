#include "kernels/projections/neighbors.h"

#include <vector>

#include "kernels/matmul/matmul.h"
#include "memory/scratch.h"

namespace lutra {
namespace {

template <class T>
constexpr T kOnes[64] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

}  // namespace
}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/projections/neighbors.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(halfSquaredLengths, neighbors::halfSquaredLengths<T>)
LUTRA_FLOAT_KERNEL(scanRows, neighbors::scanRows<T>)
LUTRA_FLOAT_KERNEL(scanQueries, neighbors::scanQueries<T>)
LUTRA_FLOAT_KERNEL(nearestRows, neighbors::nearestRows<T>)
LUTRA_FLOAT_KERNEL(ranksOfRows, neighbors::ranksOfRows<T>)

}  // namespace lutra
