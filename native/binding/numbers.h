// The numbers of one call, read from the plan array, checked; and sizes multiplied without overflow.
#pragma once

#include <cmath>

#include "binding/arguments.h"

namespace lutra::binding {

class Numbers {
 public:
  Numbers(const Args& args, size_t i, int64_t count) : args_(args), values_(args.array<double>(i, "plan", 0, count)) {}

  double real(int64_t k) const { return values_[k]; }
  bool flag(int64_t k) const { return values_[k] != 0; }
  int64_t integer(int64_t k) const {
    const double x = values_[k];
    if (!(std::fabs(x) <= kLimit)) refuse(k);
    const auto whole = static_cast<int64_t>(x);
    if (static_cast<double>(whole) != x) refuse(k);
    return whole;
  }
  // A size or an offset.
  int64_t size(int64_t k) const {
    const int64_t x = integer(k);
    if (x < 0) refuse(k);
    return x;
  }
  // Leaves a second result for the caller.
  void set(int64_t k, double x) { values_[k] = x; }

  int64_t product(int64_t a, int64_t b) const {
    const double exact = static_cast<double>(a) * static_cast<double>(b);
    if (!(exact <= kLimit)) args_.fail(ErrorKind::range, "a size is beyond 2^53");
    return a * b;
  }
  int64_t product(int64_t a, int64_t b, int64_t c) const { return product(product(a, b), c); }

 private:
  static constexpr double kLimit = 9007199254740992.0;
  [[noreturn]] void refuse(int64_t k) const {
    throw args_.error(ErrorKind::range, "plan[" + std::to_string(k) + "] is no size: " + std::to_string(values_[k]));
  }
  const Args& args_;
  double* values_;
};

// Positions are kept in 32 bits where indices are sorted.
constexpr int64_t kMaxPositions = 0x7fffffff;

}  // namespace lutra::binding
