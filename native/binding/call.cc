#include "binding/call.h"

#include <exception>
#include <new>
#include <stdexcept>

namespace lutra::binding {

Napi::Value guarded(const Napi::CallbackInfo& info, Napi::Value (*function)(Args&)) {
  const Napi::Env env = info.Env();
  try {
    Args args(info);
    return function(args);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();
  } catch (const std::invalid_argument& error) {
    Napi::RangeError::New(env, error.what()).ThrowAsJavaScriptException();
  } catch (const std::bad_alloc&) {
    Napi::RangeError::New(env, "native memory exhausted").ThrowAsJavaScriptException();
  } catch (const std::exception& error) {
    Napi::Error::New(env, error.what()).ThrowAsJavaScriptException();
  } catch (...) {
    Napi::Error::New(env, "unknown native error").ThrowAsJavaScriptException();
  }
  return {};
}

}  // namespace lutra::binding
