/** One native call each: scaled dot-product attention and its gradients on windows of tensors, without recording. */
import type { Tensor } from '../tensor/tensor.js';
import { callAttention, callAttentionBackward, type HeadRows, type Settings, type Sizes } from './planned/attention.js';

export type { HeadRows } from './planned/attention.js';

/** `keyHeads` divides `heads`: neighbouring heads share keys and values; `dim` is that of a row of q and k, `valueDim` of v. */
export type AttentionSizes = Sizes;

export interface AttentionSettings {
  scale: number;
  /** Query i sees keys 0 … i. */
  causal: boolean;
  /** bool (false hides) or what is added to the scores, with its strides over [batch, heads, queries, keys]. */
  mask: { tensor: Tensor; strides: readonly number[] } | null;
  /** Dropout: bool [batch, heads, queries, keys], contiguous; a weight counts keptScale times or not at all. */
  kept: Tensor | null;
  keptScale: number;
}

export interface AttentionOperands {
  q: HeadRows;
  k: HeadRows;
  v: HeadRows;
}

function numbersOf({ scale, causal, keptScale, mask }: AttentionSettings): Settings {
  const [maskBatch, maskHead, maskRow, maskColumn] = mask === null ? [0, 0, 0, 0] : mask.strides;
  return { scale, causal, keptScale, maskBatch, maskHead, maskRow, maskColumn };
}

/** Writes `out`, and `normalisers` [batch, heads, queries, 2] for the backward unless it is null. */
export function attention(
  out: HeadRows,
  normalisers: Tensor | null,
  operands: AttentionOperands,
  sizes: AttentionSizes,
  settings: AttentionSettings,
): void {
  callAttention({
    sizes,
    settings: numbersOf(settings),
    ...operands,
    mask: settings.mask?.tensor ?? null,
    kept: settings.kept,
    out,
    normalisers,
  });
}

export interface AttentionGradients {
  dq: HeadRows | null;
  dk: HeadRows | null;
  dv: HeadRows | null;
  /** Of what is added to the scores: zeros [batch, heads, queries, keys], contiguous. */
  dmask: Tensor | null;
}

/** Overwrites those of dq, dk, dv and dmask that are given, from what `attention` wrote and the gradient of `out`. */
export function attentionBackward(
  { dq, dk, dv, dmask }: AttentionGradients,
  dout: HeadRows,
  out: HeadRows,
  normalisers: Tensor,
  operands: AttentionOperands,
  sizes: AttentionSizes,
  settings: AttentionSettings,
): void {
  callAttentionBackward({
    sizes,
    settings: numbersOf(settings),
    ...operands,
    mask: settings.mask?.tensor ?? null,
    kept: settings.kept,
    out,
    normalisers,
    dout,
    dq,
    dk,
    dv,
    dmask,
  });
}
