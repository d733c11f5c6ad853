// Every kernel family registers its functions here: one line a family.
#pragma once

#include "binding/call.h"

namespace lutra::binding {

void registerRuntime(Napi::Object exports);
void registerMemory(Napi::Object exports);
void registerCopy(Napi::Object exports);
void registerElementwise(Napi::Object exports);
void registerReduce(Napi::Object exports);
void registerSelect(Napi::Object exports);
void registerGather(Napi::Object exports);
void registerEmbeddingBag(Napi::Object exports);
void registerSoftmax(Napi::Object exports);
void registerLosses(Napi::Object exports);
void registerOptim(Napi::Object exports);
void registerNorm(Napi::Object exports);
void registerSimilarity(Napi::Object exports);
void registerAttention(Napi::Object exports);
void registerMatmul(Napi::Object exports);
void registerLstm(Napi::Object exports);
void registerGru(Napi::Object exports);
void registerRnn(Napi::Object exports);
void registerRandom(Napi::Object exports);
void registerWord2Vec(Napi::Object exports);

}  // namespace lutra::binding
