// What the layers with a single state (GRU and RNN) have in common: sizes, weights, gradients.
#pragma once

#include <cstdint>

#include "kernels/recurrent/sequence.h"

namespace lutra {

struct RecurrentShape {
  SequenceShape sequence;
  int64_t inputSize;
  int64_t hiddenSize;
};

/** The weights of one layer in one direction. G is the number of gates: 3 for GRU, 1 for RNN. */
template <class T>
struct RecurrentWeights {
  const T* inputHidden;           // [G H, inputSize]
  const T* hiddenHidden;          // [G H, H]
  const T* biasInput = nullptr;   // [G H] or null
  const T* biasHidden = nullptr;  // [G H] or null
};

/** What a backward pass writes; null where a gradient is not wanted (h0's always is). */
template <class T>
struct RecurrentGradients {
  T* input;                 // [rows, inputSize], rows inputSize apart
  T* h0;                    // [batch, H]; undefined where there was no first state
  T* inputHidden;           // as the weights
  T* hiddenHidden;          //
  T* biasInput;             //
  T* biasHidden;            //
  bool addToInput = false;  // add to what `input` holds: the other direction of the layer came first
};

}  // namespace lutra
