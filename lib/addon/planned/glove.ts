// Made by scripts/make_calls.mjs from native/binding/planned/glove.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's trainer of GloVe vectors (kernels/vectors/glove.h). Rows of the tables are `dim` + 1 rounded up to 16
 * apart.
 */
export interface PlannedGlove {
  /** Makes examples of records[begin … end), in place. */
  glovePrepare(plan: Float64Array, records: TypedArray): void;
  /** Trains on examples[begin … end), on at most `threads` threads; `cost` is summed over them. */
  gloveSlice(
    plan: Float64Array,
    word: TypedArray,
    context: TypedArray,
    wordSquares: TypedArray,
    contextSquares: TypedArray,
    examples: TypedArray,
  ): void;
}
