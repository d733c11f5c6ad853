#include "kernels/rows/runs.h"

#include <algorithm>

#include "memory/scratch.h"

namespace lutra {

namespace plain {

namespace {

// Each element is written behind the runs so far, where the next one replaces it unless it begins a run: cheaper than a
// branch that is hard to foresee.
template <class T, bool kInverse, bool kCounts>
int64_t runsOf(T* values, int32_t* inverse, int32_t* counts, const T* x, int64_t n) {
  T held = x[0];
  values[0] = held;
  if constexpr (kInverse) inverse[0] = 0;
  if constexpr (kCounts) counts[0] = 0;
  int64_t runs = 1;
  for (int64_t i = 1; i < n; i++) {
    const T value = x[i];
    values[runs] = value;
    if constexpr (kCounts) counts[runs] = static_cast<int32_t>(i);
    runs += value != held;
    held = value;
    if constexpr (kInverse) inverse[i] = static_cast<int32_t>(runs - 1);
  }
  if constexpr (kCounts) {
    for (int64_t k = 0; k + 1 < runs; k++) counts[k] = counts[k + 1] - counts[k];
    counts[runs - 1] = static_cast<int32_t>(n - counts[runs - 1]);
  }
  return runs;
}

}  // namespace

template <class T>
int64_t findRuns(T* values, int32_t* inverse, int32_t* counts, const T* x, int64_t n) {
  if (n == 0) return 0;
  if (inverse != nullptr && counts != nullptr) return runsOf<T, true, true>(values, inverse, counts, x, n);
  if (inverse != nullptr) return runsOf<T, true, false>(values, inverse, counts, x, n);
  if (counts != nullptr) return runsOf<T, false, true>(values, inverse, counts, x, n);
  return runsOf<T, false, false>(values, inverse, counts, x, n);
}

template <class T>
NumberRange numberRange(const T* x, int64_t n) {
  T least = x[0], most = x[0];
  for (int64_t i = 1; i < n; i++) {
    least = std::min(least, x[i]);
    most = std::max(most, x[i]);
  }
  return {least, most};
}

template <class T>
void countNumbers(int32_t* out, int64_t length, const T* x, int64_t n) {
  std::fill_n(out, length, 0);
  // Another thread may have changed a number since they were looked at.
  const auto add = [&](int32_t* counts, int64_t i) {
    const int64_t value = static_cast<int64_t>(*static_cast<const volatile T*>(x + i));
    if (value >= 0 && value < length) counts[value]++;
  };
  // Four tables of few numbers, so that equal neighbours don't wait for each other.
  constexpr int64_t kFew = 4096;
  int64_t i = 0;
  if (length <= kFew && n >= 4 * length) {
    int32_t* const more = scratch<int32_t>(Scratch::partials, 3 * length);
    std::fill_n(more, 3 * length, 0);
    for (; i + 4 <= n; i += 4) {
      add(out, i);
      add(more, i + 1);
      add(more + length, i + 2);
      add(more + 2 * length, i + 3);
    }
    for (int64_t k = 0; k < length; k++) out[k] += more[k] + more[length + k] + more[2 * length + k];
  }
  for (; i < n; i++) add(out, i);
}

template <class T>
void weighNumbers(T* out, int64_t length, const int32_t* x, const T* weights, int64_t n) {
  std::fill_n(out, length, T(0));
  for (int64_t i = 0; i < n; i++) {
    const int32_t value = *static_cast<const volatile int32_t*>(x + i);
    if (value >= 0 && value < length) out[value] += weights[i];
  }
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(findRuns, plain::findRuns<T>)
template struct findRunsKernel<int32_t>;
template struct findRunsKernel<uint8_t>;
LUTRA_DEFINE_KERNEL(numberRange, &plain::numberRange<T>)
template struct numberRangeKernel<int32_t>;
template struct numberRangeKernel<uint8_t>;
LUTRA_DEFINE_KERNEL(countNumbers, &plain::countNumbers<T>)
template struct countNumbersKernel<int32_t>;
template struct countNumbersKernel<uint8_t>;
LUTRA_PLAIN_FLOAT_KERNEL(weighNumbers, plain::weighNumbers<T>)

}  // namespace lutra
