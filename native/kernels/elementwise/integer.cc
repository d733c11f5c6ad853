#include "kernels/elementwise/elementwise.h"

#define LUTRA_KERNEL_SOURCE "kernels/elementwise/integer.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_DEFINE_KERNEL(integerUnaryKernel, LUTRA_DISPATCH(integerUnaryKernel<T>))
template struct integerUnaryKernelKernel<int32_t>;
template struct integerUnaryKernelKernel<uint8_t>;

LUTRA_DEFINE_KERNEL(integerBinaryKernel, LUTRA_DISPATCH(integerBinaryKernel<T>))
template struct integerBinaryKernelKernel<int32_t>;
template struct integerBinaryKernelKernel<uint8_t>;

LUTRA_DEFINE_KERNEL(compareKernel, LUTRA_DISPATCH(compareKernel<T>))
template struct compareKernelKernel<float>;
template struct compareKernelKernel<double>;
template struct compareKernelKernel<int32_t>;
template struct compareKernelKernel<uint8_t>;

}  // namespace lutra
