// Every kernel family registers its functions here: one line a family.
#pragma once

#include "binding/arguments.h"

namespace lutra::binding {

void registerRuntime(Exports& exports);
void registerMemory(Exports& exports);
void registerCopy(Exports& exports);
void registerElementwise(Exports& exports);
void registerReduce(Exports& exports);
void registerSelect(Exports& exports);
void registerGather(Exports& exports);
void registerEmbeddingBag(Exports& exports);
void registerSoftmax(Exports& exports);
void registerLosses(Exports& exports);
void registerOptim(Exports& exports);
void registerNorm(Exports& exports);
void registerSimilarity(Exports& exports);
void registerAttention(Exports& exports);
void registerMatmul(Exports& exports);
void registerLstm(Exports& exports);
void registerGru(Exports& exports);
void registerRnn(Exports& exports);
void registerRandom(Exports& exports);

}  // namespace lutra::binding
