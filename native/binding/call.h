// How a function of the binding is called from JavaScript and what becomes of its result or its exception.
#pragma once

#include <type_traits>

#include "binding/arguments.h"

namespace lutra::binding {

// Runs a function; whatever it throws becomes a JavaScript error, since what leaves a call would end the process.
Napi::Value guarded(const Napi::CallbackInfo& info, Napi::Value (*function)(Args&));

template <auto F>
Napi::Value resultOf(Args& args) {
  using Result = decltype(F(args));
  if constexpr (std::is_void_v<Result>) {
    F(args);
    return {};
  } else if constexpr (std::is_arithmetic_v<Result>) {
    return Napi::Number::New(args.env(), static_cast<double>(F(args)));
  } else {
    return F(args);
  }
}

template <auto F>
Napi::Value call(const Napi::CallbackInfo& info) {
  return guarded(info, resultOf<F>);
}

// Adds `F(Args&)`, which returns nothing, a number or a value, to the module's exports. Its errors begin with the name.
template <auto F>
void define(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<call<F>>(exports.Env(), name, const_cast<char*>(name)));
}

}  // namespace lutra::binding
