import { DenseRows } from '../autograd/dense_rows.js';
import { needsGrad, record } from '../autograd/record.js';
import { RowSparse } from '../autograd/row_sparse.js';
import {
  addToWinners,
  type BagMode,
  type Bags,
  bagModes,
  reduceBags,
  tokensOf,
  weightGradients,
} from '../calls/embedding_bag.js';
import { RowList } from '../calls/row_list.js';
import { sumIntoTable } from '../calls/row_sums.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { dtypes, isFloating } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { tensor } from './creation.js';
import {
  checkEmbeddingOptions,
  deferredFrom,
  type EmbeddingOptions,
  embeddingOptionNames,
  renormalise,
  resolvePadding,
  untrainable,
} from './embedding.js';
import { type IndexInput, toIndices } from './index_argument.js';

export type { BagMode } from '../calls/embedding_bag.js';

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag begins in a 1-D input: the first 0, ascending, none beyond the input. Not for 2-D input. */
  offsets?: IndexInput | null;
  /** What becomes of a bag's vectors: 'mean' (the default), 'sum' or 'max'. */
  mode?: BagMode;
  /** What each vector counts in the sum: the input's shape, the table's dtype. With mode 'sum' only. Default null: 1. */
  perSampleWeights?: Tensor | readonly number[] | readonly (readonly number[])[] | null;
  /** The last offset is the end of the last bag rather than the beginning of another. Default false. */
  includeLastOffset?: boolean;
}

export const bagOptionNames = [...embeddingOptionNames, 'mode', 'includeLastOffset'] as const;

/** Checks the options that need neither table nor input. @throws ArgumentError, ValueError. */
export function checkBagOptions(op: string, options: EmbeddingBagOptions): void {
  checkEmbeddingOptions(op, options);
  const { mode = 'mean', scaleGradByFreq = false, sparse = false, includeLastOffset = false } = options;
  if (typeof mode !== 'string' || !Object.hasOwn(bagModes, mode)) {
    throw new ValueError(`${op}: mode must be 'sum', 'mean' or 'max', got ${describe(mode)}`);
  }
  if (typeof includeLastOffset !== 'boolean') {
    throw new ArgumentError(`${op}: includeLastOffset must be true or false, got ${describe(includeLastOffset)}`);
  }
  if (mode === 'max' && (scaleGradByFreq || sparse)) {
    const what = scaleGradByFreq ? 'scaleGradByFreq' : 'a sparse gradient';
    throw new ArgumentError(`${op}: mode 'max' does not go with ${what}`);
  }
}

/** The bags of an input, their number and bounds checked but for the offsets' values, which native code checks. */
export function toBags(
  op: string,
  input: IndexInput,
  given: IndexInput | null,
  includeLast: boolean,
  padding: number,
): Bags {
  const indices = toIndices(op, 'input', input);
  if (indices.ndim === 2) {
    if (given !== null) {
      throw new ArgumentError(
        `${op}: offsets are for 1-D input; in 2-D input, here ${formatShape(indices.shape)}, each row is a bag`,
      );
    }
    return { indices, offsets: null, includeLast: false, count: indices.shape[0], padding };
  }
  if (indices.ndim !== 1) {
    throw new ShapeError(
      `${op}: input must have one dimension, with offsets, or two, got shape ${formatShape(indices.shape)}`,
    );
  }
  if (given === null) throw new ArgumentError(`${op}: 1-D input needs offsets, which say where each bag begins`);
  const offsets = toIndices(op, 'offsets', given);
  if (offsets.ndim !== 1) {
    throw new ShapeError(`${op}: offsets must have one dimension, got shape ${formatShape(offsets.shape)}`);
  }
  if (includeLast && offsets.numel === 0) {
    throw new ValueError(`${op}: with includeLastOffset there must be at least one offset, the end of the input`);
  }
  return { indices, offsets, includeLast, count: offsets.numel - (includeLast ? 1 : 0), padding };
}

