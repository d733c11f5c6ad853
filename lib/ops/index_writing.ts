/** Values put where indices, masks or places say. */

import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { sumTo } from '../calls/reduce.js';
import { addSlices, layout, placeSlices, truePositions } from '../calls/select.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { broadcastShapes, formatShape, numelOf, sameShape, wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import {
  checkValues,
  type IndexedPlaces,
  placesOf,
  readPlaces,
  type TensorIndices,
  writePlaces,
} from './advanced_index.js';
import { fillLike } from './fill_like.js';
import { checkWritable } from './in_place.js';
import { addAt, indexSelect, maskedSelect } from './indexing.js';
import { maskedFill } from './masking.js';
import { checkDense, overwrite } from './operands.js';
import { sum } from './reduction.js';
import { reshape } from './reshape.js';
import { take } from './taking.js';
import { expand } from './view.js';
import { wrappedIndex } from './wrapped_index.js';

export interface AccumulateOptions {
  /** Add to what is there, places that occur several times several times. Default false: overwrite. */
  accumulate?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A copy with `values` at the places that index tensors (one a dimension, masks, null for all) name together. */
    indexPut(indices: TensorIndices, values: Tensor, options?: AccumulateOptions): Tensor;
    /** `indexPut` in place. */
    indexPut_(indices: TensorIndices, values: Tensor, options?: AccumulateOptions): this;
    /** A copy whose slices `index[i]` of a dimension are the slices i of `source`. */
    indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
    /** `indexCopy` in place. */
    indexCopy_(dim: number, index: Tensor, source: Tensor): this;
    /** A copy whose slices `index[i]` of a dimension hold `value`. */
    indexFill(dim: number, index: Tensor, value: number | boolean | Tensor): Tensor;
    /** `indexFill` in place. */
    indexFill_(dim: number, index: Tensor, value: number | boolean | Tensor): this;
    /** A copy with the elements of `source`, in order, where the mask is set. */
    maskedScatter(mask: Tensor, source: Tensor): Tensor;
    /** `maskedScatter` in place. */
    maskedScatter_(mask: Tensor, source: Tensor): this;
    /** A copy with the elements of `source` at places of the flattened tensor. */
    put(index: Tensor, source: Tensor, options?: AccumulateOptions): Tensor;
    /** `put` in place. */
    put_(index: Tensor, source: Tensor, options?: AccumulateOptions): this;
  }
}

function readAccumulate(op: string, options: AccumulateOptions | undefined): boolean {
  const { accumulate = false } = checkOptions(op, options, ['accumulate']);
  if (typeof accumulate === 'boolean') return accumulate;
  throw new ArgumentError(`${op}: accumulate must be true or false, got ${describe(accumulate)}`);
}

/** Records a copy of `x` with parts of `source`, when needed. */
function recordCopy(
  node: string,
  out: Tensor,
  x: Tensor,
  source: Tensor | null,
  ofInput: (grad: Tensor) => Tensor,
  ofSource: (grad: Tensor) => Tensor,
): Tensor {
  if (!isFloating(x.dtype) || !needsGrad(x, source)) return out;
  return record(node, source === null ? [x] : [x, source], out, (grad, needs) => [
    needs[0] ? ofInput(grad) : null,
    needs[1] ? ofSource(grad) : null,
  ]);
}

const zeroOf = (grad: Tensor) => Tensor.allocate([], grad.dtype);

function prepareIndexPut(op: string, input: unknown, indices: TensorIndices, values: unknown) {
  const x = checkDense(op, 'input', input);
  const at: IndexedPlaces = placesOf(op, x, indices);
  return { x, at, v: checkValues(op, x, at, values) };
}

/**
 * A copy of input with `values` at the places that `indices` name: for each dimension an int32 tensor, a bool mask, or null
 * for all of it; index tensors broadcast with each other, values with what they name. Negative indices count from the end.
 * Of values for one place the last stays, or, with `accumulate`, all are added.
 * @throws IndexError, ShapeError, DTypeError
 */
export function indexPut(input: Tensor, indices: TensorIndices, values: Tensor, options?: AccumulateOptions): Tensor {
  const accumulate = readAccumulate('indexPut', options);
  const { x, at, v } = prepareIndexPut('indexPut', input, indices, values);
  return recordCopy(
    'IndexPutBackward0',
    writePlaces('indexPut', x, at, v, accumulate),
    x,
    v,
    (grad) => (accumulate ? grad : writePlaces('indexPut', grad, at, zeroOf(grad), false)),
    (grad) => sumTo(readPlaces('indexPut', grad, at), v.shape),
  );
}

interface Slices {
  readonly x: Tensor;
  readonly d: number;
  readonly ids: Tensor;
}

