// What the row-sparse forms of all optimizer updates take.
#pragma once

#include <cstdint>

#include "kernels/rows/gather.h"

namespace lutra {

/**
 * A gradient of a [rows, dim] parameter by its rows: `count` of them, the list's row i belongs to row indices[i] of the
 * parameter, duplicates to be summed.
 * Rows that are not named have no gradient and rest, or with everyRow a gradient of zero: then the result is that of
 * the dense gradient, which needs not exist.
 */
template <class T>
struct RowGradient {
  const int32_t* indices;
  RowList<T> list;
  int64_t count;
  int64_t rows;
  int64_t dim;
  bool everyRow;
};

}  // namespace lutra
