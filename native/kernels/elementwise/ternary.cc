#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/ternary.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(ternaryKernel, ternaryKernel<T>)

BlockKernel whereKernel(int elementSize) { return LUTRA_DISPATCH(whereKernel<0>)(elementSize); }

LUTRA_FLOAT_KERNEL(maskScaleKernel, maskScaleKernel<T>)

int64_t grainOf(TernaryOp op) {
  return op == TernaryOp::powBackward || op == TernaryOp::powExponentBackward ? kCostlyGrain : kCheapGrain;
}

}  // namespace lutra
