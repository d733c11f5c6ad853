/** Matrices made of diagonals, and tensors with a part written anew. */

import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape, sameShape, wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkDense } from './operands.js';
import { sum } from './reduction.js';
import { reshape } from './reshape.js';
import { diagonal, permute, select, slice } from './view.js';

export interface DiagEmbedOptions {
  /** Which diagonal; positive ones lie above the main one. Default 0. */
  offset?: number;
  /** The result's dimension that counts rows. Default -2. */
  dim1?: number;
  /** The result's dimension that counts columns. Default -1. */
  dim2?: number;
}

export interface SliceScatterOptions {
  /** The dimension to slice. Default 0. */
  dim?: number;
  /** The first index; negative ones count from the end. Default 0. */
  start?: number | null;
  /** Where to stop. Default: the end. */
  end?: number | null;
  /** From index to index. Default 1. */
  step?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A matrix with this vector as a diagonal; of a matrix, a copy of the diagonal. */
    diag(diagonal?: number): Tensor;
    /** Matrices whose diagonals are the vectors of the last dimension; zeros elsewhere. */
    diagEmbed(options?: DiagEmbedOptions): Tensor;
    /** A matrix with all elements on a diagonal. */
    diagflat(offset?: number): Tensor;
    /** The sum of the main diagonal of a matrix. */
    trace(): Tensor;
    /** A copy with `src` on a diagonal. */
    diagonalScatter(src: Tensor, options?: DiagEmbedOptions): Tensor;
    /** A copy with `src` at one index of a dimension. */
    selectScatter(src: Tensor, dim: number, index: number): Tensor;
    /** A copy with `src` at the indices of a slice. */
    sliceScatter(src: Tensor, options?: SliceScatterOptions): Tensor;
  }
}

function checkOffset(op: string, name: string, offset: unknown): number {
  if (typeof offset === 'number' && Number.isInteger(offset)) return offset;
  throw new ArgumentError(`${op}: ${name} must be an integer, got ${describe(offset)}`);
}

