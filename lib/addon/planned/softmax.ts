// Made by scripts/make_calls.mjs from native/binding/planned/softmax.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's softmax and the losses over classes. */
export interface PlannedSoftmax {
  /** The softmax, or its logarithm. */
  softmax(plan: Float64Array, out: TypedArray, x: TypedArray): void;
  softmaxBackward(plan: Float64Array, dx: TypedArray, dy: TypedArray, y: TypedArray): void;
  /** Cross entropy with a normaliser, negative log likelihood without; returns the first bad target's place, or -1. */
  classLoss(
    plan: Float64Array,
    loss: TypedArray,
    normaliser: TypedArray | null,
    scores: TypedArray,
    targets: TypedArray,
    weight: TypedArray | null,
  ): number;
  /** The gradient of the scores, from that of the losses: one for each sample, or one for all of them, times `scale`. */
  classLossBackward(
    plan: Float64Array,
    dscores: TypedArray,
    normaliser: TypedArray | null,
    scores: TypedArray | null,
    targets: TypedArray,
    weight: TypedArray | null,
    dloss: TypedArray,
  ): void;
}
