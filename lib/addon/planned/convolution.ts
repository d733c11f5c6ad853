// Made by scripts/make_calls.mjs from native/binding/planned/convolution.calls.
import type { TypedArray } from '../typed_array.js';

export interface PlannedConvolution {
  /** out = x convolved with weight (+ bias per output channel). */
  conv1d(plan: Float64Array, out: TypedArray, x: TypedArray, weight: TypedArray, bias: TypedArray | null): void;
  /** dx = the gradient of x. */
  conv1dInputGradient(plan: Float64Array, dx: TypedArray, dout: TypedArray, weight: TypedArray): void;
  /** dweight = the gradient of weight. */
  conv1dWeightGradient(plan: Float64Array, dweight: TypedArray, dout: TypedArray, x: TypedArray): void;
}
