// The addon's entry point: builds the exports object of one environment (main thread or worker).
#include "binding/family.h"
#include "binding/instance.h"

namespace lutra::binding {

static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Instance);
  Family::defineAll(exports);
  return exports;
}

}  // namespace lutra::binding

using lutra::binding::initialise;
NODE_API_MODULE(lutra, initialise)
