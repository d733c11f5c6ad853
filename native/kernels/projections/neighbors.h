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

/**
 * For rows [begin, end): the k < rows rows nearest to each, itself left out, the nearest first (of equally near ones
 * the first): indices and squares [end - begin, k], the squared distances. Candidates come from ‖y‖² / 2 - x·y,
 * distances from differences, so that equal rows are 0 apart.
 */
LUTRA_KERNEL(nearestRows,
             void(int32_t* indices, T* squares, const PointTable<T>& points, int64_t k, int64_t begin, int64_t end));

/**
 * For rows [begin, end): ranks [end - begin, k], how many rows lie nearer to a row than its near[i, j], near [rows, k];
 * itself left out. Of equally near rows the first is the nearer. An index out of range has its rank left as it is.
 */
LUTRA_KERNEL(ranksOfRows, void(int32_t* ranks, const int32_t* near, const PointTable<T>& points, int64_t k,
                               int64_t begin, int64_t end));

}  // namespace lutra
