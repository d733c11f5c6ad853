#include "kernels/norm/channel_norm.h"

#include "memory/scratch.h"

#define LUTRA_KERNEL_SOURCE "kernels/norm/channel_norm.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(channelStatistics, channels::statistics<T>)
LUTRA_FLOAT_KERNEL(channelNormalise, channels::normalise<T>)
LUTRA_FLOAT_KERNEL(channelNormBackward, channels::backward<T>)
LUTRA_FLOAT_KERNEL(groupNormalise, channels::groupNormalise<T>)
LUTRA_FLOAT_KERNEL(groupNormBackward, channels::groupBackward<T>)

}  // namespace lutra
