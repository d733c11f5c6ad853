#include "kernels/recurrent/lstm_lanes.h"

#include "kernels/matmul/matmul.h"
#include "memory/prefetch.h"
#include "memory/scratch.h"
#include "simd/keep_in_register.h"
#include "simd/unroll.h"

#define LUTRA_KERNEL_SOURCE "kernels/recurrent/lstm_lanes.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(lstmUsesLanes, usesLanes<T>)

LUTRA_FLOAT_KERNEL(lstmLanesCacheElements, lanesCacheElements<T>)

LUTRA_FLOAT_KERNEL(lstmLanesForward, lanesForward<T>)

LUTRA_FLOAT_KERNEL(lstmLanesWorkspaceElements, lanesWorkspaceElements<T>)

LUTRA_FLOAT_KERNEL(lstmLanesBackward, lanesBackward<T>)

}  // namespace lutra
