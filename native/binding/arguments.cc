#include "binding/arguments.h"

#include <cmath>
#include <new>

namespace lutra::binding {

Args::Args(napi_env env, napi_callback_info info) : env_(env) {
  void* name = nullptr;
  if (napi_get_cb_info(env, info, &count_, values_, nullptr, &name) != napi_ok) count_ = 0;
  if (count_ > kMax) count_ = kMax;
  if (name != nullptr) function_ = static_cast<const char*>(name);
}

void Args::fail(ErrorKind kind, const std::string& message) const {
  throw BadArgument(kind, std::string(function_) + ": " + message);
}

void Args::wrongKind(size_t i, const char* name, const char* expected) const {
  std::string got = "nothing";
  if (i < count_) {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, values_[i], &type);
    static const char* const kinds[] = {"undefined", "null",      "a boolean",  "a number",    "a string",
                                        "a symbol",  "an object", "a function", "an external", "a bigint"};
    got = kinds[type <= napi_bigint ? type : 6];
    bool typed = false;
    if (type == napi_object && napi_is_typedarray(env_, values_[i], &typed) == napi_ok && typed) {
      napi_typedarray_type kind = napi_int8_array;
      napi_get_typedarray_info(env_, values_[i], &kind, nullptr, nullptr, nullptr, nullptr);
      static const char* const arrays[] = {"an Int8Array",   "a Uint8Array",    "a Uint8ClampedArray", "an Int16Array",
                                           "a Uint16Array",  "an Int32Array",   "a Uint32Array",       "a Float32Array",
                                           "a Float64Array", "a BigInt64Array", "a BigUint64Array"};
      got = kind <= napi_biguint64_array ? arrays[kind] : "a typed array";
    }
  }
  fail(ErrorKind::type, std::string("argument '") + name + "' must be a " + expected + ", got " + got);
}

bool Args::isNullish(size_t i) const {
  // What is asked is mostly an array, and then its elements are wanted next.
  if (find(i)) return false;
  if (i >= count_) return true;
  napi_valuetype type = napi_undefined;
  return napi_typeof(env_, values_[i], &type) == napi_ok && (type == napi_undefined || type == napi_null);
}

double Args::number(size_t i, const char* name) const {
  double x = 0;
  if (i >= count_ || napi_get_value_double(env_, values_[i], &x) != napi_ok) wrongKind(i, name, "number");
  return x;
}

int64_t Args::integer(size_t i, const char* name, int64_t low, int64_t high) const {
  const double x = number(i, name);
  if (!(x >= static_cast<double>(low) && x <= static_cast<double>(high)) || x != std::floor(x)) {
    fail(ErrorKind::range, std::string("argument '") + name + "' must be an integer from " + std::to_string(low) +
                               " to " + std::to_string(high) + ", got " + std::to_string(x));
  }
  return static_cast<int64_t>(x);
}

bool Args::flag(size_t i, const char* name) const {
  bool x = false;
  if (i >= count_ || napi_get_value_bool(env_, values_[i], &x) != napi_ok) wrongKind(i, name, "boolean");
  return x;
}

bool Args::ask(size_t i) const {
  // A kind that Node-API has no name for leaves the type alone: bytes, of which such an array has at least as many.
  Span s{nullptr, 0, napi_int8_array};
  size_t length = 0;
  // Fails for everything but typed arrays, so there is no need to ask for that first.
  if (napi_get_typedarray_info(env_, values_[i], &s.type, &length, &s.data, nullptr, nullptr) != napi_ok) return false;
  s.length = static_cast<int64_t>(length);
  spans_[i] = s;
  known_ |= uint32_t(1) << i;
  return true;
}

void* Args::reach(const Span& s, size_t elementSize, const char* name, int64_t offset, int64_t count) const {
  if (count == 0) return nullptr;
  if (s.data == nullptr || offset < 0 || count < 0 || offset > s.length || count > s.length - offset) {
    fail(ErrorKind::range, std::string("argument '") + name + "' must hold " + std::to_string(count) +
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

void* Args::external(size_t i, const char* name, const napi_type_tag& tag) const {
  void* object = nullptr;
  bool ours = false;
  napi_valuetype type = napi_undefined;
  if (i >= count_ || napi_typeof(env_, values_[i], &type) != napi_ok || type != napi_external ||
      napi_check_object_type_tag(env_, values_[i], &tag, &ours) != napi_ok || !ours ||
      napi_get_value_external(env_, values_[i], &object) != napi_ok) {
    wrongKind(i, name, "handle of this library");
  }
  return object;
}

napi_value Args::number(double x) const {
  napi_value result = nullptr;
  napi_create_double(env_, x, &result);
  return result;
}

Plan::Plan(const Args& args, size_t i) {
  const Span& s = args.span(i, "plan");
  if (s.type != napi_float64_array) args.wrongKind(i, "plan", "Float64Array");
  values_ = static_cast<const double*>(s.data);
  length_ = s.length;
}

int64_t Plan::operator[](int64_t k) const {
  if (k >= length_) throw BadArgument(ErrorKind::range, "plan is too short");
  const double x = values_[k];
  if (!(std::fabs(x) <= 9007199254740992.0)) throw BadArgument(ErrorKind::range, "plan holds a number that is no size");
  return static_cast<int64_t>(x);
}

napi_value callGuarded(napi_env env, napi_callback_info info, Function function) {
  try {
    Args args(env, info);
    return function(args);
  } catch (const BadArgument& error) {
    if (error.kind == ErrorKind::range) {
      napi_throw_range_error(env, nullptr, error.what());
    } else {
      napi_throw_type_error(env, nullptr, error.what());
    }
  } catch (const std::invalid_argument& error) {
    napi_throw_range_error(env, nullptr, error.what());
  } catch (const std::bad_alloc&) {
    napi_throw_range_error(env, nullptr, "native memory exhausted");
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  } catch (...) {
    napi_throw_error(env, nullptr, "unknown native error");
  }
  return nullptr;
}

void Exports::define(const char* name, napi_callback callback) {
  napi_value function = nullptr;
  napi_create_function(env_, name, NAPI_AUTO_LENGTH, callback, const_cast<char*>(name), &function);
  napi_set_named_property(env_, object_, name, function);
}

}  // namespace lutra::binding
