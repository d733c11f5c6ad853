#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/ternary.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
BlockKernel ternaryKernel(TernaryOp op) {
  return LUTRA_DISPATCH(ternaryKernel<T>)(op);
}
template BlockKernel ternaryKernel<float>(TernaryOp op);
template BlockKernel ternaryKernel<double>(TernaryOp op);

BlockKernel whereKernel(int elementSize) { return LUTRA_DISPATCH(whereKernel<0>)(elementSize); }

template <class T>
BlockKernel maskScaleKernel() {
  return LUTRA_DISPATCH(maskScaleKernel<T>)();
}
template BlockKernel maskScaleKernel<float>();
template BlockKernel maskScaleKernel<double>();

int64_t grainOf(TernaryOp op) {
  return op == TernaryOp::powBackward || op == TernaryOp::powExponentBackward ? kCostlyGrain : kCheapGrain;
}

}  // namespace lutra
