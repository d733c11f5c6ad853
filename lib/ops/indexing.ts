import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { RowList } from '../calls/row_list.js';
import { sumIntoTable } from '../calls/row_sums.js';
import { addSlices, layout, outOfRange, selectSlices, truePositions } from '../calls/select.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { formatShape, numelOf, sameShape } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { assertWritable, contiguous } from './copy.js';
import { checkDim, checkIndex } from './index_argument.js';
import { reshape } from './reshape.js';
import { expand, select, slice, unsqueeze } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The slices of a dimension that a 1-dimensional int32 index names, in its order. A copy. */
    indexSelect(dim: number, index: Tensor): Tensor;
    /** A copy to whose slices `index[i]` the slices i of `source` are added. */
    indexAdd(dim: number, index: Tensor, source: Tensor): Tensor;
    /** `indexAdd` in place. */
    indexAdd_(dim: number, index: Tensor, source: Tensor): Tensor;
    /** The elements where a bool mask (broadcast to this shape) is true, as one dimension. */
    maskedSelect(mask: Tensor): Tensor;
    /** The places of the elements that are not zero, one row each: int32 [n, ndim]. */
    nonzero(): Tensor;
    /** A copy with the order along the dimensions reversed. */
    flip(dims: number | readonly number[]): Tensor;
    /**
     * NumPy-style indexing, one entry a dimension: a number selects, `null` adds a dimension, `':'` or nothing keeps one,
     * `[start, end, step]` slices, an int32 tensor picks, and a bool tensor of this shape masks.
     */
    index(...entries: IndexEntry[]): Tensor;
  }
}

/** One entry of `Tensor.index`. */
export type IndexEntry = number | null | ':' | readonly [number?, (number | null)?, number?] | Tensor;

export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = checkDim('indexSelect', x, dim);
  const ids = checkIndex('indexSelect', index);
  if (ids.ndim > 1) {
    throw new ShapeError(`indexSelect: index must have 0 or 1 dimensions, got shape ${formatShape(index.shape)}`);
  }
  const source = contiguous(x);
  const shape = x.shape.slice();
  shape[d] = ids.numel;
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

/** target[…, ids[i], …] += source[…, i, …], in place; `target` is contiguous. Returns it. */
export function addAt(op: string, target: Tensor, d: number, ids: Tensor, source: Tensor): Tensor {
  const at = layout(target.shape, d);
  const slices = source.storage === target.storage ? copyOf(source) : contiguous(source);
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
  expected[d] = ids.numel;
  if (ids.ndim > 1 || !sameShape(source.shape, expected)) {
    throw new ShapeError(
      `${op}: source must have shape ${formatShape(expected)} for an index of shape ${formatShape(index.shape)}, got ${formatShape(source.shape)}`,
    );
  }
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${source.dtype}`);
  return { d, ids };
}

export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const { d, ids } = checkAdd('indexAdd', x, dim, index, source);
  const out = addAt('indexAdd', copyOf(x), d, ids, source);
  if (!needsGrad(x, source)) return out;
  return record(
    'IndexAddBackward0',
    [x, source],
    out,
    (grad, needs) => [grad, needs[1] ? indexSelect(grad, d, ids) : null],
    [ids],
  );
}

export function indexAdd_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const { d, ids } = checkAdd('indexAdd_', x, dim, index, source);
  assertWritable('indexAdd_', x);
  if (x.isContiguous()) return addAt('indexAdd_', x, d, ids, source);
  copyInPlace(x, addAt('indexAdd_', copyOf(x), d, ids, source));
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
  const full = sameShape(mask.shape, x.shape) ? mask : expand(mask, x.shape);
  return indexSelect(reshape(x, [-1]), 0, truePositions(contiguous(full)));
}

export function nonzero(x: Tensor): Tensor {
  checkTensor('nonzero', 'input', x);
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

export function flip(x: Tensor, dims: number | readonly number[]): Tensor {
  const list = typeof dims === 'number' ? [dims] : dims;
  let out = x;
  for (const dim of list) {
    const d = checkDim('flip', out, dim);
    const n = out.shape[d];
    out = indexSelect(
      out,
      d,
      ramp(n, (i) => n - 1 - i),
    );
  }
  return out;
}

export function index(x: Tensor, ...entries: IndexEntry[]): Tensor {
  checkTensor('index', 'input', x);
  let out = x;
  let dim = 0;
  for (const [i, entry] of entries.entries()) {
    if (entry === null) {
      out = unsqueeze(out, dim++);
    } else if (entry === ':') {
      dim++;
    } else if (typeof entry === 'number') {
      out = select(out, dim, entry);
    } else if (Array.isArray(entry)) {
      out = slice(out, dim++, entry[0], entry[1], entry[2]);
    } else if (entry instanceof Tensor && entry.dtype === 'bool') {
      if (i > 0 || entries.length > 1) {
        throw new ArgumentError('index: a bool mask must be the only entry; combine masks with where or maskedSelect');
      }
      const rows = numelOf(entry.shape);
      const rest = x.shape.slice(entry.ndim);
      if (!sameShape(entry.shape, x.shape.slice(0, entry.ndim))) {
        throw new ShapeError(`index: a mask of shape ${formatShape(entry.shape)} does not fit ${formatShape(x.shape)}`);
      }
      return indexSelect(reshape(x, [rows, ...rest]), 0, truePositions(contiguous(entry)));
    } else if (entry instanceof Tensor) {
      const picked = indexSelect(out, dim, reshape(entry, [-1]));
      out = reshape(picked, [...out.shape.slice(0, dim), ...entry.shape, ...out.shape.slice(dim + 1)]);
      dim += entry.ndim;
    } else {
      throw new ArgumentError(
        `index: entry ${i} must be a number, null, ':', [start, end, step] or a Tensor, got ${describe(entry)}`,
      );
    }
  }
  return out;
}

installMethods({
  indexSelect(this: Tensor, dim: number, ids: Tensor) {
    return indexSelect(this, dim, ids);
  },
  indexAdd(this: Tensor, dim: number, ids: Tensor, source: Tensor) {
    return indexAdd(this, dim, ids, source);
  },
  indexAdd_(this: Tensor, dim: number, ids: Tensor, source: Tensor) {
    return indexAdd_(this, dim, ids, source);
  },
  maskedSelect(this: Tensor, mask: Tensor) {
    return maskedSelect(this, mask);
  },
  nonzero(this: Tensor) {
    return nonzero(this);
  },
  flip(this: Tensor, dims: number | readonly number[]) {
    return flip(this, dims);
  },
  index(this: Tensor, ...entries: IndexEntry[]) {
    return index(this, ...entries);
  },
});
