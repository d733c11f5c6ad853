/** One native call each: scaled dot-product attention and its gradients on windows of tensors, without recording. */
import { native } from '../addon/native.js';
import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

/** Rows of vectors: row i of head h of batch b starts at offset + b · batch + h · head + i · row, contiguous. */
export interface HeadRows {
  tensor: Tensor;
  offset: number;
  batch: number;
  head: number;
  row: number;
}

export interface AttentionSizes {
  batch: number;
  heads: number;
  /** Divides `heads`: neighbouring heads share keys and values. */
  keyHeads: number;
  queries: number;
  keys: number;
  /** Of a row of q and k. */
  dim: number;
  /** Of a row of v and of the result. */
  valueDim: number;
}

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

function setRows(at: number, rows: HeadRows | null): void {
  plan[at] = rows?.offset ?? 0;
  plan[at + 1] = rows?.batch ?? 0;
  plan[at + 2] = rows?.head ?? 0;
  plan[at + 3] = rows?.row ?? 0;
}

function setPlan(
  sizes: AttentionSizes,
  settings: AttentionSettings,
  { q, k, v }: AttentionOperands,
  out: HeadRows,
  normalisers: Tensor | null,
): void {
  const { mask, kept } = settings;
  plan[0] = sizes.batch;
  plan[1] = sizes.heads;
  plan[2] = sizes.keyHeads;
  plan[3] = sizes.queries;
  plan[4] = sizes.keys;
  plan[5] = sizes.dim;
  plan[6] = sizes.valueDim;
  plan[7] = settings.scale;
  plan[8] = settings.causal ? 1 : 0;
  plan[9] = settings.keptScale;
  plan[10] = normalisers?.offset ?? 0;
  plan[11] = kept?.offset ?? 0;
  plan[12] = mask?.tensor.offset ?? 0;
  for (let i = 0; i < 4; i++) plan[13 + i] = mask?.strides[i] ?? 0;
  setRows(17, q);
  setRows(21, k);
  setRows(25, v);
  setRows(29, out);
}

/** Writes `out`, and `normalisers` [batch, heads, queries, 2] for the backward unless it is null. */
export function attention(
  out: HeadRows,
  normalisers: Tensor | null,
  operands: AttentionOperands,
  sizes: AttentionSizes,
  settings: AttentionSettings,
): void {
  setPlan(sizes, settings, operands, out, normalisers);
  native.attention(
    plan,
    operands.q.tensor.storage.array,
    operands.k.tensor.storage.array,
    operands.v.tensor.storage.array,
    settings.mask?.tensor.storage.array ?? null,
    settings.kept?.storage.array ?? null,
    out.tensor.storage.array,
    normalisers?.storage.array ?? null,
  );
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
  setPlan(sizes, settings, operands, out, normalisers);
  setRows(33, dout);
  setRows(37, dq);
  setRows(41, dk);
  setRows(45, dv);
  plan[49] = dmask?.offset ?? 0;
  native.attentionBackward(
    plan,
    operands.q.tensor.storage.array,
    operands.k.tensor.storage.array,
    operands.v.tensor.storage.array,
    settings.mask?.tensor.storage.array ?? null,
    settings.kept?.storage.array ?? null,
    out.tensor.storage.array,
    normalisers.storage.array,
    dout.tensor.storage.array,
    dq?.tensor.storage.array ?? null,
    dk?.tensor.storage.array ?? null,
    dv?.tensor.storage.array ?? null,
    dmask?.storage.array ?? null,
  );
}
