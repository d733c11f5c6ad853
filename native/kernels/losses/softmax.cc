#include "kernels/losses/softmax.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/softmax.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(softmax, softmax<T>)
LUTRA_FLOAT_KERNEL(logSoftmax, logSoftmax<T>)
LUTRA_FLOAT_KERNEL(softmaxBackward, softmaxBackward<T>)
LUTRA_FLOAT_KERNEL(logSoftmaxBackward, logSoftmaxBackward<T>)

}  // namespace lutra
