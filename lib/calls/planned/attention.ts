// Made by scripts/make_calls.mjs from native/binding/planned/attention.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly dim: number;
  readonly valueDim: number;
}

export interface Settings {
  readonly scale: number;
  readonly causal: boolean;
  readonly keptScale: number;
  readonly maskBatch: number;
  readonly maskHead: number;
  readonly maskRow: number;
  readonly maskColumn: number;
}

export interface HeadRows {
  readonly tensor: Tensor;
  readonly offset: number;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

export interface AttentionCall {
  readonly sizes: Sizes;
  readonly settings: Settings;
  readonly q: HeadRows;
  readonly k: HeadRows;
  readonly v: HeadRows;
  readonly mask: Tensor | null;
  readonly kept: Tensor | null;
  readonly out: HeadRows;
  readonly normalisers: Tensor | null;
}

/** Writes `out`, and `normalisers` [batch, heads, queries, 2] for the backward unless it is null. */
export function callAttention(call: AttentionCall): void {
  const q = call.q.tensor.storage.array;
  const k = call.k.tensor.storage.array;
  const v = call.v.tensor.storage.array;
  const mask = call.mask === null ? null : call.mask.storage.array;
  const kept = call.kept === null ? null : call.kept.storage.array;
  const out = call.out.tensor.storage.array;
  const normalisers = call.normalisers === null ? null : call.normalisers.storage.array;
  plan[0] = 0xd629cf03;
  plan[1] = call.sizes.batch;
  plan[2] = call.sizes.heads;
  plan[3] = call.sizes.keyHeads;
  plan[4] = call.sizes.queries;
  plan[5] = call.sizes.keys;
  plan[6] = call.sizes.dim;
  plan[7] = call.sizes.valueDim;
  plan[8] = call.settings.scale;
  plan[9] = call.settings.causal ? 1 : 0;
  plan[10] = call.settings.keptScale;
  plan[11] = call.settings.maskBatch;
  plan[12] = call.settings.maskHead;
  plan[13] = call.settings.maskRow;
  plan[14] = call.settings.maskColumn;
  plan[15] = call.q.offset;
  plan[16] = call.q.batch;
  plan[17] = call.q.head;
  plan[18] = call.q.row;
  plan[19] = call.k.offset;
  plan[20] = call.k.batch;
  plan[21] = call.k.head;
  plan[22] = call.k.row;
  plan[23] = call.v.offset;
  plan[24] = call.v.batch;
  plan[25] = call.v.head;
  plan[26] = call.v.row;
  plan[27] = call.mask === null ? 0 : call.mask.offset;
  plan[28] = call.kept === null ? 0 : call.kept.offset;
  plan[29] = call.out.offset;
  plan[30] = call.out.batch;
  plan[31] = call.out.head;
  plan[32] = call.out.row;
  plan[33] = call.normalisers === null ? 0 : call.normalisers.offset;
  native.attention(plan, q, k, v, mask, kept, out, normalisers);
}

export interface AttentionBackwardCall {
  readonly sizes: Sizes;
  readonly settings: Settings;
  readonly q: HeadRows;
  readonly k: HeadRows;
  readonly v: HeadRows;
  readonly mask: Tensor | null;
  readonly kept: Tensor | null;
  readonly out: HeadRows;
  readonly normalisers: Tensor;
  readonly dout: HeadRows;
  readonly dq: HeadRows | null;
  readonly dk: HeadRows | null;
  readonly dv: HeadRows | null;
  readonly dmask: Tensor | null;
}

/** Overwrites those of dq, dk, dv and dmask that are given. */
export function callAttentionBackward(call: AttentionBackwardCall): void {
  const q = call.q.tensor.storage.array;
  const k = call.k.tensor.storage.array;
  const v = call.v.tensor.storage.array;
  const mask = call.mask === null ? null : call.mask.storage.array;
  const kept = call.kept === null ? null : call.kept.storage.array;
  const out = call.out.tensor.storage.array;
  const normalisers = call.normalisers.storage.array;
  const dout = call.dout.tensor.storage.array;
  const dq = call.dq === null ? null : call.dq.tensor.storage.array;
  const dk = call.dk === null ? null : call.dk.tensor.storage.array;
  const dv = call.dv === null ? null : call.dv.tensor.storage.array;
  const dmask = call.dmask === null ? null : call.dmask.storage.array;
  plan[0] = 0x9e3633e3;
  plan[1] = call.sizes.batch;
  plan[2] = call.sizes.heads;
  plan[3] = call.sizes.keyHeads;
  plan[4] = call.sizes.queries;
  plan[5] = call.sizes.keys;
  plan[6] = call.sizes.dim;
  plan[7] = call.sizes.valueDim;
  plan[8] = call.settings.scale;
  plan[9] = call.settings.causal ? 1 : 0;
  plan[10] = call.settings.keptScale;
  plan[11] = call.settings.maskBatch;
  plan[12] = call.settings.maskHead;
  plan[13] = call.settings.maskRow;
  plan[14] = call.settings.maskColumn;
  plan[15] = call.q.offset;
  plan[16] = call.q.batch;
  plan[17] = call.q.head;
  plan[18] = call.q.row;
  plan[19] = call.k.offset;
  plan[20] = call.k.batch;
  plan[21] = call.k.head;
  plan[22] = call.k.row;
  plan[23] = call.v.offset;
  plan[24] = call.v.batch;
  plan[25] = call.v.head;
  plan[26] = call.v.row;
  plan[27] = call.mask === null ? 0 : call.mask.offset;
  plan[28] = call.kept === null ? 0 : call.kept.offset;
  plan[29] = call.out.offset;
  plan[30] = call.out.batch;
  plan[31] = call.out.head;
  plan[32] = call.out.row;
  plan[33] = call.normalisers.offset;
  plan[34] = call.dout.offset;
  plan[35] = call.dout.batch;
  plan[36] = call.dout.head;
  plan[37] = call.dout.row;
  plan[38] = call.dq === null ? 0 : call.dq.offset;
  plan[39] = call.dq === null ? 0 : call.dq.batch;
  plan[40] = call.dq === null ? 0 : call.dq.head;
  plan[41] = call.dq === null ? 0 : call.dq.row;
  plan[42] = call.dk === null ? 0 : call.dk.offset;
  plan[43] = call.dk === null ? 0 : call.dk.batch;
  plan[44] = call.dk === null ? 0 : call.dk.head;
  plan[45] = call.dk === null ? 0 : call.dk.row;
  plan[46] = call.dv === null ? 0 : call.dv.offset;
  plan[47] = call.dv === null ? 0 : call.dv.batch;
  plan[48] = call.dv === null ? 0 : call.dv.head;
  plan[49] = call.dv === null ? 0 : call.dv.row;
  plan[50] = call.dmask === null ? 0 : call.dmask.offset;
  native.attentionBackward(plan, q, k, v, mask, kept, out, normalisers, dout, dq, dk, dv, dmask);
}
