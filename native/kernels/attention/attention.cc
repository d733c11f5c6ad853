#include "kernels/attention/attention.h"

#include "kernels/matmul/matmul.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/attention/attention.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void attention(HeadRows<T> out, T* normalisers, const AttentionInputs<T>& inputs, const AttentionShape& shape) {
  LUTRA_DISPATCH(attending::attention<T>)(out, normalisers, inputs, shape);
}

template <class T>
void attentionBackward(HeadRows<T> dq, HeadRows<T> dk, HeadRows<T> dv, T* dmask, HeadRows<const T> dout,
                       HeadRows<const T> out, const T* normalisers, const AttentionInputs<T>& inputs,
                       const AttentionShape& shape) {
  LUTRA_DISPATCH(attending::attentionBackward<T>)(dq, dk, dv, dmask, dout, out, normalisers, inputs, shape);
}

#define LUTRA_INSTANTIATE(T)                                                                                          \
  template void attention<T>(HeadRows<T>, T*, const AttentionInputs<T>&, const AttentionShape&);                      \
  template void attentionBackward<T>(HeadRows<T>, HeadRows<T>, HeadRows<T>, T*, HeadRows<const T>, HeadRows<const T>, \
                                     const T*, const AttentionInputs<T>&, const AttentionShape&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
#undef LUTRA_INSTANTIATE

}  // namespace lutra
