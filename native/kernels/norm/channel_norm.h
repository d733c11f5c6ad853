// Normalisation of channels: over a batch, or over groups of the channels of each of its items. T is float or double.
// Every channel's (or group's) sums are those of one thread in one order, so threads don't change a bit.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** x [batch, channels, inner], row-major; inner is 1 where an item has one element a channel. */
struct ChannelShape {
  int64_t batch, channels, inner;

  int64_t count() const { return batch * inner; }
};

/** mean, variance [channels] = those of each channel over the batch, the variance divided by how many there are. */
LUTRA_KERNEL(channelStatistics, void(T* mean, T* variance, const T* x, const ChannelShape& shape));

/** y = (x - mean) · rstd · weight + bias, all of [channels]; weight and bias may be null (1 and 0). */
LUTRA_KERNEL(channelNormalise, void(T* y, const T* x, const T* mean, const T* rstd, const T* weight, const T* bias,
                                    const ChannelShape& shape));

/** What the backward of a normalisation of channels reads and writes; nulls are left out. */
template <class T>
struct ChannelGradients {
  T *dx, *dweight, *dbias;
  const T *dy, *x, *weight, *mean, *rstd;
};

/**
 * With h = (x - mean) · rstd and n = batch · inner: dweight = sum of dy · h, dbias = sum of dy, and dx = rstd · weight
 * · (dy - dbias / n - h · dweight / n) where `training` says that mean and rstd are the batch's own, else rstd · weight
 * · dy.
 */
LUTRA_KERNEL(channelNormBackward, void(const ChannelGradients<T>& gradients, const ChannelShape& shape, bool training));

/**
 * y = (x - mean) · rstd · weight + bias, with mean and rstd = 1 / sqrt(variance + eps), [batch, groups], those of the
 * channels / groups channels of each group; weight and bias [channels] may be null.
 */
LUTRA_KERNEL(groupNormalise, void(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps,
                                  int64_t groups, const ChannelShape& shape));

/**
 * The gradients of groupNormalise: with h = (x - mean) · rstd, g = dy · weight and n elements in a group, dx = rstd ·
 * (g - sum(g) / n - h · sum(g · h) / n), dweight = sum over batch and inner of dy · h, dbias = the same sum of dy.
 */
LUTRA_KERNEL(groupNormBackward, void(const ChannelGradients<T>& gradients, int64_t groups, const ChannelShape& shape));

}  // namespace lutra
