// The LSTM of few features: sequences side by side in the lanes of vectors.
//
// Where a layer is small, rows of its gates don't fill whole vectors, and what a product writes and the cell reads
// again takes as long as the arithmetic. Here vectors run along the batch. The sums of a unit's four gates stay in
// registers until its cell is updated, and each step's h is already laid out as the next step's operand.
#pragma once

#include <cstdint>

#include "kernels/recurrent/lstm.h"
#include "simd/kernel.h"

namespace lutra {

/** Whether this way is taken. Depends on the shape and the active instruction set alone: the bits depend on it. */
LUTRA_KERNEL(lstmUsesLanes, bool(const LstmShape& shape));

/** Elements that lstmLanesForward keeps for lstmLanesBackward; 0 where this way is not taken. */
LUTRA_KERNEL(lstmLanesCacheElements, int64_t(const LstmShape& shape));

/** As lstmForward, with the sum of both biases (or null). */
LUTRA_KERNEL(lstmLanesForward, void(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0,
                                    const T* c0, const LstmWeights<T>& weights, const T* bias, const LstmShape& shape));

/** Elements of working memory that lstmLanesBackward needs; 0 where this way is not taken. */
LUTRA_KERNEL(lstmLanesWorkspaceElements, int64_t(const LstmShape& shape));

/** As lstmBackward; h_{t-1} comes from the cache. */
LUTRA_KERNEL(lstmLanesBackward, void(const LstmGradients<T>& gradients, T* workspace, Rows<const T> dOutput,
                                     const T* dhn, const T* dcn, const T* cache, Rows<const T> input, const T* h0,
                                     const T* c0, const LstmWeights<T>& weights, const LstmShape& shape));

}  // namespace lutra
