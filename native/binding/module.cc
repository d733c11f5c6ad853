// The addon's entry point: builds the exports object of one environment (main thread or worker).
#include "binding/families.h"
#include "binding/instance.h"

namespace lutra::binding {

static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Instance);
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
  registerWord2Vec(exports);
  return exports;
}

}  // namespace lutra::binding

using lutra::binding::initialise;
NODE_API_MODULE(lutra, initialise)