function toWeights(
  op: string,
  given: EmbeddingBagOptions['perSampleWeights'],
  mode: BagMode,
  indices: Tensor,
  table: Tensor,
) {
  if (given === null || given === undefined) return null;
  if (mode !== 'sum') {
    throw new ArgumentError(`${op}: perSampleWeights go with mode 'sum' only, got mode '${mode}'`);
  }
  const dtype = dtypes[table.dtype].computes ? table.dtype : 'float32';
  const weights = given instanceof Tensor ? given : tensor(given as number[], { dtype });
  if (weights.dtype !== dtype) {
    throw new DTypeError(`${op}: perSampleWeights must be ${dtype}, as the table is, got ${weights.dtype}`);
  }
  if (!sameShape(weights.shape, indices.shape)) {
    throw new ShapeError(
      `${op}: perSampleWeights must have the input's shape ${formatShape(indices.shape)}, got ${formatShape(weights.shape)}`,
    );
  }
  return weights;
}

/**
 * Sums, means or maxima of a table's rows over bags of indices, without the rows ever being gathered:
 * `out[b, :] = mode over i in bag b of weight[input[i], :]`.
 *
 * @param input [bags, length] indices, each row a bag; or 1-D indices with `offsets`.
 * @param weight the table, [rows, dim]. One of 16 bits is computed, and the result given, in float32.
 * @returns [bags, dim]; zeros for bags that are empty or hold nothing but padding.
 * @throws IndexError naming the position, the index and the table's size; ValueError for offsets that don't begin with 0,
 *   ascend and end within the input; all before anything is written.
 *
 * As `torch.nn.functional.embedding_bag`. Gradients flow to the table, dense or with `sparse` row-sparse, and to
 * `perSampleWeights`; with mode 'max' the first of equals gets it. No matrix of tokens × dim is made on the way back
 * either: the tokens of a bag share its gradient.
 */
export function embeddingBag(input: IndexInput, weight: Tensor, options?: EmbeddingBagOptions): Tensor {
  const op = 'embeddingBag';
  const given = checkOptions(op, options, [...bagOptionNames, 'offsets', 'perSampleWeights']);
  checkBagOptions(op, given);
  checkTensor(op, 'weight', weight);
  if (!isFloating(weight.dtype)) throw new DTypeError(`${op}: weight must be floating, got ${weight.dtype}`);
  if (weight.ndim !== 2) {
    throw new ShapeError(`${op}: weight must have two dimensions (rows, dim), got shape ${formatShape(weight.shape)}`);
  }
  const padding = resolvePadding(op, given.paddingIdx, weight.shape[0]);
  return lookUpBags(op, input, weight, padding, given);
}

/** `embeddingBag` after the checks of its options, for callers that made them once. */
export function lookUpBags(
  op: string,
  input: IndexInput,
  weight: Tensor,
  padding: number,
  options: EmbeddingBagOptions,
): Tensor {
  const { mode = 'mean', maxNorm = null, normType = 2, includeLastOffset = false } = options;
  const bags = toBags(op, input, options.offsets ?? null, includeLastOffset, padding);
  const given = toWeights(op, options.perSampleWeights, mode, bags.indices, weight);
  const wide = dtypes[weight.dtype].computes;
  if (maxNorm !== null) {
    if (!wide)
      throw new DTypeError(
        `${op}: maxNorm writes into the table, which must be float32 or float64, got ${weight.dtype}`,
      );
    checkBags(op, bags, weight);
    renormalise(op, weight, bags.indices, maxNorm, normType);
  }
  const recorded = needsGrad(weight, given);
  const table = contiguous(weight.detach());
  const weights = given === null ? null : contiguous(given.detach());
  const winner =
    mode === 'max' && recorded && wide ? Tensor.allocate([bags.count, weight.shape[1]], 'int32', false) : null;
  const out = reduceBags(op, bags, table, mode, { weights, winner });
  if (!recorded) return out;
  const sources = given === null ? [weight] : [weight, given];
  const saved = [bags.indices, ...(bags.offsets ? [bags.offsets] : []), ...(given ? [weight, given] : [])];
  const backward = (grad: Tensor, needs: readonly boolean[]): (Tensor | null)[] => {
    const gradient = contiguous(grad);
    const toTable = needs[0] ? tableGradient(op, bags, table, gradient, mode, weights, winner, options) : null;
    return given === null ? [toTable] : [toTable, needs[1] ? weightGradient(bags, table, gradient, given) : null];
  };
  return record('EmbeddingBagBackward0', sources, out, backward, saved);
}

