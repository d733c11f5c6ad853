// Cosines of the angles between rows.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** Rows of n in pairs: a step of n from one to the next, or of 0 where one row serves all pairs. */
template <class T>
struct RowPairs {
  const T *a, *b;
  int64_t stepA, stepB;
  int64_t rows, n;
};

/** cosines[i] = a·b / (max(‖a‖, eps) max(‖b‖, eps)); lengths [rows, 2] = the norms of both, for backward. */
LUTRA_KERNEL(cosines, void(T* cosines, T* lengths, const RowPairs<T>& pairs, double eps));

/**
 * The gradients [rows, n] of the rows of a and of b from that of the cosines; either may be null. The gradient of a
 * norm is its own, also where eps replaces it, and 0 at 0.
 */
LUTRA_KERNEL(cosinesBackward, void(T* da, T* db, const T* grad, const T* cosines, const T* lengths,
                                   const RowPairs<T>& pairs, double eps));

}  // namespace lutra
