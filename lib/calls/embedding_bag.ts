/** One native call each: bags of embeddings, and tables stored in few bits; without recording. */
import { native } from '../addon/native.js';
import { ValueError } from '../errors.js';
import { dtypes } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { badIndex } from './gather.js';
import { plan } from './plan.js';

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

interface BagCall {
  mode?: BagMode;
  table?: Tensor;
  /** The table's size. */
  rows: number;
  dim: number;
  factor?: Tensor | null;
  out?: Tensor;
  weights?: Tensor | null;
  /** The winners, or the gradient, whichever the call takes. */
  other?: Tensor | null;
}

/** Fills the plan for a call of native/binding/embedding_bag.cc. */
function planBags(bags: Bags, call: BagCall): void {
  const tokens = bags.indices.numel;
  plan[0] = tokens;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = bags.count;
  plan[4] = bags.count === 0 ? 0 : tokens / bags.count;
  plan[5] = bags.includeLast ? 1 : 0;
  plan[6] = bags.padding;
  plan[7] = bagModes[call.mode ?? 'sum'];
  plan[8] = call.table ? dtypes[call.table.dtype].code : 0;
  plan[9] = bags.indices.offset;
  plan[10] = bags.offsets?.offset ?? 0;
  plan[11] = call.table?.offset ?? 0;
  plan[12] = call.factor?.offset ?? 0;
  plan[13] = call.out?.offset ?? 0;
  plan[14] = call.weights?.offset ?? 0;
  plan[15] = call.other?.offset ?? 0;
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
  planBags(bags, { mode, table, rows, dim, factor, out, weights, other: winner });
  const code = native.embeddingBag(
    plan,
    out.storage.array,
    winner?.storage.array ?? null,
    table.storage.array,
    factor?.storage.array ?? null,
    bags.indices.storage.array,
    bags.offsets?.storage.array ?? null,
    weights?.storage.array ?? null,
  );
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
  const oneBag = { indices, offsets: null, includeLast: false, count: 1, padding: -1 };
  planBags(oneBag, { table, rows, dim, factor, out });
  const bad = native.gatherStored(
    plan,
    out.storage.array,
    table.storage.array,
    factor?.storage.array ?? null,
    indices.storage.array,
  );
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
  planBags(bags, { mode, rows, dim: gradient.shape[1], weights });
  const kept = native.embeddingBagTokens(
    plan,
    indices.storage.array,
    bag.storage.array,
    scale.storage.array,
    bags.indices.storage.array,
    bags.offsets?.storage.array ?? null,
    weights?.storage.array ?? null,
  );
  const first = (x: Tensor) => new Tensor(x.storage, [kept], [1], x.offset);
  return { indices: first(indices), bag: first(bag), scale: first(scale) };
}

/** out[place[winner[b, j]], j] += gradient[b, j]: the gradient of maxima goes to the token that won each column. */
export function addToWinners(out: Tensor, place: Int32Array, winner: Tensor, gradient: Tensor): void {
  plan[0] = place.length;
  plan[1] = out.shape[0];
  plan[2] = out.shape[1];
  plan[3] = winner.shape[0];
  plan[4] = gradient.offset;
  native.embeddingBagWinners(plan, out.storage.array, place, winner.storage.array, gradient.storage.array);
}

/** Writes gradient[bag of i, :] · table[indices[i], :] for each token i; those beyond the last offset are left alone. */
export function weightGradients(out: Tensor, bags: Bags, table: Tensor, gradient: Tensor): void {
  const [rows, dim] = table.shape;
  planBags(bags, { table, rows, dim, out, other: gradient });
  native.embeddingBagWeightGradients(
    plan,
    out.storage.array,
    gradient.storage.array,
    table.storage.array,
    bags.indices.storage.array,
    bags.offsets?.storage.array ?? null,
  );
}
