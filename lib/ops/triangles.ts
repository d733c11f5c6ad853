/** Matrices' triangles: values kept below or above a diagonal, and the places there. */

import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { checkShape, formatShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkWritable } from './in_place.js';
import { checkDense, overwrite } from './operands.js';

export interface TriangleIndicesOptions {
  /** The diagonal that the triangle ends at; positive ones lie above the main one. Default 0. */
  offset?: number;
  /** int32 (default) or another dtype that holds the indices. */
  dtype?: DType;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The lower triangle of each matrix, up to and with a diagonal (default 0, the main one); zeros elsewhere. A copy. */
    tril(diagonal?: number): Tensor;
    /** The upper triangle of each matrix, from a diagonal (default 0, the main one) on; zeros elsewhere. A copy. */
    triu(diagonal?: number): Tensor;
    /** `tril` in place. */
    tril_(diagonal?: number): this;
    /** `triu` in place. */
    triu_(diagonal?: number): this;
  }
}

function checkDiagonal(op: string, diagonal: unknown, name = 'diagonal'): number {
  if (typeof diagonal === 'number' && Number.isInteger(diagonal)) return diagonal;
  throw new ArgumentError(`${op}: ${name} must be an integer, got ${describe(diagonal)}`);
}

/** A copy with zeros on the other side of the diagonal, whatever the dtype; all bits 0 are a zero in each. */
function triangleOf(op: string, upper: boolean, x: Tensor, diagonal: number): Tensor {
  if (x.ndim < 2) throw new ShapeError(`${op}: needs matrices, got shape ${formatShape(x.shape)}`);
  const out = copyOf(x);
  const { array } = out.storage;
  const [rows, columns] = x.shape.slice(-2);
  const total = out.offset + out.numel;
  for (let row = 0, start = out.offset; start < total; row = (row + 1) % rows, start += columns) {
    const edge = Math.min(Math.max(row + diagonal + (upper ? 0 : 1), 0), columns);
    if (upper) array.fill(0, start, start + edge);
    else array.fill(0, start + edge, start + columns);
  }
  return out;
}

function triangle(op: 'tril' | 'triu', input: unknown, diagonal: unknown): Tensor {
  const x = checkDense(op, 'input', input);
  const k = checkDiagonal(op, diagonal);
  const upper = op === 'triu';
  const out = triangleOf(op, upper, x, k);
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  const node = upper ? 'TriuBackward0' : 'TrilBackward0';
  return record(node, [x], out, (grad) => [triangleOf(op, upper, grad, k)]);
}

/** The lower triangle of each matrix, up to and with a diagonal; zeros elsewhere. @throws ShapeError for vectors. */
export function tril(input: Tensor, diagonal = 0): Tensor {
  return triangle('tril', input, diagonal);
}

/** The upper triangle of each matrix, from a diagonal on; zeros elsewhere. @throws ShapeError for vectors. */
export function triu(input: Tensor, diagonal = 0): Tensor {
  return triangle('triu', input, diagonal);
}

function indicesOf(op: string, row: unknown, col: unknown, options: TriangleIndicesOptions | undefined): Tensor {
  const { offset = 0, dtype = 'int32' } = checkOptions(op, options, ['offset', 'dtype']);
  const [rows, columns] = checkShape(op, [row, col]);
  const k = checkDiagonal(op, offset, 'offset');
  const upper = op === 'triuIndices';
  const places: number[] = [];
  const across: number[] = [];
  for (let i = 0; i < rows; i++) {
    const edge = Math.min(Math.max(i + k + (upper ? 0 : 1), 0), columns);
    for (let j = upper ? edge : 0; j < (upper ? columns : edge); j++) {
      places.push(i);
      across.push(j);
    }
  }
  const out = Tensor.allocate([2, places.length], 'int32', false);
  out.storage.array.set(places, 0);
  out.storage.array.set(across, places.length);
  return checkDType(op, dtype) === 'int32' ? out : copyOf(out, dtype);
}

/** The places of the lower triangle of a row × col matrix, row by row: int32 [2, n], rows first. */
export function trilIndices(row: number, col: number, options?: TriangleIndicesOptions): Tensor {
  return indicesOf('trilIndices', row, col, options);
}

/** The places of the upper triangle of a row × col matrix, row by row: int32 [2, n], rows first. */
export function triuIndices(row: number, col: number, options?: TriangleIndicesOptions): Tensor {
  return indicesOf('triuIndices', row, col, options);
}

function inPlace(op: 'tril_' | 'triu_', target: Tensor, diagonal: number): Tensor {
  const x = checkWritable(op, target);
  overwrite(x, triangleOf(op, op === 'triu_', x, checkDiagonal(op, diagonal)));
  return x;
}

installMethods({
  tril(this: Tensor, diagonal?: number) {
    return tril(this, diagonal);
  },
  triu(this: Tensor, diagonal?: number) {
    return triu(this, diagonal);
  },
  tril_(this: Tensor, diagonal = 0) {
    return inPlace('tril_', this, diagonal);
  },
  triu_(this: Tensor, diagonal = 0) {
    return inPlace('triu_', this, diagonal);
  },
});
