import type { TypedArray } from './typed_array.js';

/**
 * The addon's lookups of rows by index, and the sums that go back: native/binding/gather.cc documents each plan. Each
 * function returns the position of the first bad index, or -1, and writes nothing before that.
 */
export interface NativeGather {
  /** out[i, :] = table[indices[i], :] */
  gatherRows(plan: Float64Array, out: TypedArray, table: TypedArray, indices: TypedArray): number;
  /**
   * table[indices[i], :] += row i of a list of rows, into zeros unless plan says to accumulate. A list is values, and
   * the place in them and the factor of each row: values[source[i], :] * scale[i].
   */
  scatterRows(
    plan: Float64Array,
    table: TypedArray,
    values: TypedArray,
    indices: TypedArray,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** Sums the rows of equal indices; how many distinct ones there are is left in plan[0]. */
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
