#include "kernels/losses/element.h"

#include <vector>

#define LUTRA_KERNEL_SOURCE "kernels/losses/element.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
int64_t findOutsideUnit(const T* x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (!(x[i] >= T(0) && x[i] <= T(1))) return i;
  }
  return -1;
}
template <class T>
double elementLoss(LossKind kind, T* out, const T* x, const T* t, int64_t n, const LossExtras<T>& extras) {
  return LUTRA_DISPATCH(elementLoss<T>)(kind, out, x, t, n, extras);
}
template <class T>
void elementLossBackward(LossKind kind, T* dx, const T* x, const T* t, const T* dloss, bool perElement, double scale,
                         int64_t n, const LossExtras<T>& extras) {
  LUTRA_DISPATCH(elementLossBackward<T>)(kind, dx, x, t, dloss, perElement, scale, n, extras);
}

#define LUTRA_INSTANTIATE(T)                                                                              \
  template int64_t findOutsideUnit<T>(const T*, int64_t);                                                 \
  template double elementLoss<T>(LossKind, T*, const T*, const T*, int64_t, const LossExtras<T>&);        \
  template void elementLossBackward<T>(LossKind, T*, const T*, const T*, const T*, bool, double, int64_t, \
                                       const LossExtras<T>&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
