// Sums, means and maxima of a table's rows over bags of indices, without the rows ever being gathered. Matrices are
// dense and row-major. Indices must have passed findBadIndex; one that has changed since is skipped, never followed.
//
// A table stores T = float or double itself, or in fewer bits (S): 16-bit floats by their bits, or int8 with a factor
// for each row; those are widened to float as they are read.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

struct Float16Bits {
  uint16_t bits;
};
struct BFloat16Bits {
  uint16_t bits;
};

/** The type that a table of S is computed in. */
template <class S>
struct Computed {
  using Type = float;
};
template <>
struct Computed<double> {
  using Type = double;
};
template <class S>
using ComputedType = typename Computed<S>::Type;

/** A table [rows, dim]: row r is values[r, :], times factor[r] where there are factors (int8 only, else null). */
template <class S>
struct StoredTable {
  const S* values;
  const float* factor;
  int64_t rows;
  int64_t dim;
};

/**
 * Bag b holds the tokens begin[b] … begin[b + 1] - 1 of indices; begin is [bags + 1], ascending and within the list.
 * Tokens that are `padding` (-1: none) count for nothing.
 */
struct Bags {
  const int32_t* indices;
  const int64_t* begin;
  int64_t bags;
  int64_t padding;
};

/** out[i, :] = table[indices[i], :], widened; out is [count, dim]. S: a type of fewer bits. */
LUTRA_KERNEL(gatherStored, void(float* out, const StoredTable<T>& table, const int32_t* indices, int64_t count));

/**
 * out[b, :] = Σ weights[i] * table[indices[i], :] over the bag's tokens in order, with mean divided by their number;
 * empty bags give zeros. weights: [tokens], null means 1.
 */
LUTRA_KERNEL(bagSums, void(ComputedType<T>* out, const StoredTable<T>& table, const Bags& bags,
                           const ComputedType<T>* weights, bool mean));

/**
 * out[b, j] = the largest table[indices[i], j] over the bag's tokens, zeros for empty bags; winner[b, j], unless null,
 * is the first token that has it, or -1. As in PyTorch a NaN wins only as the first token.
 */
LUTRA_KERNEL(bagMaxima, void(ComputedType<T>* out, int32_t* winner, const StoredTable<T>& table, const Bags& bags));

/** out[i] = gradient[b, :] · table[indices[i], :] for each token i of each bag b; 0 for padding. gradient: [bags, dim].
 */
LUTRA_KERNEL(bagWeightGradients, void(T* out, const T* gradient, const StoredTable<T>& table, const Bags& bags));

/**
 * The gradient of bagSums as a list of rows (gather.h): for each token but padding, in order, its index, the bag it is
 * in and what its bag's gradient counts for it: its weight (null: 1), with mean divided by the bag's number of tokens.
 * outIndices, source and scale have room for all tokens. Returns how many there are.
 */
LUTRA_KERNEL(bagTokens,
             int64_t(int32_t* outIndices, int32_t* source, T* scale, const Bags& bags, const T* weights, bool mean));

/** out[place[winner[b, j]], j] += gradient[b, j], where there is a winner; place: [tokens], rows of out. */
LUTRA_KERNEL(addToWinners,
             void(T* out, const int32_t* place, const int32_t* winner, const T* gradient, int64_t bags, int64_t dim));

}  // namespace lutra
