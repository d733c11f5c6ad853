#include "kernels/losses/ctc.h"

#include "memory/scratch.h"
#include "threads/thread_pool.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/ctc.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

int64_t findBadLabel(const CtcLabels& labels, const CtcShape& shape) {
  for (int64_t n = 0; n < shape.batch; n++) {
    for (int64_t i = labels.starts[n]; i < labels.starts[n] + labels.targetLengths[n]; i++) {
      const int32_t label = labels.targets[i];
      if (label < 0 || label >= shape.classes || label == shape.blank) return i;
    }
  }
  return -1;
}

LUTRA_FLOAT_KERNEL(ctcLoss, ctc::ctcLoss<T>)
LUTRA_FLOAT_KERNEL(ctcLossBackward, ctc::ctcLossBackward<T>)

}  // namespace lutra
