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

LUTRA_FLOAT_KERNEL(crossEntropy, crossEntropy<T>)
LUTRA_FLOAT_KERNEL(crossEntropyBackward, crossEntropyBackward<T>)
LUTRA_FLOAT_KERNEL(negativeLogLikelihood, negativeLogLikelihood<T>)
LUTRA_FLOAT_KERNEL(negativeLogLikelihoodBackward, negativeLogLikelihoodBackward<T>)

}  // namespace lutra
