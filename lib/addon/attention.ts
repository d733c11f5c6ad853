import type { TypedArray } from './typed_array.js';

/** The addon's scaled dot-product attention: native/binding/attention.cc documents each plan. */
export interface NativeAttention {
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
