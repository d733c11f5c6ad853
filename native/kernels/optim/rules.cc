#include "kernels/optim/rules.h"

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"

#define LUTRA_KERNEL_SOURCE "kernels/optim/rules.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void sgdDense(T* weight, T* buffer, const T* gradient, int64_t n, const SgdOptions& options) {
  LUTRA_DISPATCH(sgdDense<T>)(weight, buffer, gradient, n, options);
}
template <class T>
void sgdRows(T* weight, T* buffer, const RowGradient<T>& gradient, const SgdOptions& options) {
  LUTRA_DISPATCH(sgdRows<T>)(weight, buffer, gradient, options);
}

template <class T>
void adamDense(T* weight, T* average, T* square, T* largest, const T* gradient, int64_t n, const AdamOptions& options) {
  LUTRA_DISPATCH(adamDense<T>)(weight, average, square, largest, gradient, n, options);
}
template <class T>
void adamRows(T* weight, T* average, T* square, T* largest, const RowGradient<T>& gradient,
              const AdamOptions& options) {
  LUTRA_DISPATCH(adamRows<T>)(weight, average, square, largest, gradient, options);
}
template <class T>
void sparseAdamRows(T* weight, T* average, T* square, const RowGradient<T>& gradient, const AdamOptions& options) {
  LUTRA_DISPATCH(sparseAdamRows<T>)(weight, average, square, gradient, options);
}

template <class T>
void adagradDense(T* weight, T* sum, const T* gradient, int64_t n, const AdagradOptions& options) {
  LUTRA_DISPATCH(adagradDense<T>)(weight, sum, gradient, n, options);
}
template <class T>
void adagradRows(T* weight, T* sum, const RowGradient<T>& gradient, const AdagradOptions& options) {
  LUTRA_DISPATCH(adagradRows<T>)(weight, sum, gradient, options);
}

template <class T>
void rmspropDense(T* weight, T* square, T* average, T* buffer, const T* gradient, int64_t n,
                  const RmspropOptions& options) {
  LUTRA_DISPATCH(rmspropDense<T>)(weight, square, average, buffer, gradient, n, options);
}
template <class T>
void rmspropRows(T* weight, T* square, T* average, T* buffer, const RowGradient<T>& gradient,
                 const RmspropOptions& options) {
  LUTRA_DISPATCH(rmspropRows<T>)(weight, square, average, buffer, gradient, options);
}

#define LUTRA_INSTANTIATE(T)                                                               \
  template void sgdDense<T>(T*, T*, const T*, int64_t, const SgdOptions&);                 \
  template void sgdRows<T>(T*, T*, const RowGradient<T>&, const SgdOptions&);              \
  template void adamDense<T>(T*, T*, T*, T*, const T*, int64_t, const AdamOptions&);       \
  template void adamRows<T>(T*, T*, T*, T*, const RowGradient<T>&, const AdamOptions&);    \
  template void sparseAdamRows<T>(T*, T*, T*, const RowGradient<T>&, const AdamOptions&);  \
  template void adagradDense<T>(T*, T*, const T*, int64_t, const AdagradOptions&);         \
  template void adagradRows<T>(T*, T*, const RowGradient<T>&, const AdagradOptions&);      \
  template void rmspropDense<T>(T*, T*, T*, T*, const T*, int64_t, const RmspropOptions&); \
  template void rmspropRows<T>(T*, T*, T*, T*, const RowGradient<T>&, const RmspropOptions&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
