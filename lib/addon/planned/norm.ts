// Made by scripts/make_calls.mjs from native/binding/planned/norm.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's layer normalisation, which is root-mean-square normalisation where `mean` is null. */
export interface PlannedNorm {
  /** The normalised rows, and what backward needs of each. */
  norm(
    plan: Float64Array,
    y: TypedArray,
    mean: TypedArray | null,
    rstd: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    bias: TypedArray | null,
  ): void;
  /** Overwrites the gradients that are given. */
  normBackward(
    plan: Float64Array,
    dx: TypedArray | null,
    dweight: TypedArray | null,
    dbias: TypedArray | null,
    dy: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    mean: TypedArray | null,
    rstd: TypedArray,
  ): void;
}
