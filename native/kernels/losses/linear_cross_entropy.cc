#include "kernels/losses/linear_cross_entropy.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/matmul/matmul.h"
#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/losses/linear_cross_entropy_source.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(linearCrossEntropy, linear_loss::linearCrossEntropy<T>)

}  // namespace lutra
