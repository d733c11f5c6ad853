#include "kernels/reduce/running.h"

#include <algorithm>

#include "threads/thread_pool.h"

namespace lutra {

namespace plain {

namespace {

// Lanes that run side by side: neighbours in memory, or rows.
constexpr int64_t kLanes = 8;
constexpr int64_t kLaneBlock = 64;

/**
 * Calls run(start, lanes, laneStep, step) for groups of lanes that cover all of them: lane l of a group has its values
 * at start + l * laneStep + k * step. Lanes of a group are at most kLaneBlock.
 */
template <class Run>
void overGroups(int64_t outer, int64_t n, int64_t inner, Run run) {
  if (inner == 1) {
    const int64_t groups = (outer + kLanes - 1) / kLanes;
    parallelFor(groups, 1 + 16384 / (kLanes * n + 1), [&](int64_t begin, int64_t end) {
      for (int64_t g = begin; g < end; g++) run(g * kLanes * n, std::min(kLanes, outer - g * kLanes), n, int64_t{1});
    });
    return;
  }
  const int64_t blocks = (inner + kLaneBlock - 1) / kLaneBlock;
  parallelFor(outer * blocks, 1 + 16384 / (kLaneBlock * n + 1), [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) {
      const int64_t first = b % blocks * kLaneBlock;
      run(b / blocks * n * inner + first, std::min(kLaneBlock, inner - first), int64_t{1}, inner);
    }
  });
}

template <class T, int64_t kFixed>
void multiplyGroup(T* out, const T* x, int64_t n, int64_t lanes, int64_t laneStep, int64_t step) {
  double products[kLaneBlock];
  const int64_t count = kFixed > 0 ? kFixed : lanes;
  for (int64_t l = 0; l < count; l++) products[l] = 1;
  for (int64_t k = 0; k < n; k++) {
    for (int64_t l = 0; l < count; l++) {
      products[l] *= static_cast<double>(x[l * laneStep + k * step]);
      out[l * laneStep + k * step] = static_cast<T>(products[l]);
    }
  }
}

template <class T, bool kLargest, int64_t kFixed>
void extremeGroup(T* values, int32_t* indices, const T* x, int64_t n, int64_t lanes, int64_t laneStep, int64_t step) {
  T held[kLaneBlock];
  int32_t places[kLaneBlock];
  const int64_t count = kFixed > 0 ? kFixed : lanes;
  for (int64_t l = 0; l < count; l++) {
    held[l] = x[l * laneStep];
    places[l] = 0;
  }
  for (int64_t k = 0; k < n; k++) {
    for (int64_t l = 0; l < count; l++) {
      const int64_t at = l * laneStep + k * step;
      const T value = x[at], before = held[l];
      // A NaN replaces a number, and nothing but a NaN replaces a NaN.
      const bool takes = (kLargest ? value >= before : value <= before) || value != value;
      held[l] = takes ? value : before;
      places[l] = takes ? static_cast<int32_t>(k) : places[l];
      values[at] = held[l];
      indices[at] = places[l];
    }
  }
}

}  // namespace

template <class T>
void runningProducts(T* out, const T* x, int64_t outer, int64_t n, int64_t inner) {
  overGroups(outer, n, inner, [=](int64_t start, int64_t lanes, int64_t laneStep, int64_t step) {
    const auto run = step == 1 && lanes == kLanes ? &multiplyGroup<T, kLanes> : &multiplyGroup<T, 0>;
    run(out + start, x + start, n, lanes, laneStep, step);
  });
}

template <class T>
void runningExtremes(T* values, int32_t* indices, const T* x, bool largest, int64_t outer, int64_t n, int64_t inner) {
  if (n == 0) return;
  overGroups(outer, n, inner, [=](int64_t start, int64_t lanes, int64_t laneStep, int64_t step) {
    const bool fixed = step == 1 && lanes == kLanes;
    const auto run = largest ? (fixed ? &extremeGroup<T, true, kLanes> : &extremeGroup<T, true, 0>)
                             : (fixed ? &extremeGroup<T, false, kLanes> : &extremeGroup<T, false, 0>);
    run(values + start, indices + start, x + start, n, lanes, laneStep, step);
  });
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(runningProducts, plain::runningProducts<T>)
LUTRA_PLAIN_FLOAT_KERNEL(runningExtremes, plain::runningExtremes<T>)
template struct runningExtremesKernel<int32_t>;
template struct runningExtremesKernel<uint8_t>;

}  // namespace lutra
