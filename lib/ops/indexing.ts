import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { RowList } from '../calls/row_list.js';
import { sumIntoTable } from '../calls/row_sums.js';
import { addSlices, layout, outOfRange, selectSlices, truePositions } from '../calls/select.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { shareMemory } from '../tensor/overlap.js';
import { broadcastShapes, formatShape, sameShape, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { mul } from './arithmetic.js';
import { clone, contiguous, to } from './copy.js';
import { checkWritable } from './in_place.js';
import { checkDim, checkIndex } from './index_argument.js';
import { type Sizes, sizesOf } from './make_view.js';
import { checkDense, sumType } from './operands.js';
import { reshape } from './reshape.js';
import { expand, select } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The slices of a dimension that a 1-dimensional int32 index names, in its order. A copy. */
    indexSelect(dim: number, index: Tensor): Tensor;
    /** A copy to whose slices `index[i]` the slices i of `source` (times alpha) are added. */
    indexAdd(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
    /** `indexAdd` in place. */
    indexAdd_(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor;
    /** The elements where a bool mask is true, as one dimension; the two are broadcast. */
    maskedSelect(mask: Tensor): Tensor;
    /** The places of the elements that are not zero, one row each: int32 [n, ndim]. */
    nonzero(): Tensor;
    nonzero(options: { asTuple?: false }): Tensor;
    /** One index for each dimension (int32 [n] each), as `index` takes them. */
    nonzero(options: { asTuple: true }): Tensor[];
    nonzero(options?: NonzeroOptions): Tensor | Tensor[];
    /** A copy with the order along the dimensions reversed. */
    flip(...dims: (number | readonly number[])[]): Tensor;
  }
}

export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = checkDim('indexSelect', x, dim);
  const ids = checkIndex('indexSelect', index);
  if (ids.ndim > 1) {
    throw new ShapeError(`indexSelect: index must have 0 or 1 dimensions, got shape ${formatShape(index.shape)}`);
  }
  const source = contiguous(x);
  const shape = x.shape.slice();
  if (x.ndim > 0) shape[d] = ids.numel;
  else if (ids.numel !== 1) {
    throw new ShapeError(`indexSelect: a 0-dimensional tensor takes one index, got shape ${formatShape(index.shape)}`);
  }
  const out = Tensor.allocate(shape, x.dtype, false);
  selectSlices('indexSelect', out, source, ids, layout(x.shape, d), ids.numel);
  if (!needsGrad(x)) return out;
  return record(
    'IndexSelectBackward0',
    [x],
    out,
    (grad) => [addAt('indexSelect', Tensor.allocate(x.shape, grad.dtype), d, ids, grad)],
    [ids],
  );
}

/**
 * target[…, ids[i], …] += source[…, i, …], in place; `target` is contiguous. Returns it. Bytes wrap, bools are or'ed,
 * 16-bit floats add up as float32.
 */
export function addAt(op: string, target: Tensor, d: number, ids: Tensor, source: Tensor): Tensor {
  const wide = sumType(target.dtype);
  if (wide !== target.dtype) {
    copyInto(target, addAt(op, copyOf(target, wide), d, ids, copyOf(source, wide)));
    target.storage.version++;
    return target;
  }
  const at = layout(target.shape, d);
  const slices = shareMemory(source, target) ? copyOf(source) : contiguous(source);
  const sums = target.dtype === 'float32' || target.dtype === 'float64';
  if (at.outer === 1 && sums) {
    const list = new RowList(new Tensor(slices.storage, [ids.numel, at.inner], [at.inner, 1], slices.offset));
    const rows = { indices: ids, list, rows: at.rows, dim: at.inner };
    const bad = sumIntoTable(target.storage.array, target.offset, rows, { accumulate: true });
    if (bad >= 0) throw outOfRange(op, ids, bad, at.rows);
  } else {
    addSlices(op, target, slices, ids, at, ids.numel);
  }
  target.storage.version++;
  return target;
}

