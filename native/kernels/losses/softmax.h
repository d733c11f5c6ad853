// Softmax and log-softmax over the middle dimension of [outer, dim, inner], row-major. T is float or double.
// A slice that holds NaN or +inf, or nothing but -inf, gives NaN, as in PyTorch.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** out = exp(x - max) / sum(exp(x - max)) */
LUTRA_KERNEL(softmax, void(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner));

/** out = x - max - log(sum(exp(x - max))) */
LUTRA_KERNEL(logSoftmax, void(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner));

/** dx = (dy - sum(dy * y)) * y, where y = softmax(x) */
LUTRA_KERNEL(softmaxBackward, void(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner));

/** dx = dy - exp(y) * sum(dy), where y = logSoftmax(x) */
LUTRA_KERNEL(logSoftmaxBackward, void(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner));

}  // namespace lutra
