import type { SelectFunction } from '../addon/select.js';
import { DTypeError, IndexError, ShapeError } from '../errors.js';
import { numelOf, wrapDim } from '../tensor/shape.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';

/** A contiguous tensor seen around one dimension: [outer, rows, inner]. */
export interface Layout {
  outer: number;
  rows: number;
  inner: number;
}

export function layout(shape: readonly number[], dim: number): Layout {
  return {
    outer: numelOf(shape.slice(0, dim)),
    rows: shape[dim],
    inner: numelOf(shape.slice(dim + 1)),
  };
}

/** A contiguous int32 index. */
export function checkIndex(op: string, index: Tensor): Tensor {
  checkTensor(op, 'index', index);
  if (index.dtype !== 'int32') throw new DTypeError(`${op}: index must be an int32 tensor, got ${index.dtype}`);
  return contiguous(index);
}

export function checkDim(op: string, x: Tensor, dim: number): number {
  checkTensor(op, 'input', x);
  if (x.ndim === 0) throw new ShapeError(`${op}: a 0-dimensional tensor has no dimension to index`);
  return wrapDim(op, dim, x.ndim);
}

/** Runs one of the select kernels and words the error for an index that is out of range. */
export function run(
  op: string,
  kernel: SelectFunction,
  dst: Tensor,
  src: Tensor,
  index: Tensor,
  at: Layout,
  count: number,
): void {
  const { array } = index.storage;
  const bad = kernel(
    dst.storage.array,
    dst.offset,
    src.storage.array,
    src.offset,
    array,
    index.offset,
    at.outer,
    at.rows,
    count,
    at.inner,
  );
  if (bad >= 0) throw outOfRange(op, index, bad, at.rows);
}

/** The error for the index at position `bad`. */
export function outOfRange(op: string, index: Tensor, bad: number, rows: number): IndexError {
  const value = index.storage.array[index.offset + bad];
  return new IndexError(
    `${op}: index ${value} at position ${bad} is outside the dimension of size ${rows}`,
    value,
    rows,
    bad,
  );
}
