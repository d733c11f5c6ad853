// A call whose numbers travel in the plan, read by the names of a layout that scripts/make_calls.mjs makes.
#pragma once

#include <cmath>

#include "binding/arguments.h"

namespace lutra::binding {

// Where a number lies in the plan. Sizes and offsets are whole and not negative.
struct Size {
  int64_t at;
};
struct Integer {
  int64_t at;
};
struct Real {
  int64_t at;
};
struct Flag {
  int64_t at;
};
// One that the call leaves there.
struct Result {
  int64_t at;
};
// One of several that come as often as another says.
struct Repeated {
  int64_t at;
};
// An array's place among the arguments, its name, and where its offset lies in the plan; -1 where it has none.
struct Array {
  size_t argument;
  const char* name;
  int64_t offset;
};

// Positions are kept in 32 bits where indices are sorted, and where rows are numbered.
constexpr int64_t kMaxPositions = 0x7fffffff;

// What calls of every layout have in common.
class PlannedCall {
 public:
  int64_t operator[](Size k) const { return size(k.at); }
  int64_t operator[](Integer k) const { return integer(k.at); }
  double operator[](Real k) const { return plan_[k.at]; }
  bool operator[](Flag k) const { return plan_[k.at] != 0; }
  void set(Result k, double x) const { plan_[k.at] = x; }

  // A pointer to `count` elements of an array of T from its offset on; null only when count is 0.
  template <class T>
  T* array(const Array& a, int64_t count) const {
    return args_.array<T>(a.argument, a.name, offset(a), count);
  }
  // The same, or null where the array is null.
  template <class T>
  T* optional(const Array& a, int64_t count) const {
    return has(a) ? array<T>(a, count) : nullptr;
  }
  bool has(const Array& a) const { return !args_.isNullish(a.argument); }
  const Span& span(const Array& a) const { return args_.span(a.argument, a.name); }
  // Calls use(T{}) with the type of an array's elements, float or double.
  template <class Use>
  auto withFloat(const Array& a, Use&& use) const {
    return args_.withFloat(a.argument, a.name, use);
  }

  int64_t product(int64_t a, int64_t b) const {
    const double exact = static_cast<double>(a) * static_cast<double>(b);
    if (!(exact <= kLimit)) fail(ErrorKind::range, "a size is beyond 2^53");
    return a * b;
  }
  int64_t product(int64_t a, int64_t b, int64_t c) const { return product(product(a, b), c); }

  // Rows [begin, end) of `rows`, which 32 bits number.
  void checkRows(int64_t begin, int64_t end, int64_t rows) const {
    if (begin > end || end > rows) fail(ErrorKind::range, "begin and end must lie in order among the rows");
    if (rows > kMaxPositions) fail(ErrorKind::range, "there are too many rows");
  }

  Napi::Error error(ErrorKind kind, const std::string& message) const { return args_.error(kind, message); }
  [[noreturn]] void fail(ErrorKind kind, const char* message) const { args_.fail(kind, message); }
  [[noreturn]] void missing(const Array& a, const char* expected) const {
    args_.wrongKind(a.argument, a.name, expected);
  }

 protected:
  // The plan has room for `count` numbers and begins with `id`.
  PlannedCall(const Args& args, uint32_t id, int64_t count);

  int64_t integer(int64_t k) const {
    const double x = plan_[k];
    if (!(std::fabs(x) <= kLimit)) refuse(k);
    const auto whole = static_cast<int64_t>(x);
    if (static_cast<double>(whole) != x) refuse(k);
    return whole;
  }
  int64_t size(int64_t k) const {
    const int64_t x = integer(k);
    if (x < 0) refuse(k);
    return x;
  }
  int64_t offset(const Array& a) const { return a.offset < 0 ? 0 : size(a.offset); }

  const Args& args_;

 private:
  static constexpr double kLimit = 9007199254740992.0;
  [[noreturn]] void refuse(int64_t k) const;

  double* plan_;
};

// `call[call.rows]` is a number of the layout, `call.array<T>(call.x, n)` an array.
template <class Layout>
class Planned : public PlannedCall, public Layout {
 public:
  explicit Planned(const Args& args) : PlannedCall(args, Layout::kId, Layout::kNumbers) {}

  // Says how often the repeated numbers come; they can be read then.
  void repeat(int64_t n) {
    args_.array<double>(0, "plan", 0, Layout::kNumbers + product(n, Layout::kRepeated));
    repeated_ = n;
  }
  int64_t repeated(int64_t place, Repeated k) const {
    if (place >= repeated_) fail(ErrorKind::range, "the plan repeats its numbers less often");
    return size(k.at + place * Layout::kRepeated);
  }

 private:
  int64_t repeated_ = 0;
};

}  // namespace lutra::binding
