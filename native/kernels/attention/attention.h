// Scaled dot-product attention: out = dropout(softmax(scale · q kᵀ + mask)) v, for every head of every batch.
//
// At any time a thread holds the scores of one block of queries against all keys; scores are never kept: the backward
// computes them again from q, k and each row's largest score and sum. T is float or double.
//
// Blocks depend on the sizes alone and each element is summed in one order, so threads don't change a bit.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** Rows of vectors: row i of head h of batch b starts at data + b · batch + h · head + i · row, contiguous. */
template <class T>
struct HeadRows {
  T* data;
  int64_t batch, head, row;

  T* at(int64_t b, int64_t h) const { return data + b * batch + h * head; }
};

struct AttentionShape {
  int64_t batch, heads, keyHeads;  // heads is a multiple of keyHeads; neighbouring heads share keys and values
  int64_t queries, keys;
  int64_t dim, valueDim;  // of a row of q and k; of a row of v and out
};

/** What q, k, v are and how they are combined. */
template <class T>
struct AttentionInputs {
  HeadRows<const T> q, k, v;
  T scale;
  bool causal;  // query i sees keys 0 … i
  /**
   * At most one of `allowed` (0 hides a key) and `added` (to the scaled scores) is given; the value for query i and key
   * j of head h of batch b lies at b · maskBatch + h · maskHead + i · maskRow + j · maskColumn.
   */
  const uint8_t* allowed;
  const T* added;
  int64_t maskBatch, maskHead, maskRow, maskColumn;
  /** Dropout on the weights: [batch, heads, queries, keys], a weight counts keptScale times where not 0; or null. */
  const uint8_t* kept;
  T keptScale;
};

/**
 * Writes out, and for the backward normalisers [batch, heads, queries, 2] unless null: a query's largest score and one
 * over the sum of exp(score - largest). A query that sees no key at all (every score is -inf) gives zeros.
 */
LUTRA_KERNEL(attention, void(const HeadRows<T>& out, T* normalisers, const AttentionInputs<T>& inputs,
                             const AttentionShape& shape));

/**
 * Overwrites dq, dk and dv (each left out when its data is null), given what `attention` wrote. dmask is the gradient
 * of what was added to the scores, [batch, heads, queries, keys]; it must hold zeros, or be null.
 */
LUTRA_KERNEL(attentionBackward, void(const HeadRows<T>& dq, const HeadRows<T>& dk, const HeadRows<T>& dv, T* dmask,
                                     const HeadRows<const T>& dout, const HeadRows<const T>& out, const T* normalisers,
                                     const AttentionInputs<T>& inputs, const AttentionShape& shape));

}  // namespace lutra