/** A 1-dimensional index of slices; a 0-dimensional tensor is one of one element. */
function prepareSlices(op: string, input: unknown, dim: unknown, index: unknown): Slices {
  const x = checkDense(op, 'input', input);
  const d = wrapDim(op, dim, x.ndim);
  const ids = wrappedIndex(op, 'index', index, x.shape[d] ?? 1);
  if (ids.ndim > 1) {
    throw new ShapeError(`${op}: index must have 0 or 1 dimensions, got shape ${formatShape(ids.shape)}`);
  }
  return { x, d, ids };
}

/** A copy of `x` whose slices are those of `source`; unrecorded. */
function putSlices(op: string, { x, d, ids }: Slices, source: Tensor): Tensor {
  const out = copyOf(x);
  const at = x.ndim === 0 ? { outer: 1, rows: 1, inner: 1 } : layout(x.shape, d);
  placeSlices(op, out, source.contiguous(), ids, at, ids.numel);
  return out;
}

function slicesShape({ x, d, ids }: Slices): number[] {
  return x.shape.map((size, i) => (i === d ? ids.numel : size));
}

function checkSlices(op: string, slices: Slices, source: unknown): Tensor {
  const s = checkDense(op, 'source', source);
  const expected = slicesShape(slices);
  if (s.dtype !== slices.x.dtype) {
    throw new DTypeError(`${op}: source must be ${slices.x.dtype} like the input, got ${s.dtype}`);
  }
  if (sameShape(s.shape, expected) || (s.ndim === 0 && numelOf(expected) === 1)) return s;
  throw new ShapeError(`${op}: source must have shape ${formatShape(expected)}, got ${formatShape(s.shape)}`);
}

const emptied = (op: string, slices: Slices, grad: Tensor) =>
  putSlices(op, { ...slices, x: grad }, Tensor.allocate(slicesShape(slices), grad.dtype));

/** The slices of a gradient; a 0-dimensional one is its own only slice. */
function slicesOf(grad: Tensor, { x, d, ids }: Slices): Tensor {
  return x.ndim === 0 ? grad : indexSelect(grad, d, ids);
}

/** A copy of input whose slices `index[i]` of `dim` are the slices i of `source`. @throws IndexError, ShapeError */
export function indexCopy(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const op = 'indexCopy';
  const slices = prepareSlices(op, input, dim, index);
  const s = checkSlices(op, slices, source);
  const ofSource = (grad: Tensor) => reshape(slicesOf(grad, slices), s.shape);
  const out = putSlices(op, slices, s);
  return recordCopy('IndexCopyBackward0', out, slices.x, s, (grad) => emptied(op, slices, grad), ofSource);
}

function distinct({ storage, offset, numel }: Tensor): Tensor {
  const list = Int32Array.from(new Set(storage.array.subarray(offset, offset + numel)));
  return Tensor.wrap(list, [list.length], 'int32');
}

/** A copy of input whose slices `index[i]` of `dim` hold `value`, a number or a 0-dimensional tensor. */
export function indexFill(input: Tensor, dim: number, index: Tensor, value: number | boolean | Tensor): Tensor {
  const op = 'indexFill';
  const slices = prepareSlices(op, input, dim, index);
  const { x } = slices;
  const out = putSlices(op, slices, fillLike(op, slicesShape(slices), value, x.dtype));
  const from = value instanceof Tensor ? value : null;
  // A slice that the index names twice holds the value once.
  const ofValue = (grad: Tensor) => sum(slicesOf(grad, { ...slices, ids: distinct(slices.ids) }));
  return recordCopy('IndexFillBackward0', out, x, from, (grad) => emptied(op, slices, grad), ofValue);
}

interface Masked {
  readonly x: Tensor;
  readonly mask: Tensor;
  readonly places: Tensor;
  readonly from: Tensor;
}

function prepareMasked(op: string, input: unknown, mask: unknown, source: unknown): Masked {
  const x = checkDense(op, 'input', input);
  const m = checkDense(op, 'mask', mask);
  const from = checkDense(op, 'source', source);
  if (m.dtype !== 'bool') throw new DTypeError(`${op}: mask must be a bool tensor, got ${m.dtype}`);
  if (from.dtype !== x.dtype) {
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${from.dtype}`);
  }
  const whole = expand(m, broadcastShapes(op, x.shape, m.shape)).contiguous();
  const places = truePositions(whole);
  if (places.numel > from.numel) {
    throw new ShapeError(`${op}: the mask is set at ${places.numel} places, source has only ${from.numel} elements`);
  }
  return { x, mask: whole, places, from };
}

function putMasked(op: string, { x, mask, places, from }: Masked): Tensor {
  const out = copyOf(expand(x, mask.shape));
  placeSlices(op, out, from.contiguous(), places, { outer: 1, rows: out.numel, inner: 1 }, places.numel);
  return out;
}

/** A copy of input with the elements of `source`, in order, where the mask, which broadcasts with input, is set. */
export function maskedScatter(input: Tensor, mask: Tensor, source: Tensor): Tensor {
  const op = 'maskedScatter';
  const masked = prepareMasked(op, input, mask, source);
  const { x, from, mask: m } = masked;
  return recordCopy(
    'MaskedScatterBackward0',
    putMasked(op, masked),
    x,
    from,
    (grad) => sumTo(maskedFill(grad, m, 0), x.shape),
    (grad) => {
      const taken = maskedSelect(grad, m);
      const back = Tensor.allocate([from.numel], grad.dtype);
      copyInto(new Tensor(back.storage, taken.shape, [1], back.offset), taken);
      return reshape(back, from.shape);
    },
  );
}

function preparePut(op: string, input: unknown, index: unknown, source: unknown) {
  const x = checkDense(op, 'input', input);
  const from = checkDense(op, 'source', source);
  if (from.dtype !== x.dtype) {
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${from.dtype}`);
  }
  const places = wrappedIndex(op, 'index', index, x.numel);
  if (places.numel !== from.numel) {
    throw new ShapeError(`${op}: source must have an element for each of ${places.numel} places, got ${from.numel}`);
  }
  return { x, places, from };
}

