import type { TypedArray } from './typed_array.js';

/** The addon's cosines of pairs of rows: native/binding/similarity.cc documents each plan. */
export interface NativeSimilarity {
  /** The cosines of pairs of rows, and the lengths of both. */
  cosines(plan: Float64Array, cosines: TypedArray, lengths: TypedArray, a: TypedArray, b: TypedArray): void;
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
