#include "kernels/norm/norm.h"

#include "memory/write_around.h"
#include "memory/scratch.h"

namespace lutra {

/** What a backward reads and writes; nulls are left out. Its sums are those of one chunk of rows. */
template <class T>
struct NormGradients {
  T *dx, *dweight, *dbias;
  const T *dy, *x, *weight, *mean, *rstd;
  int64_t n;
};

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/norm/norm.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void layerNorm(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps, int64_t rows,
               int64_t n) {
  LUTRA_DISPATCH(norms::normalise<T>)(y, mean, rstd, x, weight, bias, eps, rows, n);
}
template <class T>
void rmsNorm(T* y, T* rstd, const T* x, const T* weight, double eps, int64_t rows, int64_t n) {
  LUTRA_DISPATCH(norms::normalise<T>)(y, nullptr, rstd, x, weight, nullptr, eps, rows, n);
}
template <class T>
void layerNormBackward(T* dx, T* dweight, T* dbias, const T* dy, const T* x, const T* weight, const T* mean,
                       const T* rstd, int64_t rows, int64_t n) {
  LUTRA_DISPATCH(norms::normBackward<T>)({dx, dweight, dbias, dy, x, weight, mean, rstd, n}, rows);
}
template <class T>
void rmsNormBackward(T* dx, T* dweight, const T* dy, const T* x, const T* weight, const T* rstd, int64_t rows,
                     int64_t n) {
  LUTRA_DISPATCH(norms::normBackward<T>)({dx, dweight, nullptr, dy, x, weight, nullptr, rstd, n}, rows);
}

#define LUTRA_INSTANTIATE(T)                                                                                          \
  template void layerNorm<T>(T*, T*, T*, const T*, const T*, const T*, double, int64_t, int64_t);                     \
  template void rmsNorm<T>(T*, T*, const T*, const T*, double, int64_t, int64_t);                                     \
  template void layerNormBackward<T>(T*, T*, T*, const T*, const T*, const T*, const T*, const T*, int64_t, int64_t); \
  template void rmsNormBackward<T>(T*, T*, const T*, const T*, const T*, const T*, int64_t, int64_t);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
#undef LUTRA_INSTANTIATE

}  // namespace lutra
