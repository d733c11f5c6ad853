#include "kernels/rows/select.h"

#include <algorithm>
#include <cstring>

#include "kernels/rows/lanes.h"
#include "memory/prefetch.h"
#include "threads/thread_pool.h"

namespace lutra {

namespace {

template <class Move>
void moveElements(const int32_t* indices, int64_t outer, int64_t rows, int64_t count, int64_t inner, Move move) {
  overLanes(outer, count, inner, [&](int64_t o, int64_t first, int64_t last) {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t near = (o * count + i) * inner;
      for (int64_t k = first; k < last; ++k) {
        const int32_t index = indices[near + k];
        if (inside(index, rows)) move(near + k, (o * rows + index) * inner + k);
      }
    }
  });
}

// A row of so many bytes stays in the first level of the cache while its elements are moved.
constexpr int64_t kNearRow = 1 << 14;
// Elements of a larger one, wherever they lie, are asked for this long before they are moved.
constexpr int64_t kElementsAhead = 32;

// moveElements where inner is 1: one element after the other, within rows that the cache holds.
template <class Move>
void moveWithinRows(const int32_t* indices, int64_t outer, int64_t rows, int64_t count, Move move) {
  parallelFor(outer, std::max<int64_t>(1, kLaneGrain / std::max<int64_t>(1, count)), [=](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      const int64_t first = o * rows, last = (o + 1) * count;
      for (int64_t i = o * count; i < last; ++i) {
        const int32_t index = indices[i];
        if (inside(index, rows)) move(i, first + index);
      }
    }
  });
}

// The same with the elements that follow asked for.
template <class Unit, class Move>
void moveAlongRows(const Unit* far, const int32_t* indices, int64_t outer, int64_t rows, int64_t count, Move move) {
  parallelFor(outer, std::max<int64_t>(1, kLaneGrain / std::max<int64_t>(1, count)), [&](int64_t begin, int64_t end) {
    const int64_t last = end * count;
    int64_t ahead = begin * count, aheadRow = begin, aheadLeft = count;
    const auto ask = [&](int64_t until) {
      for (; ahead < until; ++ahead) {
        LUTRA_PREFETCH(far + aheadRow * rows + indices[ahead]);
        if (--aheadLeft == 0) ++aheadRow, aheadLeft = count;
      }
    };
    for (int64_t o = begin; o < end; ++o) {
      for (int64_t i = o * count; i < (o + 1) * count; ++i) {
        ask(std::min(last, i + kElementsAhead));
        if (inside(indices[i], rows)) move(i, o * rows + indices[i]);
      }
    }
  });
}

template <class Unit>
void gatherUnits(Unit* dst, const Unit* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                 int64_t inner) {
  const auto move = [=](int64_t near, int64_t far) { dst[near] = src[far]; };
  if (inner == 1) return moveAlongRows(src, indices, outer, rows, count, move);
  moveElements(indices, outer, rows, count, inner, move);
}

// What goes to its place in dst.
template <class Unit, class Move>
void moveInto(const Unit* dst, const int32_t* indices, int64_t outer, int64_t rows, int64_t count, int64_t inner,
              Move move) {
  if (inner > 1) return moveElements(indices, outer, rows, count, inner, move);
  if (rows * static_cast<int64_t>(sizeof(Unit)) <= kNearRow) return moveWithinRows(indices, outer, rows, count, move);
  moveAlongRows(dst, indices, outer, rows, count, move);
}

template <class Unit>
void scatterUnits(Unit* dst, const Unit* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                  int64_t inner) {
  moveInto(dst, indices, outer, rows, count, inner, [=](int64_t near, int64_t far) { dst[far] = src[near]; });
}

// Slices of `bytes` each, which is kBytes unless that is 0: a copy whose size the compiler knows is one move.
template <int64_t kBytes>
void selectBytes(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                 int64_t bytes) {
  const int64_t step = kBytes > 0 ? kBytes : bytes;
  const auto size = static_cast<size_t>(step);
  char* const to = static_cast<char*>(dst);
  const char* const from = static_cast<const char*>(src);
  parallelFor(outer * count, std::max<int64_t>(1, 4 * kLaneGrain / std::max<int64_t>(1, bytes)),
              [&](int64_t begin, int64_t end) {
                while (begin < end) {
                  const int64_t o = begin / count, first = o * count, last = std::min(end, first + count);
                  const char* const slices = from + o * rows * step;
                  // Where most of a row's lines are wanted, in whatever order, the next row is asked for as it lies.
                  if (kBytes > 0 && count >= rows / 32) prefetchRow(slices + rows * step, rows * step);
                  for (; begin < last; ++begin) {
                    const int32_t index = indices[begin - first];
                    if (inside(index, rows)) {
                      std::memcpy(to + begin * step, slices + index * step, size);
                    } else {
                      std::memset(to + begin * step, 0, size);
                    }
                  }
                }
              });
}

}  // namespace

