#include "kernels/matmul/matmul.h"

#include <atomic>

#include "memory/prefetch.h"
#include "memory/scratch.h"

namespace lutra {

/** A product to compute: what matmul was given. */
template <class T>
struct Product {
  T* c;
  int64_t ldc;
  Matrix<T> a;
  Matrix<T> b;
  const T* packedB;  // b laid out by packMatrix; null: b is packed as needed
  int64_t M, N, K;
  MatmulOptions<T> options;

  int64_t packedK() const { return options.packedK == 0 ? K : options.packedK; }
};

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/matmul/matmul.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void matmul(T* c, int64_t ldc, Matrix<T> a, Matrix<T> b, int64_t M, int64_t N, int64_t K, MatmulOptions<T> options) {
  LUTRA_DISPATCH(multiply<T>)({c, ldc, a, b, nullptr, M, N, K, options});
}

template <class T>
void matmulBatched(T* c, int64_t ldc, Matrix<T> a, Matrix<T> b, const MatmulBatch& batch, int64_t M, int64_t N,
                   int64_t K, MatmulOptions<T> options) {
  LUTRA_DISPATCH(multiplyBatches<T>)({c, ldc, a, b, nullptr, M, N, K, options}, batch);
}

template <class T>
int64_t packedElements(int64_t N, int64_t K) {
  return LUTRA_DISPATCH(packedElements<T>)(N, K);
}

template <class T>
void packMatrix(T* packed, Matrix<T> b, int64_t N, int64_t K) {
  LUTRA_DISPATCH(packMatrix<T>)(packed, b, N, K);
}

template <class T>
void matmulPacked(T* c, int64_t ldc, Matrix<T> a, const T* packed, int64_t M, int64_t N, int64_t K,
                  MatmulOptions<T> options) {
  LUTRA_DISPATCH(multiply<T>)({c, ldc, a, {nullptr, 0, false}, packed, M, N, K, options});
}

template <class T>
void columnSums(T* out, const T* a, int64_t lda, int64_t M, int64_t N, bool accumulate) {
  LUTRA_DISPATCH(columnSums<T>)(out, a, lda, M, N, accumulate);
}

#define LUTRA_INSTANTIATE(T)                                                                                       \
  template void matmul<T>(T*, int64_t, Matrix<T>, Matrix<T>, int64_t, int64_t, int64_t, MatmulOptions<T>);         \
  template void matmulBatched<T>(T*, int64_t, Matrix<T>, Matrix<T>, const MatmulBatch&, int64_t, int64_t, int64_t, \
                                 MatmulOptions<T>);                                                                \
  template int64_t packedElements<T>(int64_t, int64_t);                                                            \
  template void packMatrix<T>(T*, Matrix<T>, int64_t, int64_t);                                                    \
  template void matmulPacked<T>(T*, int64_t, Matrix<T>, const T*, int64_t, int64_t, int64_t, MatmulOptions<T>);    \
  template void columnSums<T>(T*, const T*, int64_t, int64_t, int64_t, bool);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
#undef LUTRA_INSTANTIATE

}  // namespace lutra