function checkAdd(op: string, x: Tensor, dim: number, index: Tensor, source: Tensor): { d: number; ids: Tensor } {
  const d = checkDim(op, x, dim);
  const ids = checkIndex(op, index);
  checkTensor(op, 'source', source);
  const expected = x.shape.slice();
  if (x.ndim > 0) expected[d] = ids.numel;
  if (ids.ndim > 1 || (x.ndim === 0 && ids.numel !== 1) || !sameShape(source.shape, expected)) {
    throw new ShapeError(
      `${op}: source must have shape ${formatShape(expected)} for an index of shape ${formatShape(index.shape)}, got ${formatShape(source.shape)}`,
    );
  }
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${source.dtype}`);
  return { d, ids };
}

export interface IndexAddOptions {
  /** What the source is multiplied by. Default 1. */
  alpha?: number;
}

/** alpha · source. @throws ArgumentError unless alpha is a number, and an integer for integers. */
function scaled(op: string, source: Tensor, options: IndexAddOptions | undefined): { values: Tensor; alpha: number } {
  const { alpha = 1 } = checkOptions(op, options, ['alpha']);
  if (typeof alpha !== 'number') throw new ArgumentError(`${op}: alpha must be a number, got ${describe(alpha)}`);
  if (!isFloating(source.dtype) && !Number.isInteger(alpha)) {
    throw new ArgumentError(`${op}: alpha must be an integer for ${source.dtype} tensors, got ${alpha}`);
  }
  const plain = source.detach();
  return { values: alpha === 1 ? plain : to(mul(plain, alpha), source.dtype), alpha };
}

export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
  const { d, ids } = checkAdd('indexAdd', x, dim, index, source);
  const { values, alpha } = scaled('indexAdd', source, options);
  const out = addAt('indexAdd', copyOf(x), d, ids, values);
  if (!needsGrad(x, source)) return out;
  return record(
    'IndexAddBackward0',
    [x, source],
    out,
    (grad, needs) => {
      const picked = needs[1] ? indexSelect(grad, d, ids) : null;
      return [grad, picked === null || alpha === 1 ? picked : mul(picked, alpha)];
    },
    [ids],
  );
}

export function indexAdd_(x: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
  const { d, ids } = checkAdd('indexAdd_', x, dim, index, source);
  checkWritable('indexAdd_', x, source);
  const { values } = scaled('indexAdd_', source, options);
  if (x.isContiguous()) return addAt('indexAdd_', x, d, ids, values);
  copyInPlace(x, addAt('indexAdd_', copyOf(x), d, ids, values));
  return x;
}

function copyInPlace(x: Tensor, value: Tensor): void {
  copyInto(x, value);
  x.storage.version++;
}

export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  checkTensor('maskedSelect', 'input', x);
  checkTensor('maskedSelect', 'mask', mask);
  if (mask.dtype !== 'bool') throw new DTypeError(`maskedSelect: mask must be a bool tensor, got ${mask.dtype}`);
  const shape = broadcastShapes('maskedSelect', x.shape, mask.shape);
  const [values, full] = [x, mask].map((t) => (sameShape(t.shape, shape) ? t : expand(t, shape)));
  return indexSelect(reshape(values, [-1]), 0, truePositions(contiguous(full)));
}

export interface NonzeroOptions {
  /** One index for each dimension instead of one row for each element. Default false. */
  asTuple?: boolean;
}

/** The places of the elements that are not zero: one row each, or with `asTuple` one index for each dimension. */
export function nonzero(x: Tensor, options?: { asTuple?: false }): Tensor;
export function nonzero(x: Tensor, options: { asTuple: true }): Tensor[];
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | Tensor[];
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | Tensor[] {
  const { asTuple = false } = checkOptions('nonzero', options, ['asTuple']);
  if (typeof asTuple !== 'boolean') {
    throw new ArgumentError(`nonzero: asTuple must be true or false, got ${describe(asTuple)}`);
  }
  checkDense('nonzero', 'input', x);
  const rows = placesOfNonzero(asTuple && x.ndim === 0 ? reshape(x, [1]) : x);
  return asTuple ? Array.from({ length: rows.shape[1] }, (_, d) => contiguous(select(rows, 1, d))) : rows;
}

function placesOfNonzero(x: Tensor): Tensor {
  if (x.numel > 2147483647) throw new ShapeError(`nonzero: places of ${x.numel} elements do not fit int32`);
  const flat = truePositions(x.dtype === 'bool' ? contiguous(x) : copyOf(x, 'bool'));
  const out = Tensor.allocate([flat.numel, x.ndim], 'int32');
  const source = flat.data;
  const target = out.data;
  for (let i = 0; i < source.length; i++) {
    let rest = source[i];
    for (let d = x.ndim - 1; d >= 0; d--) {
      target[i * x.ndim + d] = rest % x.shape[d];
      rest = Math.floor(rest / x.shape[d]);
    }
  }
  return out;
}

function ramp(n: number, place: (i: number) => number): Tensor {
  return Tensor.wrap(
    Int32Array.from({ length: n }, (_, i) => place(i)),
    [n],
    'int32',
  );
}

/** A copy with the order along dimensions reversed. @throws ValueError for a dimension that is named twice. */
export function flip(x: Tensor, ...dims: Sizes): Tensor {
  checkDense('flip', 'input', x);
  const list = sizesOf('flip', dims, 'dimension').map((dim) => wrapDim('flip', dim, x.ndim));
  const twice = list.find((d, i) => list.indexOf(d) < i);
  if (twice !== undefined) throw new ValueError(`flip: dimension ${twice} is named twice`);
  let out = list.length === 0 || x.ndim === 0 ? clone(x) : x;
  for (const d of x.ndim === 0 ? [] : list) {
    const n = out.shape[d];
    out = indexSelect(
      out,
      d,
      ramp(n, (i) => n - 1 - i),
    );
  }
  return out;
}

installMethods({
  indexSelect(this: Tensor, dim: number, index: Tensor) {
    return indexSelect(this, dim, index);
  },
  indexAdd(this: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions) {
    return indexAdd(this, dim, index, source, options);
  },
  indexAdd_(this: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions) {
    return indexAdd_(this, dim, index, source, options);
  },
  maskedSelect(this: Tensor, mask: Tensor) {
    return maskedSelect(this, mask);
  },
  nonzero(this: Tensor, options?: NonzeroOptions) {
    return nonzero(this, options) as never;
  },
  flip(this: Tensor, ...dims: Sizes) {
    return flip(this, ...dims);
  },
});
