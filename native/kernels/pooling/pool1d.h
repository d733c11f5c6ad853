// Pools along one dimension: the largest element, or the mean, of each window of rows x [rows, length]. T is float or
// double.
#pragma once

#include <algorithm>
#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** The windows of a row: at a distance of `stride`, or, where `adaptive`, as even as they go. */
struct Windows {
  int64_t rows, length, outLength, kernel, stride, dilation;
  /** Places before a row that windows may begin in. */
  int64_t padding;
  bool adaptive;

  /** Where window l begins and ends in a row and outside of it; `dilation` lies between its elements. */
  int64_t first(int64_t l) const { return adaptive ? l * length / outLength : l * stride - padding; }
  int64_t last(int64_t l) const {
    return adaptive ? ((l + 1) * length + outLength - 1) / outLength : first(l) + (kernel - 1) * dilation + 1;
  }
  /** The part of it in the row. */
  int64_t begin(int64_t l) const {
    const int64_t from = first(l);
    return from >= 0 ? from : from + (-from + dilation - 1) / dilation * dilation;
  }
  int64_t end(int64_t l) const { return std::min(last(l), length); }
};

/**
 * out, index [rows, outLength]: the largest element of each window and its place in the row; the first of equals, and
 * of several NaN, which count as the largest, the last. A window without an element in the row gives -infinity and -1.
 */
LUTRA_KERNEL(maxPool, void(T* out, int32_t* index, const T* x, const Windows& windows));

/** dx [rows, length] = the gradient of x; false where an index lies outside a row, with nothing added for it. */
LUTRA_KERNEL(maxPoolBackward, bool(T* dx, const T* dy, const int32_t* index, const Windows& windows));

/**
 * out [rows, outLength] = the sum of each window divided by how many elements it has: with `countPadding` those in the
 * padding too. A window beyond the row gives 0.
 */
LUTRA_KERNEL(averagePool, void(T* out, const T* x, const Windows& windows, bool countPadding));

/** dx [rows, length] = the gradient of x. */
LUTRA_KERNEL(averagePoolBackward, void(T* dx, const T* dy, const Windows& windows, bool countPadding));

}  // namespace lutra
