// A layer of simple recurrent units (Elman 1990) over whole sequences, in one direction, forward and backward.
//
//   h_t = f(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh),   f = tanh or relu
//
// Names and shapes are PyTorch's. The slope of f follows from its value, so that the outputs are all that backward
// needs.
#pragma once

#include <cstdint>

#include "kernels/matmul/matmul.h"
#include "kernels/recurrent/layer.h"
#include "simd/kernel.h"

namespace lutra {

enum class Nonlinearity { tanh = 0, relu = 1 };

/** Elements of working memory that rnnBackward needs. */
int64_t rnnWorkspaceElements(const RecurrentShape& shape);

/**
 * output [rows, H], ldOutput elements from one row to the next, in the order that SequenceRows describes; hn [batch,
 * H]; input [rows, inputSize]; h0 as hn, or null for zeros. hn may not overlap h0.
 */
LUTRA_KERNEL(rnnForward,
             void(T* output, int64_t ldOutput, T* hn, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                  Nonlinearity nonlinearity, const RecurrentShape& shape));

/** Gradients from those of output (its data null for none) and of hn (or null). `output`: what rnnForward wrote. */
LUTRA_KERNEL(rnnBackward, void(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                               Matrix<T> output, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                               Nonlinearity nonlinearity, const RecurrentShape& shape));

}  // namespace lutra
