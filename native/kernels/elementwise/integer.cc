#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/integer.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
BlockKernel integerUnaryKernel(IntegerUnaryOp op) {
  return LUTRA_DISPATCH(integerUnaryKernel<T>)(op);
}
template BlockKernel integerUnaryKernel<int32_t>(IntegerUnaryOp op);
template BlockKernel integerUnaryKernel<uint8_t>(IntegerUnaryOp op);

template <class T>
BlockKernel integerBinaryKernel(IntegerBinaryOp op) {
  return LUTRA_DISPATCH(integerBinaryKernel<T>)(op);
}
template BlockKernel integerBinaryKernel<int32_t>(IntegerBinaryOp op);
template BlockKernel integerBinaryKernel<uint8_t>(IntegerBinaryOp op);

template <class T>
BlockKernel compareKernel(CompareOp op) {
  return LUTRA_DISPATCH(compareKernel<T>)(op);
}
template BlockKernel compareKernel<float>(CompareOp op);
template BlockKernel compareKernel<double>(CompareOp op);
template BlockKernel compareKernel<int32_t>(CompareOp op);
template BlockKernel compareKernel<uint8_t>(CompareOp op);

}  // namespace lutra
