// Made by scripts/make_calls.mjs from native/binding/planned/matmul.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's matrix products. Operands are windows on whole storages: an offset, a leading dimension, a transpose
 * flag.
 */
export interface PlannedMatmul {
  /** c = a · b (+ bias per column) (+ c), for each place of a batch. */
  matmul(plan: Float64Array, c: TypedArray, a: TypedArray, b: TypedArray, bias: TypedArray | null): void;
  /** out = the sums of a's columns. */
  columnSums(plan: Float64Array, out: TypedArray, a: TypedArray): void;
}
