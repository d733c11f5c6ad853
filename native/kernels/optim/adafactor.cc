#include "kernels/optim/adafactor.h"

#include <vector>

#include "kernels/optim/clip.h"

#define LUTRA_KERNEL_SOURCE "kernels/optim/adafactor.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void adafactorMatrix(T* weight, T* rowMeans, T* columnMeans, const T* gradient, int64_t matrices, int64_t rows,
                     int64_t columns, const AdafactorOptions& options) {
  LUTRA_DISPATCH(adafactorMatrix<T>)(weight, rowMeans, columnMeans, gradient, matrices, rows, columns, options);
}
template <class T>
void adafactorVector(T* weight, T* variance, const T* gradient, int64_t n, const AdafactorOptions& options) {
  LUTRA_DISPATCH(adafactorVector<T>)(weight, variance, gradient, n, options);
}

#define LUTRA_INSTANTIATE(T)                                                                                  \
  template void adafactorMatrix<T>(T*, T*, T*, const T*, int64_t, int64_t, int64_t, const AdafactorOptions&); \
  template void adafactorVector<T>(T*, T*, const T*, int64_t, const AdafactorOptions&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
