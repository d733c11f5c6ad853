// Reductions of contiguous arrays seen as [outer, reduce, inner], along the middle; outputs are [outer, inner].
//
// Sums add up blocks of fixed size pairwise, so that the error grows with the logarithm of the length, and the bits
// depend neither on the number of threads nor on how the work was split.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

// With sum: sum of x; sumAbs: |x|; sumSquares: x^2; sumPowers: |x|^p; sumNonzero: how many x != 0; sumNumbers: x,
// without NaN; deviations: (x - center)^2. max and min are NaN when any element is; maxAbs and minAbs are those of |x|.
enum class ReduceOp : int {
  sum,
  sumAbs,
  sumSquares,
  sumPowers,
  sumNonzero,
  sumNumbers,
  deviations,
  prod,
  max,
  min,
  maxAbs,
  minAbs,
  count
};

/**
 * out[o, i] = (reduction over r of x[o, r, i]) / divisor; T is float or double. p is the power of sumPowers; center, of
 * the output's shape, is read by deviations only. An empty sum is 0, an empty prod 1; the others need reduce > 0.
 */
LUTRA_KERNEL(reduce, void(T* out, const T* x, const T* center, ReduceOp op, double p, double divisor, int64_t outer,
                          int64_t reduce, int64_t inner));

/**
 * Sum, prod, max or min of int32 or uint8 elements, exact in 64 bits. Returns -1 when all results fit int32, else the
 * position of the first output that does not (then out's content is unspecified).
 */
LUTRA_KERNEL(reduceIntegers,
             int64_t(int32_t* out, const T* x, ReduceOp op, int64_t outer, int64_t reduce, int64_t inner));

/** The largest (or smallest) value and where it is: the first of equals, and the first NaN before all. reduce > 0. */
LUTRA_KERNEL(extremes,
             void(T* values, int32_t* indices, const T* x, bool largest, int64_t outer, int64_t reduce, int64_t inner));

/** Whether all (or any) elements differ from zero. T is any element type. */
LUTRA_KERNEL(allOrAny, void(uint8_t* out, const T* x, bool all, int64_t outer, int64_t reduce, int64_t inner));

/** out[o, r, i] = sum of x[o, k, i] for k <= r (k >= r when reverse); float sums run in double. */
LUTRA_KERNEL(cumulativeSum, void(T* out, const T* x, bool reverse, int64_t outer, int64_t reduce, int64_t inner));

}  // namespace lutra
