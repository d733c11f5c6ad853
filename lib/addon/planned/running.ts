// Made by scripts/make_calls.mjs from native/binding/planned/running.calls.
import type { TypedArray } from '../typed_array.js';

/** What runs along a dimension or meets at a place, in one pass. */
export interface PlannedRunning {
  /**
   * Values [outer, count, inner] reduced at their places in dst [outer, rows, inner]; `how` is a code of
   * kernels/rows/meeting.h.
   */
  meetElements(
    plan: Float64Array,
    dst: TypedArray,
    src: TypedArray,
    indices: TypedArray,
    counts: TypedArray | null,
  ): void;
  runningProducts(plan: Float64Array, out: TypedArray, x: TypedArray): void;
  runningExtremes(plan: Float64Array, values: TypedArray, indices: TypedArray, x: TypedArray): void;
  /** Returns how many runs of equal neighbours there are. */
  findRuns(
    plan: Float64Array,
    values: TypedArray,
    inverse: TypedArray | null,
    counts: TypedArray | null,
    x: TypedArray,
  ): number;
  numberRange(plan: Float64Array, x: TypedArray): void;
  /** How often each number below `length` occurs, or what their weights add up to. */
  countNumbers(plan: Float64Array, out: TypedArray, x: TypedArray, weights: TypedArray | null): void;
}