/** A diagonal of the matrices in two dimensions, as the last dimension of a view. */
function diagonalOf(op: string, x: Tensor, options: Required<DiagEmbedOptions>): Tensor {
  if (x.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  const first = wrapDim(op, options.dim1, x.ndim, 'dim1');
  const second = wrapDim(op, options.dim2, x.ndim, 'dim2');
  if (first === second) throw new ArgumentError(`${op}: dim1 and dim2 must be different, both are ${first}`);
  const rest = [...x.shape.keys()].filter((d) => d !== first && d !== second);
  return diagonal(permute(x, [first, second, ...rest]), options.offset);
}

function readDiagonal(op: string, options: DiagEmbedOptions | undefined, dims: [number, number]) {
  const { offset = 0, dim1 = dims[0], dim2 = dims[1] } = checkOptions(op, options, ['offset', 'dim1', 'dim2']);
  return { offset: checkOffset(op, 'offset', offset), dim1, dim2 };
}

/** Matrices whose diagonals are the vectors of input's last dimension, zeros elsewhere; in dimensions dim1 and dim2. */
export function diagEmbed(input: Tensor, options?: DiagEmbedOptions): Tensor {
  return embedded('diagEmbed', input, readDiagonal('diagEmbed', options, [-2, -1]));
}

function embedded(op: string, input: unknown, place: Required<DiagEmbedOptions>): Tensor {
  const x = checkDense(op, 'input', input);
  if (x.ndim === 0) throw new ShapeError(`${op}: needs at least 1 dimension, got a 0-dimensional tensor`);
  const n = x.shape[x.ndim - 1] + Math.abs(place.offset);
  const first = wrapDim(op, place.dim1, x.ndim + 1, 'dim1');
  const second = wrapDim(op, place.dim2, x.ndim + 1, 'dim2');
  const shape = x.shape.slice(0, -1);
  for (const d of [first, second].sort((a, b) => a - b)) shape.splice(d, 0, n);
  const out = Tensor.allocate(shape, x.dtype);
  copyInto(diagonalOf(op, out, place), x);
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record('DiagEmbedBackward0', [x], out, (grad) => [diagonalOf(op, grad, place)]);
}

/** A matrix with a vector as a diagonal; of a matrix, a copy of the diagonal. @throws ShapeError for other tensors. */
export function diag(input: Tensor, diagonalIndex = 0): Tensor {
  const x = checkDense('diag', 'input', input);
  const place = { offset: checkOffset('diag', 'diagonal', diagonalIndex), dim1: -2, dim2: -1 };
  if (x.ndim === 1) return embedded('diag', x, place);
  if (x.ndim === 2) return diagonalOf('diag', x, place).clone();
  throw new ShapeError(`diag: input must be a vector or a matrix, got shape ${formatShape(x.shape)}`);
}

/** A matrix with all elements of input on a diagonal. */
export function diagflat(input: Tensor, offset = 0): Tensor {
  const x = checkDense('diagflat', 'input', input);
  return embedded('diagflat', reshape(x, [-1]), {
    offset: checkOffset('diagflat', 'offset', offset),
    dim1: -2,
    dim2: -1,
  });
}

/** The sum of a matrix's main diagonal. @throws ShapeError for other tensors. */
export function trace(input: Tensor): Tensor {
  const x = checkDense('trace', 'input', input);
  if (x.ndim !== 2) throw new ShapeError(`trace: input must be a matrix, got shape ${formatShape(x.shape)}`);
  return sum(diagonal(x));
}

/** A copy of `input` whose window is `src`; gradients go to the one or the other. */
function rewritten(op: string, node: string, input: unknown, src: unknown, windowOf: (x: Tensor) => Tensor): Tensor {
  const x = checkDense(op, 'input', input);
  const from = checkDense(op, 'src', src);
  const out = copyOf(x);
  const window = windowOf(out);
  if (!sameShape(window.shape, from.shape)) {
    throw new ShapeError(
      `${op}: src must have the shape ${formatShape(window.shape)} of its place, got ${formatShape(from.shape)}`,
    );
  }
  copyInto(window, from);
  if (!isFloating(x.dtype) || !needsGrad(x, from)) return out;
  return record(node, [x, from], out, (grad, needs) => {
    const rest = needs[0] ? copyOf(grad) : null;
    if (rest !== null) copyInto(windowOf(rest), Tensor.allocate([], grad.dtype));
    return [rest, needs[1] ? copyOf(windowOf(grad), from.dtype) : null];
  });
}

/** A copy of input with `src` on a diagonal of the matrices in dimensions dim1 (default 0) and dim2 (default 1). */
export function diagonalScatter(input: Tensor, src: Tensor, options?: DiagEmbedOptions): Tensor {
  const op = 'diagonalScatter';
  const place = readDiagonal(op, options, [0, 1]);
  return rewritten(op, 'DiagonalScatterBackward0', input, src, (x) => diagonalOf(op, x, place));
}

/** A copy of input with `src` at one index of a dimension. */
export function selectScatter(input: Tensor, src: Tensor, dim: number, index: number): Tensor {
  return inNameOf('selectScatter', () =>
    rewritten('selectScatter', 'SelectScatterBackward0', input, src, (x) => select(x, dim, index)),
  );
}

/** A copy of input with `src` at the indices start, start + step, … below end of a dimension. */
export function sliceScatter(input: Tensor, src: Tensor, options?: SliceScatterOptions): Tensor {
  const given = checkOptions('sliceScatter', options, ['dim', 'start', 'end', 'step']);
  const { dim = 0, start, end, step } = given;
  return inNameOf('sliceScatter', () =>
    rewritten('sliceScatter', 'SliceScatterBackward0', input, src, (x) => slice(x, dim, start, end, step)),
  );
}

installMethods({
  diag(this: Tensor, diagonalIndex?: number) {
    return diag(this, diagonalIndex);
  },
  diagEmbed(this: Tensor, options?: DiagEmbedOptions) {
    return diagEmbed(this, options);
  },
  diagflat(this: Tensor, offset?: number) {
    return diagflat(this, offset);
  },
  trace(this: Tensor) {
    return trace(this);
  },
  diagonalScatter(this: Tensor, src: Tensor, options?: DiagEmbedOptions) {
    return diagonalScatter(this, src, options);
  },
  selectScatter(this: Tensor, src: Tensor, dim: number, index: number) {
    return selectScatter(this, src, dim, index);
  },
  sliceScatter(this: Tensor, src: Tensor, options?: SliceScatterOptions) {
    return sliceScatter(this, src, options);
  },
});
