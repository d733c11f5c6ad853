// A layer of LSTM over whole sequences, in one direction, forward and backward.
//
//   (i, f, g, o) = x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh      sigmoid on i, f and o, tanh on g
//   c_t = f c_{t-1} + i g,   h_t = o tanh(c_t)  (with a projection: h_t = (o tanh(c_t)) W_hr^T)
//
// Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; projection: Sak et al. 2014. Names, shapes
// and gate order are PyTorch's. R is the width of h: projSize where there is a projection, else hiddenSize.
#pragma once

#include <cstdint>

#include "kernels/recurrent/sequence.h"
#include "simd/kernel.h"

namespace lutra {

struct LstmShape {
  SequenceShape sequence;
  int64_t inputSize;
  int64_t hiddenSize;
  int64_t projSize = 0;  // 0: no projection

  int64_t outputSize() const { return projSize > 0 ? projSize : hiddenSize; }
};

template <class T>
struct LstmWeights {
  const T* inputHidden;           // [4 H, inputSize]
  const T* hiddenHidden;          // [4 H, R]
  const T* biasInput = nullptr;   // [4 H] or null
  const T* biasHidden = nullptr;  // [4 H] or null
  const T* projection = nullptr;  // [projSize, H], with projSize > 0
};

/** Rows of sequences: `ld` elements from one to the next, in the order that SequenceRows describes. */
template <class T>
struct Rows {
  T* data;
  int64_t ld;
};

/** Elements that lstmForward keeps for lstmBackward: activated gates and cells of every row. */
int64_t lstmCacheElements(const LstmShape& shape);

/** Elements of working memory that lstmBackward needs. */
int64_t lstmWorkspaceElements(const LstmShape& shape);

/**
 * output [rows, R], hn [batch, R], cn [batch, H]; `cache` (null when no gradient will be asked for) as above; input
 * [rows, inputSize]; h0, c0: as hn and cn, or null for zeros. hn and cn may not overlap h0 and c0.
 */
LUTRA_KERNEL(lstmForward, void(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0, const T* c0,
                               const LstmWeights<T>& weights, const LstmShape& shape));

/** What lstmBackward writes; null where a gradient is not wanted (dh0 and dc0 always are). */
template <class T>
struct LstmGradients {
  T* input;                 // [rows, inputSize], rows inputSize apart
  T* h0;                    // [batch, R]
  T* c0;                    // [batch, H]
  T* inputHidden;           // as the weights
  T* hiddenHidden;          //
  T* bias;                  // [4 H]: the same for both biases
  T* projection;            // as the weight
  bool addToInput = false;  // add to what `input` holds: the other direction of the layer came first
};

/** Gradients from those of output (or null), hn and cn (or null). `output`, `cache`: what lstmForward wrote. */
LUTRA_KERNEL(lstmBackward, void(const LstmGradients<T>& gradients, T* workspace, Rows<const T> dOutput, const T* dhn,
                                const T* dcn, Rows<const T> output, const T* cache, Rows<const T> input, const T* h0,
                                const T* c0, const LstmWeights<T>& weights, const LstmShape& shape));

}  // namespace lutra
