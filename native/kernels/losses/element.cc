#include "kernels/losses/element.h"

#include <vector>

#define LUTRA_KERNEL_SOURCE "kernels/losses/element.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace plain {

template <class T>
int64_t findOutsideUnit(const T* x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (!(x[i] >= T(0) && x[i] <= T(1))) return i;
  }
  return -1;
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(findOutsideUnit, plain::findOutsideUnit<T>)

LUTRA_FLOAT_KERNEL(elementLoss, elementLoss<T>)
LUTRA_FLOAT_KERNEL(elementLossBackward, elementLossBackward<T>)

}  // namespace lutra
