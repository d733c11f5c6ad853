/** Dimensions in another order, one more of them, windows along them: views with PyTorch's and NumPy's names. */

import { copyInto } from '../calls/copy.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { add } from './arithmetic.js';
import { makeView } from './make_view.js';
import { checkDense } from './operands.js';
import { listOf } from './repetition.js';
import { reshape } from './reshape.js';
import { permute, select, slice, transpose, unsqueeze } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A view with dimensions moved to other places; the rest keep their order. */
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    /** `movedim`. */
    moveaxis(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    /** `transpose`. */
    swapaxes(axis0: number, axis1: number): Tensor;
    /** `transpose`. */
    swapdims(dim0: number, dim1: number): Tensor;
    /** The elements in one dimension; a view where the strides allow. */
    ravel(): Tensor;
    /** All windows of `size` elements along a dimension, `step` apart, in a new last dimension. A view. */
    unfold(dimension: number, size: number, step: number): Tensor;
    /** A view with the order of all dimensions reversed. */
    readonly T: Tensor;
    /** A view with the last two dimensions exchanged. */
    readonly mT: Tensor;
    /** The transposed matrix: there are no complex numbers to conjugate. */
    readonly H: Tensor;
    /** `mT`: there are no complex numbers to conjugate. */
    readonly mH: Tensor;
    /** `mT`: there are no complex numbers to conjugate. */
    adjoint(): Tensor;
  }
}

function moved(op: string, input: unknown, source: unknown, destination: unknown): Tensor {
  const x = checkDense(op, 'input', input);
  const listed = (value: unknown, name: string) => {
    const list = Array.isArray(value) ? value : [value];
    const dims = list.map((d) => wrapDim(op, d, x.ndim, name));
    if (new Set(dims).size === dims.length) return dims;
    throw new ValueError(`${op}: ${name} names a dimension twice, got ${formatShape(list)}`);
  };
  const from = listed(source, 'source');
  const to = listed(destination, 'destination');
  if (from.length !== to.length) {
    throw new ValueError(`${op}: source and destination must be equally long, got ${from.length} and ${to.length}`);
  }
  if (x.ndim === 0) return reshape(x, []);
  const order = new Array<number>(x.ndim).fill(-1);
  for (const [i, place] of to.entries()) order[place] = from[i];
  const rest = [...order.keys()].filter((d) => !from.includes(d));
  for (let i = 0; i < order.length; i++) if (order[i] < 0) order[i] = rest.shift() as number;
  return permute(x, order);
}

/** A view with dimensions moved from `source` to `destination`; the others keep their order. */
export function movedim(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return moved('movedim', input, source, destination);
}

/** NumPy's name of `movedim`. */
export function moveaxis(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return moved('moveaxis', input, source, destination);
}

/** NumPy's name of `transpose`. */
export function swapaxes(input: Tensor, axis0: number, axis1: number): Tensor {
  return inNameOf('swapaxes', () => transpose(checkDense('swapaxes', 'input', input), axis0, axis1));
}

/** PyTorch's other name of `transpose`. */
export function swapdims(input: Tensor, dim0: number, dim1: number): Tensor {
  return inNameOf('swapdims', () => transpose(checkDense('swapdims', 'input', input), dim0, dim1));
}

/** The elements in one dimension; a view of contiguous memory, else a copy. */
export function ravel(input: Tensor): Tensor {
  return reshape(checkDense('ravel', 'input', input).contiguous(), [-1]);
}

/** Adds up, for each element of `x`, the gradients of the windows that show it. */
function windowGradient(x: Tensor, grad: Tensor, d: number, size: number, step: number): Tensor {
  const out = Tensor.allocate(x.shape, grad.dtype);
  const count = grad.shape[d] ?? 1;
  if (x.ndim === 0) return reshape(grad, []);
  for (let k = 0; k < size && count > 0; k++) {
    const place = slice(out, d, k, k + (count - 1) * step + 1, step);
    copyInto(place, add(place, select(grad, grad.ndim - 1, k)));
  }
  return out;
}

