// Made by scripts/make_calls.mjs from native/binding/planned/embedding_bag.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Bags {
  readonly tokens: number;
  readonly count: number;
  readonly length: number;
  readonly includeLast: boolean;
  readonly padding: number;
}

export interface EmbeddingBagCall {
  readonly bags: Bags;
  readonly rows: number;
  readonly dim: number;
  readonly mode: number;
  readonly dtype: number;
  readonly out: Tensor;
  readonly winner: Tensor | null;
  readonly table: Tensor;
  readonly factor: Tensor | null;
  readonly indices: Tensor;
  readonly offsets: Tensor | null;
  readonly weights: Tensor | null;
}

/**
 * Sums, means or maxima over bags, by the codes of native/binding/embedding_bag.cc; `winner` gets the tokens that
 * gave the maxima. `dtype` is the table's code.
 */
export function callEmbeddingBag(call: EmbeddingBagCall): number {
  const out = call.out.storage.array;
  const winner = call.winner === null ? null : call.winner.storage.array;
  const table = call.table.storage.array;
  const factor = call.factor === null ? null : call.factor.storage.array;
  const indices = call.indices.storage.array;
  const offsets = call.offsets === null ? null : call.offsets.storage.array;
  const weights = call.weights === null ? null : call.weights.storage.array;
  plan[0] = 0x7812844f;
  plan[1] = call.bags.tokens;
  plan[2] = call.bags.count;
  plan[3] = call.bags.length;
  plan[4] = call.bags.includeLast ? 1 : 0;
  plan[5] = call.bags.padding;
  plan[6] = call.rows;
  plan[7] = call.dim;
  plan[8] = call.mode;
  plan[9] = call.dtype;
  plan[10] = call.out.offset;
  plan[11] = call.winner === null ? 0 : call.winner.offset;
  plan[12] = call.table.offset;
  plan[13] = call.factor === null ? 0 : call.factor.offset;
  plan[14] = call.indices.offset;
  plan[15] = call.offsets === null ? 0 : call.offsets.offset;
  plan[16] = call.weights === null ? 0 : call.weights.offset;
  return native.embeddingBag(plan, out, winner, table, factor, indices, offsets, weights);
}

export interface GatherStoredCall {
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly dtype: number;
  readonly out: Tensor;
  readonly table: Tensor;
  readonly factor: Tensor | null;
  readonly indices: Tensor;
}

/** Rows of a table of 16-bit floats or int8, widened to float32. */
export function callGatherStored(call: GatherStoredCall): number {
  const out = call.out.storage.array;
  const table = call.table.storage.array;
  const factor = call.factor === null ? null : call.factor.storage.array;
  const indices = call.indices.storage.array;
  plan[0] = 0x5dc85868;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.dtype;
  plan[5] = call.out.offset;
  plan[6] = call.table.offset;
  plan[7] = call.factor === null ? 0 : call.factor.offset;
  plan[8] = call.indices.offset;
  return native.gatherStored(plan, out, table, factor, indices);
}

export interface EmbeddingBagTokensCall {
  readonly bags: Bags;
  readonly rows: number;
  readonly mode: number;
  readonly outIndices: Tensor;
  readonly source: Tensor;
  readonly scale: Tensor;
  readonly indices: Tensor;
  readonly offsets: Tensor | null;
  readonly weights: Tensor | null;
}

/** Index, bag and factor of each token that is no padding; returns how many there are. */
export function callEmbeddingBagTokens(call: EmbeddingBagTokensCall): number {
  const outIndices = call.outIndices.storage.array;
  const source = call.source.storage.array;
  const scale = call.scale.storage.array;
  const indices = call.indices.storage.array;
  const offsets = call.offsets === null ? null : call.offsets.storage.array;
  const weights = call.weights === null ? null : call.weights.storage.array;
  plan[0] = 0xfe2bc7cf;
  plan[1] = call.bags.tokens;
  plan[2] = call.bags.count;
  plan[3] = call.bags.length;
  plan[4] = call.bags.includeLast ? 1 : 0;
  plan[5] = call.bags.padding;
  plan[6] = call.rows;
  plan[7] = call.mode;
  plan[8] = call.outIndices.offset;
  plan[9] = call.source.offset;
  plan[10] = call.scale.offset;
  plan[11] = call.indices.offset;
  plan[12] = call.offsets === null ? 0 : call.offsets.offset;
  plan[13] = call.weights === null ? 0 : call.weights.offset;
  return native.embeddingBagTokens(plan, outIndices, source, scale, indices, offsets, weights);
}

export interface EmbeddingBagWeightGradientsCall {
  readonly bags: Bags;
  readonly rows: number;
  readonly dim: number;
  readonly out: Tensor;
  readonly gradient: Tensor;
  readonly table: Tensor;
  readonly indices: Tensor;
  readonly offsets: Tensor | null;
}

/** gradient[bag of i, :] · table[indices[i], :] for each token. */
export function callEmbeddingBagWeightGradients(call: EmbeddingBagWeightGradientsCall): number {
  const out = call.out.storage.array;
  const gradient = call.gradient.storage.array;
  const table = call.table.storage.array;
  const indices = call.indices.storage.array;
  const offsets = call.offsets === null ? null : call.offsets.storage.array;
  plan[0] = 0x50cff479;
  plan[1] = call.bags.tokens;
  plan[2] = call.bags.count;
  plan[3] = call.bags.length;
  plan[4] = call.bags.includeLast ? 1 : 0;
  plan[5] = call.bags.padding;
  plan[6] = call.rows;
  plan[7] = call.dim;
  plan[8] = call.out.offset;
  plan[9] = call.gradient.offset;
  plan[10] = call.table.offset;
  plan[11] = call.indices.offset;
  plan[12] = call.offsets === null ? 0 : call.offsets.offset;
  return native.embeddingBagWeightGradients(plan, out, gradient, table, indices, offsets);
}

export interface EmbeddingBagWinnersCall {
  readonly tokens: number;
  readonly rows: number;
  readonly dim: number;
  readonly bags: number;
  readonly out: Tensor;
  readonly place: TypedArray;
  readonly winner: Tensor;
  readonly gradient: Tensor;
}

/** out[place[winner[b, j]], j] += gradient[b, j] */
export function callEmbeddingBagWinners(call: EmbeddingBagWinnersCall): void {
  const out = call.out.storage.array;
  const place = call.place;
  const winner = call.winner.storage.array;
  const gradient = call.gradient.storage.array;
  plan[0] = 0xd562fe77;
  plan[1] = call.tokens;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.bags;
  plan[5] = call.out.offset;
  plan[6] = call.winner.offset;
  plan[7] = call.gradient.offset;
  native.embeddingBagWinners(plan, out, place, winner, gradient);
}
