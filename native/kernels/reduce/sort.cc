#include "kernels/reduce/sort.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "threads/thread_pool.h"

namespace lutra {

namespace {

// An unsigned number that orders as the element does: floats by sign and magnitude, one zero, one NaN above all.
template <class T>
auto orderOf(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr U top = U(1) << (8 * sizeof(T) - 1);
    if (x != x) return ~U(0);
    if (x == 0) return top;
    U bits;
    std::memcpy(&bits, &x, sizeof(T));
    return bits & top ? static_cast<U>(~bits) : static_cast<U>(bits | top);
  } else {
    return static_cast<uint32_t>(static_cast<int64_t>(x) + (std::is_signed_v<T> ? INT64_C(2147483648) : 0));
  }
}

// With the position as the lower half, keys are distinct and any sort of them is stable.
struct Key64 {
  uint64_t bits;
  Key64() = default;
  Key64(uint32_t order, int64_t position)
      : bits(static_cast<uint64_t>(order) << 32 | static_cast<uint32_t>(position)) {}
  int32_t position() const { return static_cast<int32_t>(bits & 0xffffffffu); }
  bool operator<(const Key64& other) const { return bits < other.bits; }
};
struct Key128 {
  uint64_t order;
  int64_t at;
  Key128() = default;
  Key128(uint64_t o, int64_t position) : order(o), at(position) {}
  int32_t position() const { return static_cast<int32_t>(at); }
  bool operator<(const Key128& other) const { return order != other.order ? order < other.order : at < other.at; }
};

// Brings the first k of a row's n keys to the front, in no order. `keyOf(r)`: the key at position r.
template <class Key, class KeyOf>
void selectFirst(std::vector<Key>& keys, int64_t k, int64_t n, KeyOf keyOf) {
  if (k > n / 32) {
    for (int64_t r = 0; r < n; ++r) keys[static_cast<size_t>(r)] = keyOf(r);
    std::nth_element(keys.begin(), keys.begin() + k, keys.end());
    return;
  }
  // Of few, the last so far is at the root of a heap; hardly any element comes before it.
  for (int64_t r = 0; r < k; ++r) keys[static_cast<size_t>(r)] = keyOf(r);
  std::make_heap(keys.begin(), keys.begin() + k);
  for (int64_t r = k; r < n; ++r) {
    const Key key = keyOf(r);
    if (!(key < keys[0])) continue;
    std::pop_heap(keys.begin(), keys.begin() + k);
    keys[static_cast<size_t>(k - 1)] = key;
    std::push_heap(keys.begin(), keys.begin() + k);
  }
}

// Writes the first k of each row's order.
template <class T>
void firstOfOrder(T* values, int32_t* indices, const T* x, int64_t k, bool descending, int64_t outer, int64_t n,
                  int64_t inner) {
  using Key = std::conditional_t<sizeof(T) == 8, Key128, Key64>;
  if (k == 0) return;
  const int64_t grain = std::max<int64_t>(1, 2048 / n);
  parallelFor(outer * inner, grain, [&](int64_t begin, int64_t end) {
    std::vector<Key> keys(static_cast<size_t>(n));
    for (int64_t row = begin; row < end; ++row) {
      const int64_t o = row / inner, i = row % inner;
      const T* const first = x + o * n * inner + i;
      const auto keyOf = [&](int64_t r) {
        const auto order = orderOf(first[r * inner]);
        return Key(descending ? ~order : order, r);
      };
      selectFirst(keys, k, n, keyOf);
      std::sort(keys.begin(), keys.begin() + k);
      for (int64_t r = 0; r < k; ++r) {
        const int32_t position = keys[static_cast<size_t>(r)].position();
        values[(o * k + r) * inner + i] = first[position * inner];
        indices[(o * k + r) * inner + i] = position;
      }
    }
  });
}

}  // namespace

namespace plain {

template <class T>
void topk(T* values, int32_t* indices, const T* x, int64_t k, bool largest, int64_t outer, int64_t n, int64_t inner) {
  firstOfOrder(values, indices, x, k, largest, outer, n, inner);
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(topk, &plain::topk<T>)
template struct topkKernel<float>;
template struct topkKernel<double>;
template struct topkKernel<int32_t>;
template struct topkKernel<uint8_t>;

}  // namespace lutra
