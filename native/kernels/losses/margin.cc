#include "kernels/losses/margin.h"

#include <algorithm>
#include <vector>

#include "threads/thread_pool.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/margin.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

int64_t findOutsideClasses(const int32_t* targets, int64_t count, int64_t least, int64_t classes) {
  for (int64_t i = 0; i < count; i++) {
    if (targets[i] < least || targets[i] >= classes) return i;
  }
  return -1;
}

LUTRA_FLOAT_KERNEL(multiMarginLoss, margins::multiMarginLoss<T>)
LUTRA_FLOAT_KERNEL(multiMarginBackward, margins::multiMarginBackward<T>)
LUTRA_FLOAT_KERNEL(multilabelMarginLoss, margins::multilabelMarginLoss<T>)
LUTRA_FLOAT_KERNEL(multilabelMarginBackward, margins::multilabelMarginBackward<T>)

}  // namespace lutra
