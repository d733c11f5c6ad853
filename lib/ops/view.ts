import { copyInto } from '../calls/copy.js';
import { sumTo } from '../calls/reduce.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkShape, formatShape, isContiguous, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { makeView, type Sizes, sizesOf } from './make_view.js';
import { reshape } from './reshape.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A view with the dimensions in another order. */
    permute(...dims: (number | readonly number[])[]): Tensor;
    /** A view with two dimensions exchanged. */
    transpose(dim0: number, dim1: number): Tensor;
    /** The transpose of a tensor of at most two dimensions. */
    t(): Tensor;
    /** A view without dimensions of size 1 (all of them, or only those that `dim` names). */
    squeeze(dim?: number | readonly number[]): Tensor;
    /** A view with a new dimension of size 1 at `dim`. */
    unsqueeze(dim: number): Tensor;
    /** A view at one index of a dimension, which disappears; a negative index counts from the end. */
    select(dim: number, index: number): Tensor;
    /** A view of `length` indices of a dimension from `start` on. */
    narrow(dim: number, start: number, length: number): Tensor;
    /** A view of indices start, start + step, … below end, clamped as in Python; negative values count from the end. */
    slice(dim: number, start?: number | null, end?: number | null, step?: number): Tensor;
    /** A view in which dimensions of size 1 repeat without using memory; -1 keeps a size. */
    expand(...shape: (number | readonly number[])[]): Tensor;
    /** `expand` to another tensor's shape. */
    expandAs(other: Tensor): Tensor;
    /** The views along a dimension, one for each index. */
    unbind(dim?: number): Tensor[];
    /** Goes over the slices along the first dimension: views, recorded like `select`. A 0-d tensor can't be iterated. */
    [Symbol.iterator](): IterableIterator<Tensor>;
    /** The diagonals of the matrices in two dimensions (default the first two), as the last dimension of a view. */
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
  }
}

/** Puts `grad` into the window that `shape`/`strides`/`offset` describes of a zero tensor shaped like `x`. */
function embed(x: Tensor, grad: Tensor, place: (zeros: Tensor) => Tensor): Tensor {
  const out = Tensor.allocate(x.shape, grad.dtype);
  copyInto(place(out), grad);
  return out;
}

export function permute(x: Tensor, ...dims: Sizes): Tensor {
  checkTensor('permute', 'input', x);
  const order = sizesOf('permute', dims, 'dimension').map((d) => wrapDim('permute', d, x.ndim));
  if (order.length !== x.ndim || new Set(order).size !== x.ndim) {
    throw new ShapeError(
      `permute: needs each of the ${x.ndim} dimensions once, got ${formatShape(sizesOf('permute', dims, 'dimension'))}`,
    );
  }
  const inverse = new Array<number>(order.length);
  order.forEach((d, i) => {
    inverse[d] = i;
  });
  return makeView(
    x,
    order.map((d) => x.shape[d]),
    order.map((d) => x.strides[d]),
    x.offset,
    'PermuteBackward0',
    (grad) => permute(grad, inverse),
  );
}

function exchange(x: Tensor, a: number, b: number, name: string): Tensor {
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  [shape[a], shape[b]] = [shape[b], shape[a]];
  [strides[a], strides[b]] = [strides[b], strides[a]];
  return makeView(x, shape, strides, x.offset, name, (grad) => exchange(grad, a, b, name));
}

export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  checkTensor('transpose', 'input', x);
  const a = wrapDim('transpose', dim0, x.ndim, 'dim0');
  const b = wrapDim('transpose', dim1, x.ndim, 'dim1');
  if (x.ndim === 0) return makeView(x, x.shape, x.strides, x.offset, 'TransposeBackward0', (grad) => grad);
  return exchange(x, a, b, 'TransposeBackward0');
}

export function t(x: Tensor): Tensor {
  checkTensor('t', 'input', x);
  if (x.ndim > 2)
    throw new ShapeError(`t: needs at most 2 dimensions, got shape ${formatShape(x.shape)}; use transpose`);
  if (x.ndim === 2) return exchange(x, 0, 1, 'TBackward0');
  return makeView(x, x.shape, x.strides, x.offset, 'TBackward0', (grad) => grad);
}

/** The list of dimensions that the user gave, each once. @throws ValueError for one that is named twice. */
function dimsOf(op: string, dim: number | readonly number[], ndim: number): number[] {
  const list = Array.isArray(dim) ? (dim as readonly number[]) : [dim as number];
  const dims = list.map((d) => wrapDim(op, d, ndim));
  const twice = dims.findIndex((d, i) => dims.indexOf(d) !== i);
  if (twice >= 0) throw new ValueError(`${op}: dim ${list[twice]} is named twice in ${formatShape(list)}`);
  return dims;
}

