#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/unary.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(unaryKernel, unaryKernel<T>)

int64_t grainOf(UnaryOp op) {
  switch (op) {
    case UnaryOp::neg:
    case UnaryOp::abs:
    case UnaryOp::sign:
    case UnaryOp::square:
    case UnaryOp::cube:
    case UnaryOp::relu:
    case UnaryOp::leakyRelu:
    case UnaryOp::clamp:
    case UnaryOp::hardshrink:
    case UnaryOp::softshrink:
    case UnaryOp::hardsigmoid:
    case UnaryOp::hardswish:
    case UnaryOp::softsign:
    case UnaryOp::threshold:
    case UnaryOp::floor:
    case UnaryOp::ceil:
    case UnaryOp::round:
    case UnaryOp::trunc:
      return kCheapGrain;
    default:
      return kCostlyGrain;
  }
}

}  // namespace lutra
