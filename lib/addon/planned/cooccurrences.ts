// Made by scripts/make_calls.mjs from native/binding/planned/cooccurrences.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's counting of co-occurrences (kernels/vectors/cooccurrences.h). Records are 16 bytes: two int32 and a
 * float64; arrays of them are Int32Arrays of four numbers a record.
 */
export interface PlannedCooccurrences {
  /**
   * Counts the pairs whose right words are tokens[begin … end) until the table is full: `reached` says where it
   * stopped.
   */
  cooccurrencesCount(
    plan: Float64Array,
    dense: TypedArray,
    denseBegin: TypedArray,
    tokens: TypedArray,
    places: TypedArray,
  ): void;
  /** Adds records[begin … end) to the table until it is full. */
  cooccurrencesInsert(plan: Float64Array, places: TypedArray, records: TypedArray): void;
  /** Writes the pairs at the places [begin … end) to out[at … most), as long as there is room. */
  cooccurrencesCollect(plan: Float64Array, out: TypedArray, places: TypedArray): void;
  /** The same from rows of the dense table. */
  cooccurrencesCollectDense(plan: Float64Array, out: TypedArray, dense: TypedArray, denseBegin: TypedArray): void;
  /** Goes on with a random order of records[0 … end). */
  cooccurrencesShuffle(plan: Float64Array, records: TypedArray): void;
  /**
   * Sorts records[0 … count) into `parts` groups that depend on the pair alone; counts[p] says how many are in the
   * p-th.
   */
  cooccurrencesPartition(plan: Float64Array, out: TypedArray, counts: TypedArray, records: TypedArray): void;
}
