// Made by scripts/make_calls.mjs from native/binding/planned/neighbors.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's search for the nearest rows (kernels/projections/neighbors.h). */
export interface PlannedNeighbors {
  /** Half of the squared length of each row of [begin, end). */
  halfSquaredLengths(plan: Float64Array, halfSquares: TypedArray, x: TypedArray): void;
  /**
   * Brings the `kept` best rows so far of rows [begin, end) up to date with rows [column, column + count), at most
   * 960.
   */
  scanRows(plan: Float64Array, found: TypedArray, scores: TypedArray, x: TypedArray, halfSquares: TypedArray): void;
  /**
   * Brings the `kept` best rows so far of each query up to date with `count` rows x, at most 960, the first of which
   * is row `first`.
   */
  scanQueries(
    plan: Float64Array,
    found: TypedArray,
    scores: TypedArray,
    queries: TypedArray,
    x: TypedArray,
    inverseNorms: TypedArray,
  ): void;
  /** The k nearest of the `kept` found for each of [begin, end), the nearest first, and their squared distances. */
  nearestRows(
    plan: Float64Array,
    indices: TypedArray,
    squares: TypedArray,
    found: TypedArray,
    x: TypedArray,
    halfSquares: TypedArray,
  ): void;
  /** How many rows lie nearer to each row of [begin, end) than each of its k in `near`, which holds them for all rows. */
  ranksOfRows(plan: Float64Array, ranks: TypedArray, near: TypedArray, x: TypedArray, halfSquares: TypedArray): void;
}
