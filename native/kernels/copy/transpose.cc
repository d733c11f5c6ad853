#include "kernels/copy/transpose.h"

#include "memory/prefetch.h"
#include "memory/write_around.h"

#define LUTRA_KERNEL_SOURCE "kernels/copy/transpose.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace {

constexpr int64_t kShortest = 8;
// The side of the tile through which elements go one by one.
constexpr int64_t kTile = 32;

// The dimension that steps by 1 and is long enough, or -1.
int fastestDim(const int64_t* strides, int ndim, const int64_t* sizes) {
  for (int d = 0; d < ndim; ++d) {
    if (strides[d] == 1 && sizes[d] >= kShortest) return d;
  }
  return -1;
}

// to[r * toStride + c] = from[r + c * fromStride] for at most kTile rows of elements of any size, one by one.
template <class U>
void transposeElements(U* to, int64_t toStride, const U* from, int64_t fromStride, int64_t rows, int64_t columns) {
  constexpr int64_t kStep = kTile + 1;
  U tile[kTile * kStep];
  for (int64_t start = 0; start < columns; start += kTile) {
    const int64_t width = std::min(kTile, columns - start);
    for (int64_t c = 0; c < width; ++c) {
      for (int64_t r = 0; r < rows; ++r) tile[c * kStep + r] = from[r + (start + c) * fromStride];
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < width; ++c) to[r * toStride + start + c] = tile[c * kStep + r];
    }
  }
}

// Cuts the matrices into windows, with vectors a line of `from` high, and lets the threads take them.
template <class T, class Transpose>
void forEachWindow(T* to, const int64_t* toStrides, const T* from, const int64_t* fromStrides, int ndim,
                   const int64_t* sizes, int rowDim, int columnDim, Transpose transpose) {
  // rowDim steps by 1 in `from`, columnDim in `to`.
  constexpr int64_t kHeight = sizeof(T) < 4 ? kTile : 64 / static_cast<int64_t>(sizeof(T)), kWidth = 512;
  const int64_t rows = sizes[rowDim], columns = sizes[columnDim];
  const int64_t high = (rows + kHeight - 1) / kHeight, wide = (columns + kWidth - 1) / kWidth;
  int64_t matrices = 1;
  for (int d = 0; d < ndim; ++d) {
    if (d != rowDim && d != columnDim) matrices *= sizes[d];
  }
  const int64_t grain = 1 + 32768 / (kHeight * std::min(kWidth, columns));
  parallelFor(matrices * high * wide, grain, [&](int64_t begin, int64_t end) {
    for (int64_t window = begin; window < end; ++window) {
      const int64_t row = window / wide % high * kHeight, column = window % wide * kWidth;
      int64_t rest = window / wide / high;
      int64_t toPlace = row * toStrides[rowDim] + column, fromPlace = row + column * fromStrides[columnDim];
      for (int d = ndim - 1; d >= 0; --d) {
        if (d == rowDim || d == columnDim) continue;
        toPlace += rest % sizes[d] * toStrides[d];
        fromPlace += rest % sizes[d] * fromStrides[d];
        rest /= sizes[d];
      }
      transpose(to + toPlace, toStrides[rowDim], from + fromPlace, fromStrides[columnDim],
                std::min(kHeight, rows - row), std::min(kWidth, columns - column));
    }
  });
}

}  // namespace

bool copyTransposed(void* to, const int64_t* toStrides, const void* from, const int64_t* fromStrides, int elementSize,
                    int ndim, const int64_t* sizes) {
  const int columnDim = fastestDim(toStrides, ndim, sizes), rowDim = fastestDim(fromStrides, ndim, sizes);
  if (columnDim < 0 || rowDim < 0 || columnDim == rowDim || toStrides[rowDim] == 1) return false;
  for (int d = 0; d < ndim; ++d) {
    if (sizes[d] == 0) return true;
  }
  int64_t n = 1;
  for (int d = 0; d < ndim; ++d) n *= sizes[d];
  const bool around = goesAroundCache(to, n, elementSize);
  const auto copy = [&](auto* target, const auto* source, auto transpose) {
    forEachWindow(target, toStrides, source, fromStrides, ndim, sizes, rowDim, columnDim, transpose);
  };
  const auto byVectors = [around](auto* target, int64_t toStride, const auto* source, int64_t fromStride, int64_t rows,
                                  int64_t columns) {
    using T = std::remove_reference_t<decltype(*target)>;
    LUTRA_DISPATCH(transposeStrip<T>)(target, toStride, source, fromStride, rows, columns, around);
  };
  switch (elementSize) {
    case 1:
      copy(static_cast<uint8_t*>(to), static_cast<const uint8_t*>(from), &transposeElements<uint8_t>);
      break;
    case 2:
      copy(static_cast<uint16_t*>(to), static_cast<const uint16_t*>(from), &transposeElements<uint16_t>);
      break;
    case 4:
      copy(static_cast<float*>(to), static_cast<const float*>(from), byVectors);
      break;
    default:
      copy(static_cast<double*>(to), static_cast<const double*>(from), byVectors);
  }
  return true;
}

}  // namespace lutra
