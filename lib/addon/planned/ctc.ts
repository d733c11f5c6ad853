// Made by scripts/make_calls.mjs from native/binding/planned/ctc.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's loss of connectionist temporal classification. */
export interface PlannedCtc {
  /**
   * The loss of each sample, and for the gradient alpha [batch, steps, 2 longest + 3] and what was taken from it,
   * [batch, steps]. Returns the place of the first label that is no class or is the blank, or -1.
   */
  ctcLoss(
    plan: Float64Array,
    loss: TypedArray,
    alpha: TypedArray,
    shifts: TypedArray,
    logProbs: TypedArray,
    targets: TypedArray,
    starts: TypedArray,
    inputLengths: TypedArray,
    targetLengths: TypedArray,
  ): number;
  /** The gradient of logProbs from that of each sample's loss. */
  ctcLossBackward(
    plan: Float64Array,
    dlogProbs: TypedArray,
    dloss: TypedArray,
    loss: TypedArray,
    alpha: TypedArray,
    shifts: TypedArray,
    logProbs: TypedArray,
    targets: TypedArray,
    starts: TypedArray,
    inputLengths: TypedArray,
    targetLengths: TypedArray,
  ): void;
}
