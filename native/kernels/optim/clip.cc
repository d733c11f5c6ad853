#include "kernels/optim/clip.h"

#include <vector>

#define LUTRA_KERNEL_SOURCE "kernels/optim/clip.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
double sumOfPowers(const T* x, int64_t n, double p) {
  return LUTRA_DISPATCH(sumOfPowers<T>)(x, n, p);
}
template <class T>
void scaleInPlace(T* x, int64_t n, double factor) {
  LUTRA_DISPATCH(scaleInPlace<T>)(x, n, factor);
}
template <class T>
void clampInPlace(T* x, int64_t n, double limit) {
  LUTRA_DISPATCH(clampInPlace<T>)(x, n, limit);
}

#define LUTRA_INSTANTIATE(T)                                 \
  template double sumOfPowers<T>(const T*, int64_t, double); \
  template void scaleInPlace<T>(T*, int64_t, double);        \
  template void clampInPlace<T>(T*, int64_t, double);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
