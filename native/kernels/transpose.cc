#include "kernels/transpose.h"

#include <algorithm>

#include "runtime/thread_pool.h"

namespace lutra {

namespace {

// Two tiles of 8-byte elements fill half of a small first-level cache.
constexpr int64_t kTile = 32;
constexpr int64_t kShortest = 8;
constexpr int64_t kGrainTiles = 32;

// The dimension that steps by 1 and is long enough, or -1.
int fastestDim(const int64_t* strides, int ndim, const int64_t* sizes) {
  for (int d = 0; d < ndim; ++d) {
    if (strides[d] == 1 && sizes[d] >= kShortest) return d;
  }
  return -1;
}

// to[r * toStride + c] = from[r + c * fromStride], by way of a compact tile: rows a power of two apart share cache
// sets, so no line of either side may have to stay in the cache until its other elements' turn comes.
template <class U>
void copyTile(U* to, int64_t toStride, const U* from, int64_t fromStride, int64_t rows, int64_t columns) {
  constexpr int64_t step = kTile + 1;
  U tile[kTile * step];
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < rows; ++r) tile[c * step + r] = from[r + c * fromStride];
  }
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) to[r * toStride + c] = tile[c * step + r];
  }
}

template <class U>
void copyTiles(U* to, const int64_t* toStrides, const U* from, const int64_t* fromStrides, int ndim,
               const int64_t* sizes, int rowDim, int columnDim) {
  // rowDim steps by 1 in `from`, columnDim in `to`.
  const int64_t rows = sizes[rowDim], columns = sizes[columnDim];
  const int64_t rowTiles = (rows + kTile - 1) / kTile, columnTiles = (columns + kTile - 1) / kTile;
  int64_t matrices = 1;
  for (int d = 0; d < ndim; ++d) {
    if (d != rowDim && d != columnDim) matrices *= sizes[d];
  }
  parallelFor(matrices * rowTiles * columnTiles, kGrainTiles, [&](int64_t begin, int64_t end) {
    for (int64_t tile = begin; tile < end; ++tile) {
      const int64_t row = tile / columnTiles % rowTiles * kTile, column = tile % columnTiles * kTile;
      int64_t rest = tile / columnTiles / rowTiles;
      int64_t toPlace = row * toStrides[rowDim] + column, fromPlace = row + column * fromStrides[columnDim];
      for (int d = ndim - 1; d >= 0; --d) {
        if (d == rowDim || d == columnDim) continue;
        toPlace += rest % sizes[d] * toStrides[d];
        fromPlace += rest % sizes[d] * fromStrides[d];
        rest /= sizes[d];
      }
      copyTile(to + toPlace, toStrides[rowDim], from + fromPlace, fromStrides[columnDim], std::min(kTile, rows - row),
               std::min(kTile, columns - column));
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
  switch (elementSize) {
    case 1:
      copyTiles(static_cast<uint8_t*>(to), toStrides, static_cast<const uint8_t*>(from), fromStrides, ndim, sizes,
                rowDim, columnDim);
      break;
    case 2:
      copyTiles(static_cast<uint16_t*>(to), toStrides, static_cast<const uint16_t*>(from), fromStrides, ndim, sizes,
                rowDim, columnDim);
      break;
    case 4:
      copyTiles(static_cast<uint32_t*>(to), toStrides, static_cast<const uint32_t*>(from), fromStrides, ndim, sizes,
                rowDim, columnDim);
      break;
    default:
      copyTiles(static_cast<uint64_t*>(to), toStrides, static_cast<const uint64_t*>(from), fromStrides, ndim, sizes,
                rowDim, columnDim);
  }
  return true;
}

}  // namespace lutra