/** A view without dimensions of size 1: all of them, or those that `dim` names; others stay. */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  checkTensor('squeeze', 'input', x);
  const only = dim === undefined ? null : dimsOf('squeeze', dim, x.ndim);
  const keep = x.shape.map((size, i) => size !== 1 || (only !== null && !only.includes(i)));
  const name = dim === undefined ? 'SqueezeBackward0' : Array.isArray(dim) ? 'SqueezeBackward2' : 'SqueezeBackward1';
  return makeView(
    x,
    x.shape.filter((_, i) => keep[i]),
    x.strides.filter((_, i) => keep[i]),
    x.offset,
    name,
    (grad) => reshape(grad, x.shape),
  );
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  checkTensor('unsqueeze', 'input', x);
  const d = wrapDim('unsqueeze', dim, x.ndim + 1);
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  strides.splice(d, 0, d < x.ndim ? x.shape[d] * x.strides[d] : 1);
  shape.splice(d, 0, 1);
  return makeView(x, shape, strides, x.offset, 'UnsqueezeBackward0', (grad) => reshape(grad, x.shape));
}

export function select(x: Tensor, dim: number, index: number): Tensor {
  checkTensor('select', 'input', x);
  if (x.ndim === 0) throw new ShapeError('select: a 0-dimensional tensor has nothing to select from');
  const d = wrapDim('select', dim, x.ndim);
  const size = x.shape[d];
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new ArgumentError(`select: index must be an integer, got ${describe(index)}`);
  }
  if (index < -size || index >= size) {
    throw new IndexError(`select: index ${index} is outside dimension ${dim} of size ${size}`, index, size);
  }
  const k = index < 0 ? index + size : index;
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  shape.splice(d, 1);
  strides.splice(d, 1);
  return makeView(x, shape, strides, x.offset + k * x.strides[d], 'SelectBackward0', (grad) =>
    embed(x, grad, (zeros) => select(zeros, d, k)),
  );
}

export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  checkTensor('narrow', 'input', x);
  const d = wrapDim('narrow', dim, x.ndim);
  const size = x.shape[d] ?? 0;
  if (!Number.isInteger(start) || !Number.isInteger(length)) {
    throw new ArgumentError(
      `narrow: start and length must be integers, got ${describe(start)} and ${describe(length)}`,
    );
  }
  const first = start < 0 ? start + size : start;
  if (x.ndim === 0 || first < 0 || length < 0 || first + length > size) {
    throw new IndexError(
      `narrow: ${length} indices from ${start} on do not fit dimension ${dim} of size ${size}`,
      start,
      size,
    );
  }
  return slice(x, d, first, first + length);
}

export function slice(x: Tensor, dim: number, start?: number | null, end?: number | null, step = 1): Tensor {
  checkTensor('slice', 'input', x);
  if (x.ndim === 0) throw new ShapeError('slice: a 0-dimensional tensor has nothing to slice');
  const d = wrapDim('slice', dim, x.ndim);
  const size = x.shape[d];
  if (!Number.isInteger(step) || step < 1)
    throw new ValueError(`slice: step must be a positive integer, got ${describe(step)}`);
  const clamp = (value: number | null | undefined, fallback: number, name: string) => {
    if (value === null || value === undefined) return fallback;
    if (typeof value !== 'number' || Number.isNaN(value) || (Number.isFinite(value) && !Number.isInteger(value))) {
      throw new ArgumentError(`slice: ${name} must be an integer, got ${describe(value)}`);
    }
    return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  };
  const first = clamp(start, 0, 'start');
  const last = Math.max(first, clamp(end, size, 'end'));
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  shape[d] = Math.ceil((last - first) / step);
  strides[d] *= step;
  return makeView(x, shape, strides, x.offset + first * x.strides[d], 'SliceBackward0', (grad) =>
    embed(x, grad, (zeros) => slice(zeros, d, first, last, step)),
  );
}

export function expand(x: Tensor, ...sizes: Sizes): Tensor {
  checkTensor('expand', 'input', x);
  const wanted = sizesOf('expand', sizes);
  const lead = wanted.length - x.ndim;
  if (lead < 0) {
    throw new ShapeError(
      `expand: shape ${formatShape(wanted)} has fewer dimensions than the input ${formatShape(x.shape)}`,
    );
  }
  const strides = new Array<number>(wanted.length).fill(0);
  const shape = wanted.map((size, i) => {
    const own = i < lead ? 1 : x.shape[i - lead];
    if (size === -1 && i >= lead) size = own;
    if (size < 0 || (own !== 1 && own !== size)) {
      throw new ShapeError(
        `expand: size ${wanted[i]} at dimension ${i} does not fit the input ${formatShape(x.shape)}`,
      );
    }
    if (i >= lead && own === size) strides[i] = x.strides[i - lead];
    return size;
  });
  return makeView(x, checkShape('expand', shape), strides, x.offset, 'ExpandBackward0', (grad) => sumTo(grad, x.shape));
}

