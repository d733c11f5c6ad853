import type { TypedArray } from '../tensor/dtype.js';

/**
 * The addon's normalisation and attention. As everywhere, arrays are whole storages, and `plan` holds sizes, offsets and
 * options in the order that native/binding documents beside each function.
 */
export interface NativeTransformer {
  // native/binding/norm.cc: layer normalisation, or root-mean-square normalisation where `mean` is null
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

  // native/binding/similarity.cc
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

  // native/binding/attention.cc
  attention(
    plan: Float64Array,
    q: TypedArray,
    k: TypedArray,
    v: TypedArray,
    mask: TypedArray | null,
    kept: TypedArray | null,
    out: TypedArray,
    normalisers: TypedArray | null,
  ): void;
  attentionBackward(
    plan: Float64Array,
    q: TypedArray,
    k: TypedArray,
    v: TypedArray,
    mask: TypedArray | null,
    kept: TypedArray | null,
    out: TypedArray,
    normalisers: TypedArray,
    dout: TypedArray,
    dq: TypedArray | null,
    dk: TypedArray | null,
    dv: TypedArray | null,
    dmask: TypedArray | null,
  ): void;
}