/** Checks offsets and indices without computing anything: a call on a table without columns. */
function checkBags(op: string, bags: Bags, weight: Tensor): void {
  const [rows] = weight.shape;
  const nothing = new Tensor(weight.storage, [rows, 0], [0, 1], 0);
  reduceBags(op, bags, nothing, 'sum', {});
}

function tableGradient(
  op: string,
  bags: Bags,
  table: Tensor,
  gradient: Tensor,
  mode: BagMode,
  weights: Tensor | null,
  winner: Tensor | null,
  options: EmbeddingBagOptions,
): Tensor {
  if (!dtypes[table.dtype].computes) throw untrainable(op, table);
  const { sparse = false, scaleGradByFreq = false } = options;
  const [rows, dim] = table.shape;
  const deferred = rows * dim >= deferredFrom && !scaleGradByFreq;
  if (winner !== null) return maxGradient(bags, table.shape, gradient, winner, deferred);
  const { indices, list } = tokenRows(bags, gradient, mode, weights, rows);
  if (sparse) return new RowSparse(indices, list, table.shape);
  if (deferred && rows > indices.numel) return new DenseRows(indices, list, table.shape);
  const out = Tensor.allocate(table.shape, gradient.dtype, false);
  sumIntoTable(out.storage.array, out.offset, { indices, list, rows, dim }, { byFrequency: scaleGradByFreq });
  return out;
}

/** Which row each token names, and what it says about it: its bag's gradient, times what the token counts. */
function tokenRows(bags: Bags, gradient: Tensor, mode: BagMode, weights: Tensor | null, rows: number) {
  const { indices, bag, scale } = tokensOf(bags, gradient, mode, weights, rows);
  const counts = mode === 'mean' || weights !== null ? scale : null;
  return { indices, list: new RowList(gradient, bag, counts) };
}

/** The gradient of maxima: that of each column goes to the token that won it. */
function maxGradient(
  bags: Bags,
  shape: readonly number[],
  gradient: Tensor,
  winner: Tensor,
  deferred: boolean,
): Tensor {
  const [rows, dim] = shape;
  const { storage, offset, numel } = bags.indices;
  const tokens = storage.array.subarray(offset, offset + numel) as Int32Array;
  if (!deferred || rows <= numel) {
    const out = Tensor.allocate(shape, gradient.dtype);
    addToWinners(out, Int32Array.from(tokens), winner, gradient);
    return out;
  }
  const placeOf = new Map<number, number>();
  const place = tokens.map((row) => {
    if (!placeOf.has(row)) placeOf.set(row, placeOf.size);
    return placeOf.get(row)!;
  });
  const values = Tensor.allocate([placeOf.size, dim], gradient.dtype);
  addToWinners(values, place, winner, gradient);
  return new DenseRows(Tensor.wrap(Int32Array.from(placeOf.keys()), [placeOf.size], 'int32'), values, shape);
}

function weightGradient(bags: Bags, table: Tensor, gradient: Tensor, weights: Tensor): Tensor {
  if (!dtypes[table.dtype].computes) {
    throw new DTypeError(
      `embeddingBag: gradients of perSampleWeights need a float32 or float64 table, got ${table.dtype}`,
    );
  }
  const out = Tensor.allocate(weights.shape, weights.dtype); // zeros for tokens beyond the last offset
  weightGradients(out, bags, table, gradient);
  return out;
}
