#include "kernels/rows/meeting.h"

#include <limits>
#include <type_traits>

#include "kernels/rows/lanes.h"

namespace lutra {

namespace plain {

namespace {

// Sums and products of integers wrap, which only unsigned ones do by definition.
template <class T>
using Wrapping = std::conditional_t<std::is_floating_point_v<T>, T, uint32_t>;

template <class T, Meeting how>
T neutral() {
  if constexpr (how == Meeting::prod) return T(1);
  if constexpr (how == Meeting::amax) {
    return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  }
  if constexpr (how == Meeting::amin) {
    return std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  }
  return T(0);
}

template <class T, Meeting how>
T joined(T held, T value) {
  if constexpr (how == Meeting::prod)
    return static_cast<T>(static_cast<Wrapping<T>>(held) * static_cast<Wrapping<T>>(value));
  // A NaN replaces a number, and nothing replaces a NaN.
  if constexpr (how == Meeting::amax) return value > held || value != value ? value : held;
  if constexpr (how == Meeting::amin) return value < held || value != value ? value : held;
  return static_cast<T>(static_cast<Wrapping<T>>(held) + static_cast<Wrapping<T>>(value));
}

template <class T>
T meanOf(T sum, int64_t count) {
  if constexpr (std::is_floating_point_v<T>) return sum / static_cast<T>(count);
  const int64_t total = static_cast<int64_t>(sum), whole = total / count;
  return static_cast<T>(total % count < 0 ? whole - 1 : whole);
}

template <class T, Meeting how>
void meetLanes(T* dst, const T* src, const int32_t* indices, int32_t* counts, const MeetingShape& shape) {
  overLanes(shape.outer, shape.count, shape.inner, [&](int64_t o, int64_t first, int64_t last) {
    const MeetingShape s = shape;
    T* const to = dst + o * s.rows * s.inner;
    const T* const from = src + o * s.count * s.inner;
    // Calls visit(place, k, i) for each value of these lanes, in order. An index that has changed since it was checked
    // is skipped.
    const auto each = [&](auto visit) {
      for (int64_t i = 0; i < s.count; i++) {
        if (!s.elementwise) {
          const int32_t row = *static_cast<const volatile int32_t*>(indices + i);
          if (!inside(row, s.rows)) continue;
          for (int64_t k = first; k < last; k++) visit(row * s.inner + k, i * s.inner + k);
          continue;
        }
        if (s.inner == 1) {
          const int32_t row = *static_cast<const volatile int32_t*>(indices + o * s.count + i);
          if (inside(row, s.rows)) visit(row, i);
          continue;
        }
        const int32_t* const rows = indices + (o * s.count + i) * s.inner;
        for (int64_t k = first; k < last; k++) {
          const int32_t row = *static_cast<const volatile int32_t*>(rows + k);
          if (inside(row, s.rows)) visit(row * s.inner + k, i * s.inner + k);
        }
      }
    };
    if (!s.includeSelf) each([&](int64_t place, int64_t) { to[place] = neutral<T, how>(); });
    if constexpr (how != Meeting::mean) {
      each([&](int64_t place, int64_t i) { to[place] = joined<T, how>(to[place], from[i]); });
      return;
    }
    int32_t* const count = counts + o * s.rows * s.inner;
    for (int64_t r = 0; r < s.rows; r++) {
      for (int64_t k = first; k < last; k++) count[r * s.inner + k] = 0;
    }
    each([&](int64_t place, int64_t i) {
      to[place] = joined<T, how>(to[place], from[i]);
      count[place]++;
    });
    const int64_t own = s.includeSelf ? 1 : 0;
    for (int64_t r = 0; r < s.rows; r++) {
      for (int64_t at = r * s.inner + first; at < r * s.inner + last; at++) {
        if (count[at] > 0 && count[at] + own > 1) to[at] = meanOf(to[at], count[at] + own);
      }
    }
  });
}

}  // namespace

template <class T>
void meetElements(Meeting how, T* dst, const T* src, const int32_t* indices, int32_t* counts, const MeetingShape& s) {
  switch (how) {
    case Meeting::sum:
      return meetLanes<T, Meeting::sum>(dst, src, indices, counts, s);
    case Meeting::prod:
      return meetLanes<T, Meeting::prod>(dst, src, indices, counts, s);
    case Meeting::mean:
      return meetLanes<T, Meeting::mean>(dst, src, indices, counts, s);
    case Meeting::amax:
      return meetLanes<T, Meeting::amax>(dst, src, indices, counts, s);
    case Meeting::amin:
      return meetLanes<T, Meeting::amin>(dst, src, indices, counts, s);
  }
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(meetElements, plain::meetElements<T>)
template struct meetElementsKernel<int32_t>;
template struct meetElementsKernel<uint8_t>;

}  // namespace lutra
