// Work on [outer, count, inner] by index along the middle, shared out among threads by its lanes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "threads/thread_pool.h"

namespace lutra {

// Elements that one thread should have before a second one pays.
constexpr int64_t kLaneGrain = 1 << 14;

inline bool inside(int32_t index, int64_t rows) { return index >= 0 && index < rows; }

// Calls body(o, first, last) for disjoint ranges of the inner dimension that cover every o: equal indices only meet
// within one (o, k), so that no two threads write the same place.
template <class F>
void overLanes(int64_t outer, int64_t count, int64_t inner, F body) {
  const int64_t lanes = outer * inner;
  const int64_t grain = std::max<int64_t>(1, kLaneGrain / std::max<int64_t>(1, count));
  parallelFor(lanes, grain, [&](int64_t begin, int64_t end) {
    while (begin < end) {
      const int64_t o = begin / inner, first = begin % inner;
      const int64_t last = std::min(inner, first + (end - begin));
      body(o, first, last);
      begin += last - first;
    }
  });
}

}  // namespace lutra
