// What the layers with a single state (GRU and RNN) have in common: sizes, weights, gradients, and the parts in which a
// forward pass that keeps nothing goes through a batch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

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

/** A part of a batch of sequences: some steps of all of them, or (batch-first) all steps of some of them. */
struct SequencePart {
  SequenceShape shape;            // of the sequences that take part
  int64_t firstSequence;          // of the whole batch
  int64_t firstStep, lastStep;    // by the order in which steps are taken, from firstStep up to lastStep - 1
  int64_t firstRow, countOfRows;  // the rows that these steps read, within those of `shape`
};

/**
 * Calls fn(SequencePart) for parts whose working memory of `width` elements a row stays in the processor's caches, in
 * the order in which steps are taken.
 */
template <class F>
void forSequenceParts(const SequenceShape& shape, int64_t width, F&& fn) {
  constexpr int64_t kElementsAtOnce = 1 << 19;
  constexpr int64_t kLeastBatch = 32;
  const int64_t steps = shape.steps, batch = shape.batch;
  if (shape.batchFirst && !isSingleStep(shape)) {
    const int64_t atOnce = std::max(kElementsAtOnce / std::max<int64_t>(steps * width, 1), kLeastBatch);
    for (int64_t b = 0; b < batch; b += atOnce) {
      SequencePart part = {shape, b, 0, steps, 0, 0};
      part.shape.batch = std::min(atOnce, batch - b);
      part.countOfRows = part.shape.batch * steps;
      fn(part);
    }
    return;
  }
  const SequenceRows rows(shape);
  const int64_t atOnce = std::max<int64_t>(kElementsAtOnce / std::max<int64_t>(batch * width, 1), 1);
  for (int64_t first = 0; first < steps; first += atOnce) {
    const int64_t last = std::min(first + atOnce, steps);
    const int64_t low = std::min(rows.step(first), rows.step(last - 1));
    const int64_t high = std::max(rows.step(first), rows.step(last - 1));
    fn(SequencePart{shape, 0, first, last, rows.begin(low), rows.begin(high) + rows.active(high) - rows.begin(low)});
  }
}

}  // namespace lutra
