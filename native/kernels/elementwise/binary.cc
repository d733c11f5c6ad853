#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/binary.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(binaryKernel, binaryKernel<T>)

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
    case BinaryOp::shrinkBackward:
    case BinaryOp::hardsigmoidBackward:
    case BinaryOp::hardswishBackward:
    case BinaryOp::softsignBackward:
    case BinaryOp::thresholdBackward:
    case BinaryOp::prelu:
    case BinaryOp::preluWeightBackward:
      return kCheapGrain;
    default:
      return kCostlyGrain;
  }
}

}  // namespace lutra
