// Made by scripts/make_calls.mjs from native/binding/planned/attention.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's scaled dot-product attention. */
export interface PlannedAttention {
  /** Writes `out`, and `normalisers` [batch, heads, queries, 2] for the backward unless it is null. */
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
  /** Overwrites those of dq, dk, dv and dmask that are given. */
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
