// A layer of gated recurrent units over whole sequences, in one direction, forward and backward.
//
//   r = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
//   z = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
//   n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn))
//   h_t = (1 - z) n + z h_{t-1}
//
// Cho et al. 2014, with the reset gate behind the product as in Chung et al. 2014 and cuDNN. Names, shapes and the
// order r, z, n of the gates are PyTorch's.
#pragma once

#include <cstdint>

#include "kernels/matmul/matmul.h"
#include "kernels/recurrent/layer.h"
#include "simd/kernel.h"

namespace lutra {

constexpr int64_t kGruGates = 3;

/** Elements that gruForward keeps for gruBackward: r, z, n and W_hn h + b_hn of every row. */
int64_t gruCacheElements(const RecurrentShape& shape);

/** Elements of working memory that gruBackward needs. */
int64_t gruWorkspaceElements(const RecurrentShape& shape);

/**
 * output [rows, H], ldOutput elements from one row to the next, in the order that SequenceRows describes; hn [batch,
 * H]; `cache` (null when no gradient will be asked for) as above; input [rows, inputSize]; h0 as hn, or null for zeros.
 * hn may not overlap h0.
 */
LUTRA_KERNEL(gruForward, void(T* output, int64_t ldOutput, T* hn, T* cache, Matrix<T> input, const T* h0,
                              const RecurrentWeights<T>& weights, const RecurrentShape& shape));

/** Gradients from those of output (its data null for none) and of hn (or null). `output`, `cache`: gruForward's. */
LUTRA_KERNEL(gruBackward, void(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                               Matrix<T> output, const T* cache, Matrix<T> input, const T* h0,
                               const RecurrentWeights<T>& weights, const RecurrentShape& shape));

}  // namespace lutra
