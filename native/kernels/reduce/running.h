// Running products and extremes of contiguous arrays seen as [outer, n, inner], along the middle. One version for all
// instruction sets: a lane's results wait for each other, so that several lanes at a time are what helps.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** out[o, k, i] = the product of x[o, j, i] for j <= k, which runs in double. T is float or double. */
LUTRA_KERNEL(runningProducts, void(T* out, const T* x, int64_t outer, int64_t n, int64_t inner));

/**
 * The largest (or smallest) of x[o, j, i] for j <= k, and where it is: the last of equals. A NaN stays, but for a later
 * one. T is float, double, int32_t or uint8_t.
 */
LUTRA_KERNEL(runningExtremes,
             void(T* values, int32_t* indices, const T* x, bool largest, int64_t outer, int64_t n, int64_t inner));

}  // namespace lutra
