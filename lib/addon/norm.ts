import type { TypedArray } from './typed_array.js';

/**
 * The addon's layer normalisation, which is root-mean-square normalisation where `mean` is null: native/binding/norm.cc
 * documents each plan.
 */
export interface NativeNorm {
  norm(
    plan: Float64Array,
    y: TypedArray,
    mean: TypedArray | null,
    rstd: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    bias: TypedArray | null,
  ): void;
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
