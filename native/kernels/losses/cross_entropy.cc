#include "kernels/losses/cross_entropy.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/cross_entropy_source.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

int64_t findBadTarget(const int32_t* targets, int64_t count, int64_t classes, int64_t ignoreIndex) {
  for (int64_t i = 0; i < count; i++) {
    if ((targets[i] < 0 || targets[i] >= classes) && targets[i] != ignoreIndex) return i;
  }
  return -1;
}

template <class T>
ClassLossSums crossEntropy(T* loss, T* normaliser, const T* logits, const int32_t* targets, const T* weight,
                           const ClassLossShape& shape) {
  return LUTRA_DISPATCH(crossEntropy<T>)(loss, normaliser, logits, targets, weight, shape);
}
template <class T>
void crossEntropyBackward(T* dlogits, const T* logits, const T* normaliser, const int32_t* targets, const T* weight,
                          const T* dloss, bool perSample, double scale, const ClassLossShape& shape) {
  LUTRA_DISPATCH(crossEntropyBackward<T>)
  (dlogits, logits, normaliser, targets, weight, dloss, perSample, scale, shape);
}
template <class T>
ClassLossSums negativeLogLikelihood(T* loss, const T* logProbabilities, const int32_t* targets, const T* weight,
                                    const ClassLossShape& shape) {
  return LUTRA_DISPATCH(negativeLogLikelihood<T>)(loss, logProbabilities, targets, weight, shape);
}
template <class T>
void negativeLogLikelihoodBackward(T* dinput, const int32_t* targets, const T* weight, const T* dloss, bool perSample,
                                   double scale, const ClassLossShape& shape) {
  LUTRA_DISPATCH(negativeLogLikelihoodBackward<T>)(dinput, targets, weight, dloss, perSample, scale, shape);
}

#define LUTRA_INSTANTIATE(T)                                                                                      \
  template ClassLossSums crossEntropy<T>(T*, T*, const T*, const int32_t*, const T*, const ClassLossShape&);      \
  template void crossEntropyBackward<T>(T*, const T*, const T*, const int32_t*, const T*, const T*, bool, double, \
                                        const ClassLossShape&);                                                   \
  template ClassLossSums negativeLogLikelihood<T>(T*, const T*, const int32_t*, const T*, const ClassLossShape&); \
  template void negativeLogLikelihoodBackward<T>(T*, const int32_t*, const T*, const T*, bool, double,            \
                                                 const ClassLossShape&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
