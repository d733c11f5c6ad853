// Made by scripts/make_calls.mjs from native/binding/planned/pooling.calls.
import type { TypedArray } from '../typed_array.js';

export interface PlannedPooling {
  /** The largest element of each window, and its place in the row. */
  maxPool(plan: Float64Array, out: TypedArray, index: TypedArray, x: TypedArray): void;
  /** dx = the gradient of x. */
  maxPoolBackward(plan: Float64Array, dx: TypedArray, dy: TypedArray, index: TypedArray): void;
  /** The mean of each window. */
  averagePool(plan: Float64Array, out: TypedArray, x: TypedArray): void;
  /** dx = the gradient of x. */
  averagePoolBackward(plan: Float64Array, dx: TypedArray, dy: TypedArray): void;
}
