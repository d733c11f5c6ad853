// The addon's entry point: builds the exports object of one environment (main thread or worker).
#include "binding/families.h"

namespace lutra::binding {

static napi_value initialise(napi_env env, napi_value object) {
  Exports exports(env, object);
  registerRuntime(exports);
  registerMemory(exports);
  registerCopy(exports);
  registerElementwise(exports);
  registerReduce(exports);
  registerSelect(exports);
  registerGather(exports);
  registerEmbeddingBag(exports);
  registerSoftmax(exports);
  registerLosses(exports);
  registerOptim(exports);
  registerNorm(exports);
  registerSimilarity(exports);
  registerAttention(exports);
  registerMatmul(exports);
  registerLstm(exports);
  registerGru(exports);
  registerRnn(exports);
  registerRandom(exports);
  return object;
}

}  // namespace lutra::binding

NAPI_MODULE_INIT() { return lutra::binding::initialise(env, exports); }
