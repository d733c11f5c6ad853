// Made by scripts/make_calls.mjs from native/binding/planned/graph.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's graphs of nearest neighbours (kernels/projections/graph.h). */
export interface PlannedGraph {
  /** Counts how often rows are named in rows [begin, end) of indices. */
  graphCount(plan: Float64Array, counts: TypedArray, indices: TypedArray): void;
  /** Writes who names each row; `cursors` begin as starts and move on. */
  graphCollect(
    plan: Float64Array,
    sources: TypedArray,
    sourceWeights: TypedArray,
    cursors: TypedArray,
    indices: TypedArray,
    weights: TypedArray,
  ): void;
  /**
   * Joins neighbours and those whose neighbour a row is, for rows [begin, end): row i's list lies at [i k + starts[i],
   * ends[i]).
   */
  graphJoin(
    plan: Float64Array,
    out: TypedArray,
    outWeights: TypedArray,
    ends: TypedArray,
    indices: TypedArray,
    weights: TypedArray,
    starts: TypedArray,
    sources: TypedArray,
    sourceWeights: TypedArray,
  ): void;
}
