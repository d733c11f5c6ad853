#include "kernels/optim/further_rules.h"

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"

#define LUTRA_KERNEL_SOURCE "kernels/optim/further_rules.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T, class Options>
void furtherDense(T* weight, T* state0, T* state1, const T* gradient, int64_t n, const Options& options) {
  LUTRA_DISPATCH(furtherDense<T, Options>)(weight, state0, state1, gradient, n, options);
}
template <class T, class Options>
void furtherRows(T* weight, T* state0, T* state1, const RowGradient<T>& gradient, const Options& options) {
  LUTRA_DISPATCH(furtherRows<T, Options>)(weight, state0, state1, gradient, options);
}

#define LUTRA_INSTANTIATE_FOR(T, Options)                                                \
  template void furtherDense<T, Options>(T*, T*, T*, const T*, int64_t, const Options&); \
  template void furtherRows<T, Options>(T*, T*, T*, const RowGradient<T>&, const Options&);
#define LUTRA_INSTANTIATE(T)                \
  LUTRA_INSTANTIATE_FOR(T, NadamOptions)    \
  LUTRA_INSTANTIATE_FOR(T, RadamOptions)    \
  LUTRA_INSTANTIATE_FOR(T, AdamaxOptions)   \
  LUTRA_INSTANTIATE_FOR(T, AdadeltaOptions) \
  LUTRA_INSTANTIATE_FOR(T, AsgdOptions)     \
  LUTRA_INSTANTIATE_FOR(T, RpropOptions)
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra
