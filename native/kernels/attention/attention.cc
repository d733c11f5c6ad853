#include "kernels/attention/attention.h"

#include "kernels/matmul/matmul.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/attention/attention.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(attention, attending::attention<T>)

LUTRA_FLOAT_KERNEL(attentionBackward, attending::attentionBackward<T>)

}  // namespace lutra
