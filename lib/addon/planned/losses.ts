// Made by scripts/make_calls.mjs from native/binding/planned/losses.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's elementwise losses; `kind` is the code of native/kernels/losses/element.h. */
export interface PlannedLosses {
  /** Writes each loss unless `out` is null; returns their sum. */
  elementLoss(
    plan: Float64Array,
    out: TypedArray | null,
    x: TypedArray,
    target: TypedArray,
    weight: TypedArray | null,
    positive: TypedArray | null,
  ): number;
  /** The gradient of x, from that of the losses: one for each element, or one for all of them, times `scale`. */
  elementLossBackward(
    plan: Float64Array,
    dx: TypedArray,
    x: TypedArray,
    target: TypedArray,
    weight: TypedArray | null,
    positive: TypedArray | null,
    dloss: TypedArray,
  ): void;
}
