// Runs of equal neighbours, and how often numbers occur. One version for all instruction sets.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/**
 * The first element of each run of equal neighbours to values, which has room for n; returns how many there are. Where
 * they are given, inverse [n] gets the run of each element, and counts, room for n, the length of each run. A NaN is a
 * run of its own. T is float, double, int32_t or uint8_t.
 */
LUTRA_KERNEL(findRuns, int64_t(T* values, int32_t* inverse, int32_t* counts, const T* x, int64_t n));

struct NumberRange {
  int64_t least;
  int64_t most;
};

/** The least and the largest of n > 0 integers. T is int32_t or uint8_t. */
LUTRA_KERNEL(numberRange, NumberRange(const T* x, int64_t n));

/** out [length], all of it: how often each of 0, 1, ... occurs in x; numbers beyond are left out. */
LUTRA_KERNEL(countNumbers, void(int32_t* out, int64_t length, const T* x, int64_t n));

/** out[x[i]] += weights[i], i ascending; T is float or double. */
LUTRA_KERNEL(weighNumbers, void(T* out, int64_t length, const int32_t* x, const T* weights, int64_t n));

}  // namespace lutra
