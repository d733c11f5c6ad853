import type { TypedArray } from './typed_array.js';

/** The addon's matrix products: native/binding/matmul.cc documents each plan. */
export interface NativeMatmul {
  /** c = a · b (+ bias per column) (+ c), for each place of a batch. */
  matmul(plan: Float64Array, c: TypedArray, a: TypedArray, b: TypedArray, bias: TypedArray | null): void;
  /** out = the sums of a's columns. */
  columnSums(plan: Float64Array, out: TypedArray, a: TypedArray): void;
}
