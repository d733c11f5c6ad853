/** Matrices as windows on tensors' memory, what their products demand of them, and the native products; nothing recorded. */

import { DTypeError, ShapeError } from '../errors.js';
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  formatShape,
  type Shape,
  sameShape,
} from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { copyOf } from './copy.js';
import { callColumnSums, callMatmul, eachMatmul } from './planned/matmul.js';

/** A matrix as the kernel takes it: row-major in memory, perhaps to be read transposed. */
interface Window {
  readonly source: Tensor;
  readonly ld: number;
  readonly transposed: boolean;
}

/** The last two dimensions of `x` as a window on its memory; a copy only where neither of their strides is 1. */
function windowOn(x: Tensor): Window {
  const { shape, strides, ndim } = x;
  const rows = shape[ndim - 2];
  const columns = shape[ndim - 1];
  const down = strides[ndim - 2];
  const across = strides[ndim - 1];
  if ((across === 1 || columns <= 1) && down >= 0)
    return { source: x, ld: rows <= 1 ? columns : down, transposed: false };
  if ((down === 1 || rows <= 1) && across >= 0) return { source: x, ld: across, transposed: true };
  return { source: copyOf(x), ld: columns, transposed: false };
}

const none: Shape = [];

/** x with its last two dimensions exchanged, outside the graph. */
export function transposed(x: Tensor): Tensor {
  const n = x.ndim;
  if (n === 2) {
    const { shape, strides } = x;
    return new Tensor(x.storage, [shape[1], shape[0]], [strides[1], strides[0]], x.offset);
  }
  const shape = x.shape.slice();
  const strides = x.strides.slice();
  [shape[n - 2], shape[n - 1]] = [shape[n - 1], shape[n - 2]];
  [strides[n - 2], strides[n - 1]] = [strides[n - 1], strides[n - 2]];
  return new Tensor(x.storage, shape, strides, x.offset);
}

/** [M, K] · [K, N] for every place of the batch that the leading dimensions broadcast to; not recorded. */
export function multiply(op: string, a: Tensor, b: Tensor, bias: Tensor | null = null): Tensor {
  const M = a.shape[a.ndim - 2];
  const K = a.shape[a.ndim - 1];
  const N = b.shape[b.ndim - 1];
  const single = a.ndim === 2 && b.ndim === 2;
  const batch = single ? none : broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = Tensor.allocate(single ? [M, N] : [...batch, M, N], a.dtype, false);
  const left = windowOn(a);
  const right = windowOn(b);
  if (batch.length > 0) fillBatch(batch, out, left.source, right.source);
  callMatmul({
    M,
    N,
    K,
    ldc: N,
    lda: left.ld,
    transposeA: left.transposed,
    ldb: right.ld,
    transposeB: right.transposed,
    accumulate: false,
    dims: batch.length,
    c: out,
    a: left.source,
    b: right.source,
    bias,
  });
  return out;
}

function fillBatch(batch: Shape, out: Tensor, a: Tensor, b: Tensor): void {
  const stridesA = broadcastStrides(a.shape.slice(0, -2), a.strides.slice(0, -2), batch);
  const stridesB = broadcastStrides(b.shape.slice(0, -2), b.strides.slice(0, -2), batch);
  for (let d = 0; d < batch.length; d++) {
    eachMatmul(d, { length: batch[d], strideC: out.strides[d], strideA: stridesA[d], strideB: stridesB[d] });
  }
}

/** The sums of the columns of a [M, N] matrix: [N]. */
export function columnSums(x: Tensor): Tensor {
  const window = windowOn(x);
  const { source, ld } = window.transposed ? { source: copyOf(x), ld: x.shape[1] } : window;
  const out = Tensor.allocate([x.shape[1]], x.dtype, false);
  callColumnSums({ M: x.shape[0], N: x.shape[1], lda: ld, out, a: source });
  return out;
}

/** The rows of `x` (all dimensions but the last) as one matrix; a copy only where their strides don't allow a view. */
export function asRows(x: Tensor): Tensor {
  const { shape, strides, ndim } = x;
  if (ndim === 2) return x;
  const last = shape[ndim - 1];
  let rows = 1;
  let step = last;
  let next = -1;
  let even = true;
  for (let d = ndim - 2; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (next < 0) step = strides[d];
    else if (strides[d] !== next) even = false;
    rows *= shape[d];
    next = step * rows;
  }
  if (even) return new Tensor(x.storage, [rows, last], [step, strides[ndim - 1]], x.offset);
  return reshaped(copyOf(x), [rows, last]);
}

/** A contiguous `x` in another shape, outside the graph. */
export function reshaped(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  return new Tensor(x.storage, shape, contiguousStrides(shape), x.offset);
}

/** @throws ArgumentError, DTypeError unless `value` is a dense float32 or float64 tensor. */
export function checkDense(op: string, argument: string, value: unknown): Tensor {
  const t = checkFloat(op, argument, value);
  if (t.isSparse) throw new DTypeError(`${op}: ${argument} is a row-sparse gradient; use toDense() first`);
  return t;
}

/** @throws DTypeError unless both have one dtype. */
export function checkSameDType(op: string, a: Tensor, b: Tensor, nameOfB: string): void {
  if (a.dtype === b.dtype) return;
  throw new DTypeError(
    `${op}: input and ${nameOfB} must have one dtype, got ${a.dtype} and ${b.dtype}; convert one with to()`,
  );
}

/** @throws ShapeError unless `t` has `ndim` dimensions. */
export function checkDims(op: string, argument: string, t: Tensor, ndim: number): void {
  if (t.ndim === ndim) return;
  const noun = ['a number', 'a vector', 'a matrix', 'a stack of matrices'][ndim];
  throw new ShapeError(`${op}: ${argument} must be ${noun}, got shape ${formatShape(t.shape)}`);
}
