#include "kernels/recurrent/lstm_lanes.h"

#include "kernels/matmul/matmul.h"
#include "memory/prefetch.h"
#include "memory/scratch.h"
#include "simd/keep_in_register.h"
#include "simd/unroll.h"

#define LUTRA_KERNEL_SOURCE "kernels/recurrent/lstm_lanes.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
bool lstmUsesLanes(const LstmShape& shape) {
  return LUTRA_DISPATCH(usesLanes<T>)(shape);
}

template <class T>
int64_t lstmLanesCacheElements(const LstmShape& shape) {
  return LUTRA_DISPATCH(lanesCacheElements<T>)(shape);
}

template <class T>
void lstmLanesForward(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0, const T* c0,
                      const LstmWeights<T>& weights, const T* bias, const LstmShape& shape) {
  LUTRA_DISPATCH(lanesForward<T>)(output, hn, cn, cache, input, h0, c0, weights, bias, shape);
}

template <class T>
int64_t lstmLanesWorkspaceElements(const LstmShape& shape) {
  return LUTRA_DISPATCH(lanesWorkspaceElements<T>)(shape);
}

template <class T>
void lstmLanesBackward(const LstmGradients<T>& gradients, T* workspace, Rows<const T> dOutput, const T* dhn,
                       const T* dcn, const T* cache, Rows<const T> input, const T* h0, const T* c0,
                       const LstmWeights<T>& weights, const LstmShape& shape) {
  LUTRA_DISPATCH(lanesBackward<T>)
  (gradients, workspace, dOutput, dhn, dcn, cache, input, h0, c0, weights, shape);
}

#define LUTRA_INSTANTIATE(T)                                                                                       \
  template bool lstmUsesLanes<T>(const LstmShape&);                                                                \
  template int64_t lstmLanesCacheElements<T>(const LstmShape&);                                                    \
  template int64_t lstmLanesWorkspaceElements<T>(const LstmShape&);                                                \
  template void lstmLanesForward<T>(Rows<T>, T*, T*, T*, Rows<const T>, const T*, const T*, const LstmWeights<T>&, \
                                    const T*, const LstmShape&);                                                   \
  template void lstmLanesBackward<T>(const LstmGradients<T>&, T*, Rows<const T>, const T*, const T*, const T*,     \
                                     Rows<const T>, const T*, const T*, const LstmWeights<T>&, const LstmShape&);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
#undef LUTRA_INSTANTIATE

}  // namespace lutra
