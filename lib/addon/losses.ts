import type { TypedArray } from './typed_array.js';

/** The addon's elementwise losses: native/binding/losses.cc documents each plan. */
export interface NativeLosses {
  /** The position of the first value outside [0, 1], or -1. */
  findOutsideUnit(n: number, offset: number, x: TypedArray): number;
  /** Returns the sum of the losses. */
  elementLoss(
    plan: Float64Array,
    out: TypedArray | null,
    x: TypedArray,
    target: TypedArray,
    weight: TypedArray | null,
    positive: TypedArray | null,
  ): number;
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
