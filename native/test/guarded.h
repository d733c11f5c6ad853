// An output buffer for kernel tests: NaN inside, guard values on both sides, starting at any element offset.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace lutra::test {

template <class T>
class Guarded {
 public:
  static constexpr int64_t kGuard = 64;
  static constexpr T kMark = std::is_floating_point_v<T> ? static_cast<T>(-12345.5) : static_cast<T>(171);

  explicit Guarded(int64_t n, int64_t offset = 0)
      : n_(n), start_(kGuard + offset), values_(static_cast<size_t>(n + offset + 2 * kGuard), kMark) {
    for (int64_t i = 0; i < n; i++) data()[i] = std::numeric_limits<T>::quiet_NaN();
  }
  T* data() { return values_.data() + start_; }
  T operator[](int64_t i) const { return values_[static_cast<size_t>(start_ + i)]; }
  int64_t size() const { return n_; }
  /** Whether nothing outside the n values was written. */
  bool intact() const {
    for (int64_t i = 0; i < static_cast<int64_t>(values_.size()); i++) {
      if ((i < start_ || i >= start_ + n_) && values_[static_cast<size_t>(i)] != kMark) return false;
    }
    return true;
  }

 private:
  int64_t n_;
  int64_t start_;
  std::vector<T> values_;
};

}  // namespace lutra::test
