#include "kernels/norm/similarity.h"

#define LUTRA_KERNEL_SOURCE "kernels/norm/similarity.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void cosines(T* cosines, T* lengths, const RowPairs<T>& pairs, double eps) {
  LUTRA_DISPATCH(similarity::cosines<T>)(cosines, lengths, pairs, eps);
}

template <class T>
void cosinesBackward(T* da, T* db, const T* grad, const T* cosines, const T* lengths, const RowPairs<T>& pairs,
                     double eps) {
  LUTRA_DISPATCH(similarity::cosinesBackward<T>)(da, db, grad, cosines, lengths, pairs, eps);
}

#define LUTRA_INSTANTIATE(T)                                    \
  template void cosines<T>(T*, T*, const RowPairs<T>&, double); \
  template void cosinesBackward<T>(T*, T*, const T*, const T*, const T*, const RowPairs<T>&, double);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
#undef LUTRA_INSTANTIATE

}  // namespace lutra
