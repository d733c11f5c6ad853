// Rows of a table by index: lookup, and the sums that go back. T is float or double; matrices are dense and row-major.
// Indices must have passed findBadIndex (indices.h); one that has changed since is skipped, never followed.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** out[i, :] = table[indices[i], :]; out is [count, dim], table [rows, dim]. */
LUTRA_KERNEL(gatherRows,
             void(T* out, const T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim));

/**
 * A list of rows: row i is values[source[i], :] * scale[i], or values[i, :] * scale[i] where source is null; where
 * scale is null it is 1. With a source many rows are one in memory, as the gradients of a bag's tokens are.
 */
template <class T>
struct RowList {
  const T* values;
  const int32_t* source = nullptr;
  const T* scale = nullptr;
};

/**
 * table[indices[i], :] += row i of the list, for i in [0, count) ascending; table is [rows, dim]. Indices equal to skip
 * (-1: none) are left out. The sums of a row run in the order of positions, so the bits don't depend on the number of
 * threads.
 */
LUTRA_KERNEL(scatterAddRows, void(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows,
                                  int64_t dim, int64_t skip));

/** As scatterAddRows into a table of zeros: overwrites all of table. The dense gradient of a lookup. */
LUTRA_KERNEL(scatterRows, void(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows,
                               int64_t dim, int64_t skip));

/**
 * Row-sparse values brought to distinct, ascending indices: outIndices [count] and outValues [count, dim] get one entry
 * for each distinct index, the sum of its rows in the order of positions. Returns how many there are.
 */
LUTRA_KERNEL(coalesceRows, int64_t(int32_t* outIndices, T* outValues, const int32_t* indices, const RowList<T>& list,
                                   int64_t count, int64_t rows, int64_t dim, int64_t skip));

/**
 * Scales each row of table that indices name, once, to a p-norm of at most maxNorm: rows whose norm is larger are
 * multiplied by maxNorm / (norm + 1e-7). p may be any number; infinity is the largest magnitude. Returns whether there
 * was such a row.
 */
LUTRA_KERNEL(renormRows, bool(T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                              double maxNorm, double p));

}  // namespace lutra
