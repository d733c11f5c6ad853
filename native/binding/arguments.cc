#include "binding/arguments.h"

#include <cmath>

namespace lutra::binding {

namespace {

// The kinds of typed arrays in the order of their codes in Node-API. The last, of Node 24, is not in older headers.
struct ArrayKind {
  const char* name;
  int64_t elementSize;
};
constexpr ArrayKind kArrayKinds[] = {
    {"an Int8Array", 1},   {"a Uint8Array", 1},    {"a Uint8ClampedArray", 1}, {"an Int16Array", 2},
    {"a Uint16Array", 2},  {"an Int32Array", 4},   {"a Uint32Array", 4},       {"a Float32Array", 4},
    {"a Float64Array", 8}, {"a BigInt64Array", 8}, {"a BigUint64Array", 8},    {"a Float16Array", 2},
};
constexpr size_t kArrayKindCount = sizeof(kArrayKinds) / sizeof(kArrayKinds[0]);

// Null for a kind that only a later Node-API knows.
const ArrayKind* arrayKind(napi_typedarray_type type) {
  const auto code = static_cast<size_t>(type);
  return code < kArrayKindCount ? &kArrayKinds[code] : nullptr;
}

}  // namespace

int64_t Span::bytes() const {
  const ArrayKind* const kind = arrayKind(type);
  return kind == nullptr ? 0 : length * kind->elementSize;
}

Args::Args(const Napi::CallbackInfo& info) : info_(info), count_(info.Length() < kMax ? info.Length() : kMax) {}

Napi::Error Args::error(ErrorKind kind, const std::string& message) const {
  const std::string text = std::string(static_cast<const char*>(info_.Data())) + ": " + message;
  if (kind == ErrorKind::range) return Napi::RangeError::New(env(), text);
  return Napi::TypeError::New(env(), text);
}

void Args::fail(ErrorKind kind, const char* message) const { throw error(kind, message); }

void Args::wrongKind(size_t i, const char* name, const char* expected) const {
  const char* got = "nothing";
  if (i < count_) {
    static const char* const kinds[] = {"undefined", "null",      "a boolean",  "a number",    "a string",
                                        "a symbol",  "an object", "a function", "an external", "a bigint"};
    const napi_valuetype type = value(i).Type();
    got = kinds[type <= napi_bigint ? type : napi_object];
    if (find(i)) {
      const ArrayKind* const kind = arrayKind(spans_[i].type);
      got = kind == nullptr ? "a typed array" : kind->name;
    }
  }
  throw error(ErrorKind::type, std::string("argument '") + name + "' must be a " + expected + ", got " + got);
}

bool Args::isNullish(size_t i) const {
  // What is asked is mostly an array, and then its elements are wanted next.
  if (find(i)) return false;
  const napi_valuetype type = value(i).Type();
  return type == napi_undefined || type == napi_null;
}

double Args::number(size_t i, const char* name) const {
  double x = 0;
  if (napi_get_value_double(env(), value(i), &x) != napi_ok) wrongKind(i, name, "number");
  return x;
}

int64_t Args::integer(size_t i, const char* name, int64_t low, int64_t high) const {
  const double x = number(i, name);
  // The conversion comes last: of a number beyond int64 it has no meaning.
  if (!(x >= static_cast<double>(low) && x <= static_cast<double>(high)) ||
      x != static_cast<double>(static_cast<int64_t>(x))) {
    throw error(ErrorKind::range, std::string("argument '") + name + "' must be an integer from " +
                                      std::to_string(low) + " to " + std::to_string(high) + ", got " +
                                      std::to_string(x));
  }
  return static_cast<int64_t>(x);
}

bool Args::flag(size_t i, const char* name) const {
  const Napi::Value x = value(i);
  if (!x.IsBoolean()) wrongKind(i, name, "boolean");
  return x.As<Napi::Boolean>().Value();
}

bool Args::ask(size_t i) const {
  // A kind that Node-API has no name for leaves the type alone: bytes, of which such an array has at least as many.
  Span s{nullptr, 0, napi_int8_array};
  size_t length = 0;
  // The one question that node-addon-api's own typed arrays would ask two or three times. It fails for everything else,
  // so there is no need to ask for that first.
  if (napi_get_typedarray_info(env(), value(i), &s.type, &length, &s.data, nullptr, nullptr) != napi_ok) return false;
  s.length = static_cast<int64_t>(length);
  spans_[i] = s;
  known_ |= uint32_t(1) << i;
  return true;
}

void* Args::reach(const Span& s, size_t elementSize, const char* name, int64_t offset, int64_t count) const {
  if (count == 0) return nullptr;
  if (s.data == nullptr || offset < 0 || count < 0 || offset > s.length || count > s.length - offset) {
    throw error(ErrorKind::range, std::string("argument '") + name + "' must hold " + std::to_string(count) +
                                      " elements from " + std::to_string(offset) + " on, but its array has " +
                                      std::to_string(s.length) + (s.length == 0 ? " (is its buffer detached?)" : ""));
  }
  return static_cast<char*>(s.data) + static_cast<size_t>(offset) * elementSize;
}

bool Args::isDouble(size_t i, const char* name) const {
  const Span& s = span(i, name);
  if (s.type != napi_float32_array && s.type != napi_float64_array) wrongKind(i, name, "Float32Array or Float64Array");
  return s.type == napi_float64_array;
}

Plan::Plan(const Args& args, size_t i) : env_(args.env()) {
  const Span& s = args.span(i, "plan");
  if (s.type != napi_float64_array) args.wrongKind(i, "plan", "Float64Array");
  values_ = static_cast<const double*>(s.data);
  length_ = s.length;
}

int64_t Plan::operator[](int64_t k) const {
  if (k >= length_) throw Napi::RangeError::New(env_, "plan is too short");
  const double x = values_[k];
  if (!(std::fabs(x) <= 9007199254740992.0)) throw Napi::RangeError::New(env_, "plan holds a number that is no size");
  return static_cast<int64_t>(x);
}

}  // namespace lutra::binding
