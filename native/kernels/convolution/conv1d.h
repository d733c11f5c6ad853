// Convolution along one dimension: of signals x [batch, channels, length] with weight [outputs, channels / groups,
// kernel]. T is float or double. Signals are products of matrices: the weight, [outputs, channels · kernel], times the
// matrix whose row (c, k) is channel c from place k · dilation on, which is never made: its panels are packed from the
// signal as the product needs them. Every element is one chain of multiply-adds however threads share the work.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** The sizes of a convolution; those of channels and outputs are multiples of `groups`. */
struct Conv1dShape {
  int64_t batch, channels, length, groups, outputs, kernel, stride, dilation;
  /** Zeros before each signal; those behind it are as many as outLength asks for. */
  int64_t padding;
  int64_t outLength;

  int64_t groupChannels() const { return channels / groups; }
  int64_t groupOutputs() const { return outputs / groups; }
  /** Rows of the matrix that a group's weights are multiplied with. */
  int64_t rows() const { return groupChannels() * kernel; }
};

/**
 * out[b, o, l] = bias[o] + sum over c, k of weight[o, c, k] · x[b, c, l · stride + k · dilation - padding], where x is
 * zero outside [0, length) and c runs over the channels of o's group. out is [batch, outputs, outLength], bias
 * [outputs] or null (0).
 */
LUTRA_KERNEL(conv1d, void(T* out, const T* x, const T* weight, const T* bias, const Conv1dShape& shape));

/** dx [batch, channels, length] = the gradient of x, from dout, the gradient of out. */
LUTRA_KERNEL(conv1dInputGradient, void(T* dx, const T* dout, const T* weight, const Conv1dShape& shape));

/** dweight [outputs, channels / groups, kernel] = the gradient of weight. */
LUTRA_KERNEL(conv1dWeightGradient, void(T* dweight, const T* dout, const T* x, const Conv1dShape& shape));

}  // namespace lutra
