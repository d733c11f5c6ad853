// Sorting along the middle of contiguous arrays seen as [outer, n, inner]. NaN counts as greater than every number, as
// in PyTorch; equal elements keep their order. T is float, double, int32 or uint8.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/**
 * The k largest (or smallest) of each, best first: values[o, r, i] = x[o, indices[o, r, i], i]; both outputs are
 * [outer, k, inner], 0 <= k <= n. With k = n, the whole sort, descending (or ascending).
 */
LUTRA_KERNEL(topk, void(T* values, int32_t* indices, const T* x, int64_t k, bool largest, int64_t outer, int64_t n,
                        int64_t inner));

}  // namespace lutra
