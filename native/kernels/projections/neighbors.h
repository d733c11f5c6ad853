// The nearest rows of rows, exactly: by blocks of products and the smallest of each row.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** Rows [rows, dim], one after another, and half of each row's squared length. */
template <class T>
struct PointTable {
  const T* data;
  const T* halfSquares;
  int64_t rows, dim;
};

/** halfSquares[i] = ‖x_i‖² / 2 for rows [begin, end) of x. */
LUTRA_KERNEL(halfSquaredLengths, void(T* halfSquares, const T* x, int64_t dim, int64_t begin, int64_t end));

/** Rows that scanRows looks at in one call at most. */
constexpr int64_t kScanned = 960;

/**
 * For rows [begin, end): brings the `kept` smallest scores ‖y‖² / 2 - x·y so far, in order, scores [rows, kept] (first
 * all infinite), and their rows, found [rows, kept], up to date with the rows y of [column, column + count), count <=
 * kScanned; itself left out, of equal ones the first. column is a multiple of kScanned.
 */
LUTRA_KERNEL(scanRows, void(int32_t* found, T* scores, const PointTable<T>& points, int64_t kept, int64_t begin,
                            int64_t end, int64_t column, int64_t count));

/**
 * The same for queries [queryCount, dim] by their cosines with rows x [count, dim], count <= kScanned, whose lengths
 * are 1 / inverseNorms (0 for a row of zeros): scores [queryCount, kept] are the smallest of -q·x / ‖x‖ so far, found
 * their rows, which are numbered from `first` on. Of queries of length 1 these are the cosines, with the other sign.
 */
LUTRA_KERNEL(scanQueries, void(int32_t* found, T* scores, const T* queries, int64_t queryCount, const T* x,
                               const T* inverseNorms, int64_t dim, int64_t kept, int64_t first, int64_t count));

/**
 * For rows [begin, end): the k nearest of the `kept` that were found, the nearest first, of equally near ones the
 * first: indices and squares [rows, k], the squared distances, from differences, so that equal rows are 0 apart. What
 * was found out of range counts as row 0.
 */
LUTRA_KERNEL(nearestRows, void(int32_t* indices, T* squares, const int32_t* found, const PointTable<T>& points,
                               int64_t kept, int64_t k, int64_t begin, int64_t end));

/**
 * For rows [begin, end): ranks [end - begin, k], how many rows lie nearer to a row than its near[i, j], near [rows, k];
 * itself left out. Of equally near rows the first is the nearer. An index out of range has its rank left as it is.
 */
LUTRA_KERNEL(ranksOfRows, void(int32_t* ranks, const int32_t* near, const PointTable<T>& points, int64_t k,
                               int64_t begin, int64_t end));

}  // namespace lutra
