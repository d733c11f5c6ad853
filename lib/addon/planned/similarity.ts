// Made by scripts/make_calls.mjs from native/binding/planned/similarity.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's cosines of pairs of rows; a row that does not step is one for all pairs. */
export interface PlannedSimilarity {
  /** The cosines of pairs of rows, and the lengths of both. */
  cosines(plan: Float64Array, cosines: TypedArray, lengths: TypedArray, a: TypedArray, b: TypedArray): void;
  /** Overwrites the gradients that are given. */
  cosinesBackward(
    plan: Float64Array,
    da: TypedArray | null,
    db: TypedArray | null,
    grad: TypedArray,
    cosines: TypedArray,
    lengths: TypedArray,
    a: TypedArray,
    b: TypedArray,
  ): void;
}
