/** One native call each: bags of embeddings, and tables stored in few bits; without recording. */
import { ValueError } from '../errors.js';
import { dtypes } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { badIndex } from './gather.js';
import {
  type Bags as BagNumbers,
  callEmbeddingBag,
  callEmbeddingBagTokens,
  callEmbeddingBagWeightGradients,
  callEmbeddingBagWinners,
  callGatherStored,
} from './planned/embedding_bag.js';

/** The codes of native/binding/embedding_bag.cc. */
export const bagModes = { sum: 0, mean: 1, max: 2 } as const;

export type BagMode = keyof typeof bagModes;

/** The tokens of a batch of bags, checked and contiguous. */
export interface Bags {
  /** int32, all tokens in order; of any shape. */
  indices: Tensor;
  /** int32, where each bag begins; null where all have the same length. */
  offsets: Tensor | null;
  /** Whether the last offset only ends the last bag. */
  includeLast: boolean;
  /** How many bags there are. */
  count: number;
  /** The row that counts for nothing, or -1. */
  padding: number;
}

/** The numbers of a batch of bags. */
function numbersOf(bags: Bags): BagNumbers {
  const tokens = bags.indices.numel;
  return {
    tokens,
    count: bags.count,
    length: bags.count === 0 ? 0 : tokens / bags.count,
    includeLast: bags.includeLast,
    padding: bags.padding,
  };
}

/** The error for what a native call found: an index that the table does not have, or an offset out of order. */
function badToken(op: string, bags: Bags, code: number, rows: number): Error {
  if (code >= 0) return badIndex(op, bags.indices, code, rows);
  const position = -2 - code;
  const offset = bags.offsets!.at(position);
  if (position === 0) return new ValueError(`${op}: offsets must begin with 0, got ${offset}`);
  const before = bags.offsets!.at(position - 1);
  return offset < before
    ? new ValueError(`${op}: offsets must ascend, got ${offset} at position ${position}, after ${before}`)
    : new ValueError(
        `${op}: offset ${offset} at position ${position} is beyond the input of ${bags.indices.numel} indices`,
      );
}

export interface BagExtras {
  /** Per token, of the computed dtype. */
  weights?: Tensor | null;
  /** [bags, dim], int32: gets the tokens that gave the maxima. */
  winner?: Tensor | null;
  /** [rows], float32: what the rows of an int8 table are multiplied by. */
  factor?: Tensor | null;
}

/**
 * Sums, means or maxima of the bags of a contiguous table: [bags, dim].
 * @throws IndexError for an index that the table does not have, ValueError for offsets that don't begin with 0, ascend and
 *   end within the input; before anything is written.
 */
export function reduceBags(op: string, bags: Bags, table: Tensor, mode: BagMode, extras: BagExtras): Tensor {
  const { weights = null, winner = null, factor = null } = extras;
  const [rows, dim] = table.shape;
  const dtype = table.dtype === 'float64' ? 'float64' : 'float32';
  const out = Tensor.allocate([bags.count, dim], dtype, false);
  const code = callEmbeddingBag({
    bags: numbersOf(bags),
    rows,
    dim,
    mode: bagModes[mode],
    dtype: dtypes[table.dtype].code,
    out,
    winner,
    table,
    factor,
    indices: bags.indices,
    offsets: bags.offsets,
    weights,
  });
  if (code !== -1) throw badToken(op, bags, code, rows);
  return out;
}

/**
 * Rows of a contiguous table of 16-bit floats, or of int8 in a uint8 tensor with a factor for each row, widened to
 * float32 on the way: indices.shape + [dim]. @throws IndexError before anything is written.
 */
export function lookUpStored(op: string, table: Tensor, factor: Tensor | null, indices: Tensor): Tensor {
  const [rows, dim] = table.shape;
  const out = Tensor.allocate([...indices.shape, dim], 'float32', false);
  const dtype = dtypes[table.dtype].code;
  const bad = callGatherStored({ count: indices.numel, rows, dim, dtype, out, table, factor, indices });
  if (bad >= 0) throw badIndex(op, indices, bad, rows);
  return out;
}

/** What the tokens of bags say about the rows of a table: each that is no padding names a row, a bag and a factor. */
export interface BagTokens {
  indices: Tensor;
  bag: Tensor;
  /** Of the bag's gradient: the token's weight, divided by the bag's size for means. */
  scale: Tensor;
}

/** The tokens of bags for a table of `rows` rows, in their order; `gradient` is [bags, dim]. */
export function tokensOf(bags: Bags, gradient: Tensor, mode: BagMode, weights: Tensor | null, rows: number): BagTokens {
  const n = bags.indices.numel;
  const indices = Tensor.allocate([n], 'int32', false);
  const bag = Tensor.allocate([n], 'int32', false);
  const scale = Tensor.allocate([n], gradient.dtype, false);
  const kept = callEmbeddingBagTokens({
    bags: numbersOf(bags),
    rows,
    mode: bagModes[mode],
    outIndices: indices,
    source: bag,
    scale,
    indices: bags.indices,
    offsets: bags.offsets,
    weights,
  });
  const first = (x: Tensor) => new Tensor(x.storage, [kept], [1], x.offset);
  return { indices: first(indices), bag: first(bag), scale: first(scale) };
}

/** out[place[winner[b, j]], j] += gradient[b, j]: the gradient of maxima goes to the token that won each column. */
export function addToWinners(out: Tensor, place: Int32Array, winner: Tensor, gradient: Tensor): void {
  const [rows, dim] = out.shape;
  callEmbeddingBagWinners({ tokens: place.length, rows, dim, bags: winner.shape[0], out, place, winner, gradient });
}

/** Writes gradient[bag of i, :] · table[indices[i], :] for each token i; those beyond the last offset are left alone. */
export function weightGradients(out: Tensor, bags: Bags, table: Tensor, gradient: Tensor): void {
  const [rows, dim] = table.shape;
  const { indices, offsets } = bags;
  callEmbeddingBagWeightGradients({ bags: numbersOf(bags), rows, dim, out, gradient, table, indices, offsets });
}
