#include "kernels/convolution/conv1d.h"

#include "kernels/matmul/matmul.h"
#include "memory/prefetch.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/convolution/conv1d.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(conv1d, convolution::conv1d<T>)
LUTRA_FLOAT_KERNEL(conv1dInputGradient, convolution::inputGradient<T>)
LUTRA_FLOAT_KERNEL(conv1dWeightGradient, convolution::weightGradient<T>)

}  // namespace lutra
