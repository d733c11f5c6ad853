// Made by scripts/make_calls.mjs from native/binding/planned/margin_losses.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's margin losses over classes. */
export interface PlannedMarginLosses {
  /**
   * Writes each row's loss and leaves their sum; with `multilabel`, targets are rows of classes. Returns the first bad
   * target's place, or -1.
   */
  marginLoss(
    plan: Float64Array,
    loss: TypedArray,
    x: TypedArray,
    targets: TypedArray,
    weight: TypedArray | null,
  ): number;
  /** The gradient of x, from that of the losses: one for each row, or one for all of them, times `scale`. */
  marginLossBackward(
    plan: Float64Array,
    dx: TypedArray,
    x: TypedArray,
    targets: TypedArray,
    weight: TypedArray | null,
    dloss: TypedArray,
  ): void;
}
