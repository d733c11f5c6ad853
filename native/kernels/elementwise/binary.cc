#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/binary.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
BlockKernel binaryKernel(BinaryOp op) {
  return LUTRA_DISPATCH(binaryKernel<T>)(op);
}
template BlockKernel binaryKernel<float>(BinaryOp op);
template BlockKernel binaryKernel<double>(BinaryOp op);

int64_t grainOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::add:
    case BinaryOp::sub:
    case BinaryOp::mul:
    case BinaryOp::div:
    case BinaryOp::maximum:
    case BinaryOp::minimum:
    case BinaryOp::absBackward:
    case BinaryOp::squareBackward:
    case BinaryOp::cubeBackward:
    case BinaryOp::sqrtBackward:
    case BinaryOp::tanhBackward:
    case BinaryOp::sigmoidBackward:
    case BinaryOp::reluBackward:
    case BinaryOp::leakyReluBackward:
    case BinaryOp::clampBackward:
      return kCheapGrain;
    default:
      return kCostlyGrain;
  }
}

}  // namespace lutra
