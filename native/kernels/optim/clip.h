// What gradient clipping needs: norms of whole arrays, scaling and clamping in place. T is float or double.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/**
 * The sum of |x|^p over x[0, n), or for p = infinity the largest |x| (NaN when one is). Blocks of fixed size are summed
 * on their own and their sums added in double, in order: the bits don't depend on the number of threads.
 */
LUTRA_KERNEL(sumOfPowers, double(const T* x, int64_t n, double p));

/** x *= factor */
LUTRA_KERNEL(scaleInPlace, void(T* x, int64_t n, double factor));

/** x = min(max(x, -limit), limit); NaN stays NaN. */
LUTRA_KERNEL(clampInPlace, void(T* x, int64_t n, double limit));

}  // namespace lutra