export function unbind(x: Tensor, dim = 0): Tensor[] {
  checkTensor('unbind', 'input', x);
  if (x.ndim === 0) throw new ShapeError('unbind: a 0-dimensional tensor has no dimension to take apart');
  const d = wrapDim('unbind', dim, x.ndim);
  return Array.from({ length: x.shape[d] }, (_, i) => select(x, d, i));
}

/**
 * A view of the diagonals x[i, i + offset] in the dimensions dim1 and dim2; they are its last dimension. A negative offset
 * takes those below.
 */
export function diagonal(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  checkTensor('diagonal', 'input', x);
  if (x.ndim < 2) throw new ShapeError(`diagonal: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (!Number.isSafeInteger(offset)) {
    throw new ArgumentError(`diagonal: offset must be an integer, got ${describe(offset)}`);
  }
  const [a, b] = [wrapDim('diagonal', dim1, x.ndim, 'dim1'), wrapDim('diagonal', dim2, x.ndim, 'dim2')];
  if (a === b) throw new ValueError(`diagonal: dim1 and dim2 must differ, got ${dim1} and ${dim2}`);
  const n = Math.max(0, Math.min(x.shape[a] + Math.min(offset, 0), x.shape[b] - Math.max(offset, 0)));
  const start = n === 0 ? 0 : Math.max(offset, 0) * x.strides[b] - Math.min(offset, 0) * x.strides[a];
  const others = (list: readonly number[]) => list.filter((_, i) => i !== a && i !== b);
  return makeView(
    x,
    [...others(x.shape), n],
    [...others(x.strides), x.strides[a] + x.strides[b]],
    x.offset + start,
    'DiagonalBackward0',
    (grad) => embed(x, grad, (zeros) => diagonal(zeros, offset, a, b)),
  );
}

/** True when `x` is contiguous once its last two dimensions are exchanged: matmul takes such a matrix by flag. */
export function isTransposed(x: Tensor): boolean {
  if (x.ndim < 2) return false;
  const n = x.ndim;
  const shape = [...x.shape.slice(0, n - 2), x.shape[n - 1], x.shape[n - 2]];
  const strides = [...x.strides.slice(0, n - 2), x.strides[n - 1], x.strides[n - 2]];
  return isContiguous(shape, strides);
}

installMethods({
  permute(this: Tensor, ...dims: Sizes) {
    return permute(this, ...dims);
  },
  transpose(this: Tensor, dim0: number, dim1: number) {
    return transpose(this, dim0, dim1);
  },
  t(this: Tensor) {
    return t(this);
  },
  squeeze(this: Tensor, dim?: number | readonly number[]) {
    return squeeze(this, dim);
  },
  unsqueeze(this: Tensor, dim: number) {
    return unsqueeze(this, dim);
  },
  select(this: Tensor, dim: number, index: number) {
    return select(this, dim, index);
  },
  narrow(this: Tensor, dim: number, start: number, length: number) {
    return narrow(this, dim, start, length);
  },
  slice(this: Tensor, dim: number, start?: number | null, end?: number | null, step?: number) {
    return slice(this, dim, start, end, step);
  },
  expand(this: Tensor, ...shape: Sizes) {
    return expand(this, ...shape);
  },
  expandAs(this: Tensor, other: Tensor) {
    return inNameOf('expandAs', () => expand(this, checkTensor('expandAs', 'other', other).shape));
  },
  unbind(this: Tensor, dim?: number) {
    return unbind(this, dim);
  },
  diagonal(this: Tensor, offset?: number, dim1?: number, dim2?: number) {
    return diagonal(this, offset, dim1, dim2);
  },
});

function* slices(this: Tensor): IterableIterator<Tensor> {
  const length = this.shape[0];
  for (let i = 0; i < length; i++) yield select(this, 0, i);
}

// A 0-d tensor (or a row-sparse gradient) has no such method at all, so that JavaScript says itself that it is not iterable, and so do those who ask.
Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  get(this: Tensor) {
    return this.shape?.length > 0 && !this.isSparse ? slices : undefined;
  },
  configurable: true,
});
