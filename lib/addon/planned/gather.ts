// Made by scripts/make_calls.mjs from native/binding/planned/gather.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's lookups of rows by index, and the sums that go back. Each returns the position of the first bad index,
 * or -1, and writes nothing before that. A list of rows is values, and the place in them and the factor of each row:
 * values[source[i], :] * scale[i].
 */
export interface PlannedGather {
  /** out[i, :] = table[indices[i], :] */
  gatherRows(plan: Float64Array, out: TypedArray, table: TypedArray, indices: TypedArray): number;
  /** table[indices[i], :] += row i of a list of rows, into zeros unless `accumulate`. */
  scatterRows(
    plan: Float64Array,
    table: TypedArray,
    values: TypedArray,
    indices: TypedArray,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** Sums the rows of equal indices; outIndices and outValues have room for `room` rows. */
  coalesceRows(
    plan: Float64Array,
    outIndices: TypedArray,
    outValues: TypedArray,
    indices: TypedArray,
    values: TypedArray,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** How many distinct indices there are; a bad one at position p gives -1 - p. */
  countDistinct(plan: Float64Array, indices: TypedArray): number;
  /** Scales the rows that indices name to a largest norm. Gives a bad index's position, -1 for no change, or -2. */
  renormRows(plan: Float64Array, table: TypedArray, indices: TypedArray): number;
}
