// The LSTM of few features: sequences side by side in the lanes of vectors.
//
// Where a layer is small, rows of its gates don't fill whole vectors, and what a product writes and the cell reads
// again takes as long as the arithmetic. Here vectors run along the batch. The sums of a unit's four gates stay in
// registers until its cell is updated, and each step's h is already laid out as the next step's operand.
#pragma once

#include <cstdint>

#include "kernels/lstm.h"

namespace lutra {

/** Whether this way is taken. Depends on the shape and the active instruction set alone: the bits depend on it. */
template <class T>
bool lstmUsesLanes(const LstmShape& shape);

/** Elements that lstmLanesForward keeps for lstmLanesBackward; 0 where this way is not taken. */
template <class T>
int64_t lstmLanesCacheElements(const LstmShape& shape);

/** As lstmForward, with the sum of both biases (or null). */
template <class T>
void lstmLanesForward(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0, const T* c0,
                      const LstmWeights<T>& weights, const T* bias, const LstmShape& shape);

/** dGates [rows, 4 H], and of `gradients` input (unless null), h0 and c0; the rest follows from dGates. */
template <class T>
void lstmLanesBackward(const LstmGradients<T>& gradients, T* dGates, Rows<const T> dOutput, const T* dhn, const T* dcn,
                       const T* cache, const T* c0, const LstmWeights<T>& weights, const LstmShape& shape);

}  // namespace lutra
