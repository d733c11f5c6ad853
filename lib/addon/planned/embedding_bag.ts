// Made by scripts/make_calls.mjs from native/binding/planned/embedding_bag.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's bags of embeddings, and tables stored in few bits. Calls that look tokens up return the position of
 * the first bad index, -2 less that of the first bad offset, or -1.
 */
export interface PlannedEmbeddingBag {
  /**
   * Sums, means or maxima over bags, by the codes of native/binding/embedding_bag.cc; `winner` gets the tokens that
   * gave the maxima. `dtype` is the table's code.
   */
  embeddingBag(
    plan: Float64Array,
    out: TypedArray,
    winner: TypedArray | null,
    table: TypedArray,
    factor: TypedArray | null,
    indices: TypedArray,
    offsets: TypedArray | null,
    weights: TypedArray | null,
  ): number;
  /** Rows of a table of 16-bit floats or int8, widened to float32. */
  gatherStored(
    plan: Float64Array,
    out: TypedArray,
    table: TypedArray,
    factor: TypedArray | null,
    indices: TypedArray,
  ): number;
  /** Index, bag and factor of each token that is no padding; returns how many there are. */
  embeddingBagTokens(
    plan: Float64Array,
    outIndices: TypedArray,
    source: TypedArray,
    scale: TypedArray,
    indices: TypedArray,
    offsets: TypedArray | null,
    weights: TypedArray | null,
  ): number;
  /** gradient[bag of i, :] · table[indices[i], :] for each token. */
  embeddingBagWeightGradients(
    plan: Float64Array,
    out: TypedArray,
    gradient: TypedArray,
    table: TypedArray,
    indices: TypedArray,
    offsets: TypedArray | null,
  ): number;
  /** out[place[winner[b, j]], j] += gradient[b, j] */
  embeddingBagWinners(
    plan: Float64Array,
    out: TypedArray,
    place: TypedArray,
    winner: TypedArray,
    gradient: TypedArray,
  ): void;
}
