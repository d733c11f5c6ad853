#include "kernels/losses/softmax.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/softmax.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void softmax(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner) {
  LUTRA_DISPATCH(softmax<T>)(out, x, outer, dim, inner);
}
template <class T>
void logSoftmax(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner) {
  LUTRA_DISPATCH(logSoftmax<T>)(out, x, outer, dim, inner);
}
template <class T>
void softmaxBackward(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner) {
  LUTRA_DISPATCH(softmaxBackward<T>)(dx, dy, y, outer, dim, inner);
}
template <class T>
void logSoftmaxBackward(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner) {
  LUTRA_DISPATCH(logSoftmaxBackward<T>)(dx, dy, y, outer, dim, inner);
}

#define LUTRA_INSTANTIATE(T)                                                           \
  template void softmax<T>(T*, const T*, int64_t, int64_t, int64_t);                   \
  template void logSoftmax<T>(T*, const T*, int64_t, int64_t, int64_t);                \
  template void softmaxBackward<T>(T*, const T*, const T*, int64_t, int64_t, int64_t); \
  template void logSoftmaxBackward<T>(T*, const T*, const T*, int64_t, int64_t, int64_t);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