/** All windows of `size` elements along a dimension, `step` apart: a view with one dimension more. */
export function unfold(input: Tensor, dimension: number, size: number, step: number): Tensor {
  const x = checkDense('unfold', 'input', input);
  const d = wrapDim('unfold', dimension, x.ndim, 'dimension');
  const length = x.shape[d] ?? 1;
  if (!Number.isInteger(size) || size < 0 || size > length) {
    throw new ValueError(`unfold: size must be from 0 to ${length}, the size of the dimension, got ${describe(size)}`);
  }
  if (!Number.isInteger(step) || step < 1) {
    throw new ValueError(`unfold: step must be a positive integer, got ${describe(step)}`);
  }
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  const own = strides[d] ?? 1;
  if (x.ndim > 0) {
    shape[d] = Math.floor((length - size) / step) + 1;
    strides[d] = own * step;
  }
  return makeView(x, [...shape, size], [...strides, own], x.offset, 'UnfoldBackward0', (grad) =>
    windowGradient(x, grad, d, size, step),
  );
}

function atLeast(op: string, tensors: readonly (Tensor | readonly Tensor[])[], lift: (x: Tensor) => Tensor) {
  const lifted = listOf(op, tensors).map(lift);
  if (lifted.length === 0) throw new ArgumentError(`${op}: needs at least one tensor`);
  return tensors.length === 1 && tensors[0] instanceof Tensor ? lifted[0] : lifted;
}

const lift1 = (x: Tensor) => (x.ndim === 0 ? reshape(x, [1]) : x);
const lift2 = (x: Tensor) => (x.ndim < 2 ? unsqueeze(lift1(x), 0) : x);
const lift3 = (x: Tensor) => (x.ndim < 3 ? unsqueeze(lift2(x), 2) : x);

/** Numbers as vectors of one element; others as they are. Several tensors (or an array) give an array. */
export function atleast1d(tensor: Tensor): Tensor;
export function atleast1d(...tensors: (Tensor | readonly Tensor[])[]): Tensor[];
export function atleast1d(...tensors: (Tensor | readonly Tensor[])[]): Tensor | Tensor[] {
  return atLeast('atleast1d', tensors, lift1);
}

/** Vectors as matrices of one row; others as they are. Several tensors (or an array) give an array. */
export function atleast2d(tensor: Tensor): Tensor;
export function atleast2d(...tensors: (Tensor | readonly Tensor[])[]): Tensor[];
export function atleast2d(...tensors: (Tensor | readonly Tensor[])[]): Tensor | Tensor[] {
  return atLeast('atleast2d', tensors, lift2);
}

/** Vectors as [1, n, 1], matrices as [m, n, 1]; others as they are. Several tensors (or an array) give an array. */
export function atleast3d(tensor: Tensor): Tensor;
export function atleast3d(...tensors: (Tensor | readonly Tensor[])[]): Tensor[];
export function atleast3d(...tensors: (Tensor | readonly Tensor[])[]): Tensor | Tensor[] {
  return atLeast('atleast3d', tensors, lift3);
}

function matrixTranspose(op: string, x: Tensor): Tensor {
  if (x.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  return transpose(x, -2, -1);
}

/** A view with the last two dimensions exchanged. */
export function adjoint(input: Tensor): Tensor {
  return matrixTranspose('adjoint', checkDense('adjoint', 'input', input));
}

const properties: { readonly [name: string]: (x: Tensor) => Tensor } = {
  T: (x) => (x.ndim === 0 ? reshape(x, []) : permute(x, [...x.shape.keys()].reverse())),
  mT: (x) => matrixTranspose('mT', x),
  mH: (x) => matrixTranspose('mH', x),
  H: (x) => {
    if (x.ndim !== 2 && x.ndim !== 0) throw new ShapeError(`H: needs a matrix, got shape ${formatShape(x.shape)}`);
    return x.ndim === 0 ? reshape(x, []) : transpose(x, 0, 1);
  },
};
for (const [name, read] of Object.entries(properties)) {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return read(checkDense(name, 'this', this));
    },
    configurable: true,
    enumerable: false,
  });
}

installMethods({
  movedim(this: Tensor, source: number | readonly number[], destination: number | readonly number[]) {
    return movedim(this, source, destination);
  },
  moveaxis(this: Tensor, source: number | readonly number[], destination: number | readonly number[]) {
    return moveaxis(this, source, destination);
  },
  swapaxes(this: Tensor, axis0: number, axis1: number) {
    return swapaxes(this, axis0, axis1);
  },
  swapdims(this: Tensor, dim0: number, dim1: number) {
    return swapdims(this, dim0, dim1);
  },
  ravel(this: Tensor) {
    return ravel(this);
  },
  unfold(this: Tensor, dimension: number, size: number, step: number) {
    return unfold(this, dimension, size, step);
  },
  adjoint(this: Tensor) {
    return adjoint(this);
  },
});
