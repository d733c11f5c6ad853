// The arguments of one native call, checked. Only files in binding/ include this.
//
// A binding function is `void name(Args& args)`, or returns a number or a Napi::Value: it reads its numbers first and
// its arrays last (so that no user code can run while a pointer is held) and calls one kernel. A failed check throws a
// Napi::Error, and binding/call.h turns every other exception into one.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "binding/napi.h"

namespace lutra::binding {

enum class ErrorKind { type, range };

// Codes shared with lib/tensor/dtype.ts.
enum class DType : int { float32 = 0, float64 = 1, int32 = 2, uint8 = 3, boolean = 4, float16 = 5, bfloat16 = 6 };

// A typed array, borrowed for one call.
struct Span {
  void* data;
  int64_t length;  // in elements, of the whole array
  napi_typedarray_type type;

  int64_t bytes() const;
};

class Args {
 public:
  // No function looks at more.
  static constexpr size_t kMax = 32;
  explicit Args(const Napi::CallbackInfo& info);

  Napi::Env env() const { return info_.Env(); }
  Napi::Value value(size_t i) const { return info_[i]; }
  bool isNullish(size_t i) const;

  // A finite or non-finite double.
  double number(size_t i, const char* name) const;
  // An integer in [low, high]; refuses fractions, NaN and infinities.
  int64_t integer(size_t i, const char* name, int64_t low = 0, int64_t high = int64_t(1) << 53) const;
  bool flag(size_t i, const char* name) const;
  // The array's raw view; use array<T> where the type is known.
  const Span& span(size_t i, const char* name) const {
    if (!find(i)) wrongKind(i, name, "typed array");
    return spans_[i];
  }
  // A pointer to element `offset` of a typed array of T that has at least `count` elements from there.
  // Null only when count is 0.
  template <class T>
  T* array(size_t i, const char* name, int64_t offset, int64_t count) const {
    const Span& s = span(i, name);
    if (!holds<T>(s.type)) wrongKind(i, name, kindOf<T>());
    return static_cast<T*>(reach(s, sizeof(T), name, offset, count));
  }
  // The same, or null where the argument is null or undefined.
  template <class T>
  T* optionalArray(size_t i, const char* name, int64_t offset, int64_t count) const {
    return isNullish(i) ? nullptr : array<T>(i, name, offset, count);
  }
  // Calls use(T{}) with the element type of argument i, float or double; refuses other arrays.
  template <class Use>
  auto withFloat(size_t i, const char* name, Use&& use) const {
    return isDouble(i, name) ? use(double{}) : use(float{});
  }
  // True when argument i is a Float64Array, false when a Float32Array; refuses anything else.
  bool isDouble(size_t i, const char* name) const;

  // What to throw: the message is that of this function.
  Napi::Error error(ErrorKind kind, const std::string& message) const;
  [[noreturn]] void fail(ErrorKind kind, const char* message) const;
  [[noreturn]] void wrongKind(size_t i, const char* name, const char* expected) const;

 private:
  // Whether argument i is a typed array; its view is in spans_[i] then.
  bool find(size_t i) const { return i < count_ && ((known_ >> i & 1) != 0 || ask(i)); }
  bool ask(size_t i) const;
  void* reach(const Span& s, size_t elementSize, const char* name, int64_t offset, int64_t count) const;

  template <class T>
  static bool holds(napi_typedarray_type type) {
    if constexpr (std::is_same_v<T, float>) return type == napi_float32_array;
    if constexpr (std::is_same_v<T, double>) return type == napi_float64_array;
    if constexpr (std::is_same_v<T, int32_t>) return type == napi_int32_array;
    if constexpr (std::is_same_v<T, uint32_t>) return type == napi_uint32_array;
    if constexpr (std::is_same_v<T, uint8_t>) return type == napi_uint8_array || type == napi_uint8_clamped_array;
    if constexpr (std::is_same_v<T, int8_t>) return type == napi_int8_array;
    if constexpr (std::is_same_v<T, uint16_t>) return type == napi_uint16_array;
    return false;
  }
  template <class T>
  static const char* kindOf() {
    if constexpr (std::is_same_v<T, float>) return "Float32Array";
    if constexpr (std::is_same_v<T, double>) return "Float64Array";
    if constexpr (std::is_same_v<T, int32_t>) return "Int32Array";
    if constexpr (std::is_same_v<T, uint32_t>) return "Uint32Array";
    if constexpr (std::is_same_v<T, uint8_t>) return "Uint8Array";
    if constexpr (std::is_same_v<T, int8_t>) return "Int8Array";
    return "Uint16Array";
  }

  const Napi::CallbackInfo& info_;
  size_t count_;
  // Arrays are asked for once in a call, however often their type, length and pointer are looked at.
  mutable uint32_t known_ = 0;
  mutable Span spans_[kMax];
};

// Shapes and strides of one call, read from the shared Float64Array of lib/calls/plan.ts.
class Plan {
 public:
  Plan(const Args& args, size_t i);
  int64_t operator[](int64_t k) const;
  Napi::Env env() const { return env_; }

 private:
  Napi::Env env_;
  const double* values_;
  int64_t length_;
};

}  // namespace lutra::binding