void selectSlices(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                  int64_t inner, int64_t size) {
  const int64_t bytes = inner * size;
  const auto select = bytes == 4 ? &selectBytes<4> : bytes == 8 ? &selectBytes<8> : &selectBytes<0>;
  select(dst, src, indices, outer, rows, count, bytes);
}

void placeSlices(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                 int64_t inner, int64_t size) {
  char* const to = static_cast<char*>(dst);
  const char* const from = static_cast<const char*>(src);
  overLanes(outer, count, inner, [&](int64_t o, int64_t first, int64_t last) {
    const size_t bytes = static_cast<size_t>((last - first) * size);
    for (int64_t i = 0; i < count; ++i) {
      if (!inside(indices[i], rows)) continue;
      const int64_t far = ((o * rows + indices[i]) * inner + first) * size;
      std::memcpy(to + far, from + ((o * count + i) * inner + first) * size, bytes);
    }
  });
}

namespace plain {

template <class T>
void addSlices(T* dst, const T* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
               int64_t inner) {
  overLanes(outer, count, inner, [&](int64_t o, int64_t first, int64_t last) {
    for (int64_t i = 0; i < count; ++i) {
      if (!inside(indices[i], rows)) continue;
      T* const to = dst + (o * rows + indices[i]) * inner;
      const T* const from = src + (o * count + i) * inner;
      for (int64_t k = first; k < last; ++k) to[k] += from[k];
    }
  });
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(addSlices, &plain::addSlices<T>)
template struct addSlicesKernel<float>;
template struct addSlicesKernel<double>;
template struct addSlicesKernel<int32_t>;

void gatherElements(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                    int64_t inner, int64_t size) {
  switch (size) {
    case 1:
      return gatherUnits(static_cast<uint8_t*>(dst), static_cast<const uint8_t*>(src), indices, outer, rows, count,
                         inner);
    case 2:
      return gatherUnits(static_cast<uint16_t*>(dst), static_cast<const uint16_t*>(src), indices, outer, rows, count,
                         inner);
    case 4:
      return gatherUnits(static_cast<uint32_t*>(dst), static_cast<const uint32_t*>(src), indices, outer, rows, count,
                         inner);
    default:
      return gatherUnits(static_cast<uint64_t*>(dst), static_cast<const uint64_t*>(src), indices, outer, rows, count,
                         inner);
  }
}

void scatterElements(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                     int64_t inner, int64_t size) {
  switch (size) {
    case 1:
      return scatterUnits(static_cast<uint8_t*>(dst), static_cast<const uint8_t*>(src), indices, outer, rows, count,
                          inner);
    case 2:
      return scatterUnits(static_cast<uint16_t*>(dst), static_cast<const uint16_t*>(src), indices, outer, rows, count,
                          inner);
    case 4:
      return scatterUnits(static_cast<uint32_t*>(dst), static_cast<const uint32_t*>(src), indices, outer, rows, count,
                          inner);
    default:
      return scatterUnits(static_cast<uint64_t*>(dst), static_cast<const uint64_t*>(src), indices, outer, rows, count,
                          inner);
  }
}

namespace plain {

template <class T>
void scatterAddElements(T* dst, const T* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                        int64_t inner) {
  moveInto(dst, indices, outer, rows, count, inner, [=](int64_t near, int64_t far) { dst[far] += src[near]; });
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(scatterAddElements, &plain::scatterAddElements<T>)
template struct scatterAddElementsKernel<float>;
template struct scatterAddElementsKernel<double>;
template struct scatterAddElementsKernel<int32_t>;

int64_t countSet(const uint8_t* mask, int64_t n) { return n - std::count(mask, mask + n, uint8_t(0)); }

int64_t setPositions(int32_t* out, int64_t capacity, const uint8_t* mask, int64_t n) {
  int64_t found = 0;
  for (int64_t i = 0; i < n && found < capacity; ++i) {
    if (mask[i] != 0) out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

}  // namespace lutra
