// Made by scripts/make_calls.mjs from native/binding/planned/linear_cross_entropy.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's cross entropy of a projection, which never holds all logits. */
export interface PlannedLinearCrossEntropy {
  /**
   * The loss of each row and the gradients, those that are given; `logits` is working memory of [chunkRows, classes].
   * Gradients are scaled by `dloss`, one for each row or one for all of them (1 without), and divided by the divisor
   * of a mean. Returns the first bad target's place, or -1.
   */
  linearCrossEntropy(
    plan: Float64Array,
    loss: TypedArray | null,
    dx: TypedArray | null,
    dw: TypedArray | null,
    dbias: TypedArray | null,
    logits: TypedArray,
    x: TypedArray,
    w: TypedArray,
    bias: TypedArray | null,
    weight: TypedArray | null,
    targets: TypedArray,
    dloss: TypedArray | null,
  ): number;
}