function putAt(op: string, x: Tensor, places: Tensor, from: Tensor, accumulate: boolean): Tensor {
  const out = copyOf(x);
  const at = { outer: 1, rows: out.numel, inner: 1 };
  const source = from.contiguous();
  const flat = reshape(places, [-1]);
  if (!accumulate) placeSlices(op, out, source, flat, at, flat.numel);
  else if (isFloating(x.dtype)) addAt(op, reshape(out, [-1]), 0, flat, reshape(source, [-1]));
  else if (x.dtype === 'int32') addSlices(op, out, source, flat, at, flat.numel);
  else throw new DTypeError(`${op}: accumulate is not defined for ${x.dtype} tensors; convert to int32`);
  return out;
}

/** A copy of input with the elements of `source` at places of the flattened tensor; negative ones count from the end. */
export function put(input: Tensor, index: Tensor, source: Tensor, options?: AccumulateOptions): Tensor {
  const op = 'put';
  const accumulate = readAccumulate(op, options);
  const { x, places, from } = preparePut(op, input, index, source);
  const out = putAt(op, x, places, from, accumulate);
  const ofInput = (grad: Tensor) =>
    accumulate ? grad : putAt(op, grad, places, Tensor.allocate(places.shape, grad.dtype), false);
  return recordCopy('PutBackward0', out, x, from, ofInput, (grad) => reshape(take(grad, places), from.shape));
}

installMethods({
  indexPut(this: Tensor, indices: TensorIndices, values: Tensor, options?: AccumulateOptions) {
    return indexPut(this, indices, values, options);
  },
  indexPut_(this: Tensor, indices: TensorIndices, values: Tensor, options?: AccumulateOptions) {
    const accumulate = readAccumulate('indexPut_', options);
    const target = checkWritable('indexPut_', this, values);
    const { x, at, v } = prepareIndexPut('indexPut_', target, indices, values);
    overwrite(target, writePlaces('indexPut_', x, at, v, accumulate));
    return target;
  },
  indexCopy(this: Tensor, dim: number, index: Tensor, source: Tensor) {
    return indexCopy(this, dim, index, source);
  },
  indexCopy_(this: Tensor, dim: number, index: Tensor, source: Tensor) {
    const slices = prepareSlices('indexCopy_', checkWritable('indexCopy_', this, source), dim, index);
    overwrite(this, putSlices('indexCopy_', slices, checkSlices('indexCopy_', slices, source)));
    return this;
  },
  indexFill(this: Tensor, dim: number, index: Tensor, value: number | boolean | Tensor) {
    return indexFill(this, dim, index, value);
  },
  indexFill_(this: Tensor, dim: number, index: Tensor, value: number | boolean | Tensor) {
    const slices = prepareSlices('indexFill_', checkWritable('indexFill_', this, value), dim, index);
    overwrite(this, putSlices('indexFill_', slices, fillLike('indexFill_', slicesShape(slices), value, this.dtype)));
    return this;
  },
  maskedScatter(this: Tensor, mask: Tensor, source: Tensor) {
    return maskedScatter(this, mask, source);
  },
  maskedScatter_(this: Tensor, mask: Tensor, source: Tensor) {
    const masked = prepareMasked('maskedScatter_', checkWritable('maskedScatter_', this, source), mask, source);
    if (!sameShape(masked.mask.shape, this.shape)) {
      throw new ShapeError(
        `maskedScatter_: a mask of shape ${formatShape(mask.shape)} does not broadcast to ${formatShape(this.shape)}`,
      );
    }
    overwrite(this, putMasked('maskedScatter_', masked));
    return this;
  },
  put(this: Tensor, index: Tensor, source: Tensor, options?: AccumulateOptions) {
    return put(this, index, source, options);
  },
  put_(this: Tensor, index: Tensor, source: Tensor, options?: AccumulateOptions) {
    const accumulate = readAccumulate('put_', options);
    const { x, places, from } = preparePut('put_', checkWritable('put_', this, source), index, source);
    overwrite(this, putAt('put_', x, places, from, accumulate));
    return this;
  },
});
