import { DenseRows } from '../autograd/dense_rows.js';
import { needsGrad, record } from '../autograd/record.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { lookUpStored } from '../calls/embedding_bag.js';
import { badIndex, gatherRows, renormaliseRows } from '../calls/gather.js';
import { RowList } from '../calls/row_list.js';
import { sumIntoTable } from '../calls/row_sums.js';
import { ArgumentError, DTypeError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { dtypes, isFloating } from '../tensor/dtype.js';
import { formatShape, numelOf } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { type IndexInput, toIndices } from './index_argument.js';

export interface EmbeddingOptions {
  /** A row that gets no gradient; negative numbers count from the end. Default null: none. */
  paddingIdx?: number | null;
  /** Rows looked up are first scaled to at most this norm, in place, each once. Default null: not. */
  maxNorm?: number | null;
  /** Which p-norm `maxNorm` means; Infinity is the largest magnitude. Default 2. */
  normType?: number;
  /** Divide a row's gradient by how often it occurs in the input. Default false. */
  scaleGradByFreq?: boolean;
  /** Give the table a row-sparse gradient, with the rows looked up and no others. Default false. */
  sparse?: boolean;
}

export const embeddingOptionNames = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'] as const;

/** The padding row as a row number, or -1 for none. @throws ValueError when the table has no such row. */
export function resolvePadding(op: string, paddingIdx: number | null | undefined, rows: number): number {
  if (paddingIdx === null || paddingIdx === undefined) return -1;
  if (typeof paddingIdx !== 'number' || !Number.isInteger(paddingIdx)) {
    throw new ArgumentError(`${op}: paddingIdx must be an integer or null, got ${describe(paddingIdx)}`);
  }
  if (paddingIdx < -rows || paddingIdx >= rows) {
    throw new ValueError(
      `${op}: paddingIdx must be a row of the table, from ${-rows} to ${rows - 1}, got ${paddingIdx}`,
    );
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** Checks the options that need no table. @throws ArgumentError, ValueError. */
export function checkEmbeddingOptions(op: string, options: EmbeddingOptions): void {
  const { maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false } = options;
  for (const [name, value] of Object.entries({ scaleGradByFreq, sparse })) {
    if (typeof value !== 'boolean') {
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
    }
  }
  if (maxNorm !== null && (typeof maxNorm !== 'number' || !(maxNorm >= 0))) {
    throw new ValueError(`${op}: maxNorm must be a number of at least 0 or null, got ${describe(maxNorm)}`);
  }
  if (typeof normType !== 'number' || Number.isNaN(normType)) {
    throw new ArgumentError(`${op}: normType must be a number, got ${describe(normType)}`);
  }
  if (scaleGradByFreq && sparse) {
    throw new ArgumentError(`${op}: scaleGradByFreq does not go with sparse gradients; choose one of the two`);
  }
}

/** Scales the rows that `indices` name to at most `maxNorm`, in place. @throws ShapeError, IndexError. */
export function renormalise(op: string, weight: Tensor, indices: Tensor, maxNorm: number, normType: number): void {
  if (!weight.isContiguous()) {
    throw new ShapeError(`${op}: maxNorm writes into the table, which must be contiguous`);
  }
  renormaliseRows(op, weight, indices, maxNorm, normType);
}

/**
 * The rows of a gradient [..., dim], one for each index. Where the gradient is a view that repeats rows, as that of a sum
 * or mean over tokens is, the list says which is which, and they are not written out.
 */
function rowsOf(grad: Tensor, dim: number): RowList {
  const lead = grad.shape.slice(0, -1);
  const repeats = lead.map((size, i) => size > 1 && grad.strides[i] === 0);
  if (grad.numel === 0 || !repeats.includes(true)) {
    const { storage, offset } = contiguous(grad);
    return new RowList(new Tensor(storage, [numelOf(lead), dim], [dim, 1], offset));
  }
  const kept = lead.map((size, i) => (repeats[i] ? 1 : size));
  const once = contiguous(new Tensor(grad.storage, [...kept, dim], grad.strides, grad.offset));
  // Which row each place has: extends from the last dimension outwards.
  let source = Int32Array.of(0);
  for (let i = lead.length - 1, step = 1; i >= 0; i--) {
    const inner = source;
    source = new Int32Array(inner.length * lead[i]);
    for (let k = 0; k < lead[i]; k++) {
      const first = repeats[i] ? 0 : k * step;
      for (let j = 0; j < inner.length; j++) source[k * inner.length + j] = inner[j] + first;
    }
    step *= kept[i];
  }
  const base = new Tensor(once.storage, [numelOf(kept), dim], [dim, 1], once.offset);
  return new RowList(base, Tensor.wrap(source, [source.length], 'int32'));
}

/** A [rows, dim] gradient with the rows of `grad` added up at `indices`, those of row `padding` left out. */
function denseGradient(grad: Tensor, indices: Tensor, shape: readonly number[], padding: number, byFrequency: boolean) {
  const [rows, dim] = shape;
  const out = Tensor.allocate(shape, grad.dtype, false);
  const where = { indices, list: rowsOf(grad, dim), rows, dim };
  const bad = sumIntoTable(out.storage.array, out.offset, where, { skip: padding, byFrequency });
  if (bad >= 0) throw badIndex('embedding', indices, bad, shape[0]);
  return out;
}

/** What a lookup's gradient says about which row, in the order of positions; padding left out. */
function gradientRows(grad: Tensor, indices: Tensor, dim: number, padding: number): { indices: Tensor; list: RowList } {
  const list = rowsOf(grad, dim);
  const n = indices.numel;
  const ids = indices.storage.array.subarray(indices.offset, indices.offset + n) as Int32Array;
  if (padding < 0 || !ids.includes(padding)) {
    return { indices: new Tensor(indices.storage, [n], [1], indices.offset), list };
  }
  const kept = Int32Array.from(ids.keys()).filter((position) => ids[position] !== padding);
  const wrap = (values: Int32Array) => Tensor.wrap(values, [values.length], 'int32');
  const sources = list.source?.storage.array;
  const places = sources === undefined ? kept : kept.map((position) => sources[position]);
  return { indices: wrap(kept.map((position) => ids[position])), list: new RowList(list.base, wrap(places)) };
}

/** Tables of fewer elements get their dense gradient at once: writing it costs less than remembering the rows. */
export const deferredFrom = 16384;

/**
 * The rows of a table: `out[..., :] = weight[input[...], :]`.
 *
 * @param input row numbers of any shape: an integer tensor, an Int32Array, nested lists or a number. Negative numbers do
 *   not count from the end.
 * @param weight the table, [rows, dim].
 * @returns the input's shape with `dim` appended, of the table's dtype; a table of 16 bits gives float32, the dtype that
 *   arithmetic runs in, and can be looked up but takes no gradient.
 * @throws IndexError naming the position, the index and the table's size, before anything is written.
 *
 * The gradient of the table is dense and of the table's size, or with `sparse` row-sparse and uncoalesced. As
 * `torch.nn.functional.embedding`; `maxNorm` changes the table in place outside the graph.
 */
export function embedding(input: IndexInput, weight: Tensor, options?: EmbeddingOptions): Tensor {
  const given = checkOptions('embedding', options, embeddingOptionNames);
  checkEmbeddingOptions('embedding', given);
  checkTensor('embedding', 'weight', weight);
  if (!isFloating(weight.dtype)) {
    throw new DTypeError(`embedding: weight must be floating, got ${weight.dtype}`);
  }
  if (weight.ndim !== 2) {
    throw new ShapeError(
      `embedding: weight must have two dimensions (rows, dim), got shape ${formatShape(weight.shape)}`,
    );
  }
  const padding = resolvePadding('embedding', given.paddingIdx, weight.shape[0]);
  return lookUp('embedding', toIndices('embedding', 'input', input), weight, padding, given);
}

/** The error for a gradient that a table in 16 bits is asked to take. */
export function untrainable(op: string, table: Tensor): DTypeError {
  return new DTypeError(
    `${op}: a ${table.dtype} table can be looked up, not trained; train in float32 and convert, or freeze it`,
  );
}

/** `embedding` after its checks, for callers that made them once. */
export function lookUp(
  op: string,
  indices: Tensor,
  weight: Tensor,
  padding: number,
  options: EmbeddingOptions,
): Tensor {
  const { maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false } = options;
  const wide = dtypes[weight.dtype].computes;
  if (!wide && maxNorm !== null) {
    throw new DTypeError(`${op}: maxNorm writes into the table, which must be float32 or float64, got ${weight.dtype}`);
  }
  if (maxNorm !== null) renormalise(op, weight, indices, maxNorm, normType);
  const table = contiguous(weight.detach());
  const out = wide ? gatherRows(op, table, indices) : lookUpStored(op, table, null, indices);
  if (!needsGrad(weight)) return out;
  const { shape } = weight;
  return record(
    'EmbeddingBackward0',
    [weight],
    out,
    (grad) => {
      if (!wide) throw untrainable(op, weight);
      const [rows, dim] = shape;
      const deferred = rows > indices.numel && rows * dim >= deferredFrom && !scaleGradByFreq;
      if (!sparse && !deferred) return [denseGradient(grad, indices, shape, padding, scaleGradByFreq)];
      const named = gradientRows(grad, indices, dim, padding);
      return [new (sparse ? RowSparse : DenseRows)(named.indices, named.list, shape)];
    },
    [indices],
  );
}

/**
 * Zeros with a one at each index: int32, the input's shape with `numClasses` appended.
 * @param numClasses how many classes; default -1: one more than the largest index.
 * @throws IndexError for an index below 0 or not below numClasses.
 */
export function oneHot(input: IndexInput, numClasses = -1): Tensor {
  const indices = toIndices('oneHot', 'input', input);
  const ids = indices.storage.array.subarray(indices.offset, indices.offset + indices.numel);
  if (typeof numClasses !== 'number' || !Number.isInteger(numClasses) || numClasses < -1 || numClasses === 0) {
    throw new ValueError(
      `oneHot: numClasses must be a positive integer, or -1 to find it, got ${describe(numClasses)}`,
    );
  }
  if (numClasses === -1 && ids.length === 0) {
    throw new ValueError('oneHot: numClasses must be given for an input without elements');
  }
  let largest = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i] > largest) largest = ids[i];
  const classes = numClasses === -1 ? largest + 1 : numClasses;
  const bad = ids.findIndex((id) => id < 0 || id >= classes);
  if (bad >= 0) {
    throw new IndexError(
      `oneHot: index ${ids[bad]} at position ${bad} is outside the ${classes} classes`,
      ids[bad],
      classes,
      bad,
    );
  }
  const out = Tensor.allocate([...indices.shape, classes], 'int32');
  const values = out.storage.array;
  for (let i = 0; i < ids.length; i++) values[i * classes + ids[i]] = 1;
  return out;
}
