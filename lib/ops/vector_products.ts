/** Products of vectors along a dimension, powers and chains of matrices. */

import { needsGrad, record } from '../autograd/record.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { broadcastShapes, formatShape, wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { mul, sub } from './arithmetic.js';
import { matmul, mm } from './matmul.js';
import { checkDense } from './operands.js';
import { sum } from './reduction.js';
import { listOf } from './repetition.js';
import { reshape } from './reshape.js';
import { roll } from './rolling.js';
import { expand } from './view.js';

export interface CrossOptions {
  /** The dimension of size 3. Default: the first one. */
  dim?: number | null;
}

export interface VecdotOptions {
  /** The dimension that is summed. Default -1. */
  dim?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The vector products of vectors of three elements. */
    cross(other: Tensor, options?: CrossOptions): Tensor;
    /** The n-th power of square matrices. */
    matrixPower(n: number): Tensor;
  }
}

/** The vector products a × b of vectors of three elements along `dim`; other dimensions broadcast. */
export function cross(input: Tensor, other: Tensor, options?: CrossOptions): Tensor {
  const { dim } = checkOptions('cross', options, ['dim']);
  const a = checkDense('cross', 'input', input);
  const b = checkDense('cross', 'other', other);
  if (a.ndim !== b.ndim) {
    throw new ShapeError(
      `cross: input and other must have equally many dimensions, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  const shape = broadcastShapes('cross', a.shape, b.shape);
  const named = dim === undefined || dim === null;
  const d = named ? shape.indexOf(3) : wrapDim('cross', dim, shape.length);
  if (d < 0 || a.shape[d] !== 3 || b.shape[d] !== 3) {
    throw new ShapeError(
      `cross: the vectors must have three elements, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  const [x, y] = [expand(a, shape), expand(b, shape)];
  const next = (t: Tensor) => roll(t, -1, d);
  const after = (t: Tensor) => roll(t, -2, d);
  return sub(mul(next(x), after(y)), mul(after(x), next(y)));
}

/** The inner products of vectors along `dim`; other dimensions broadcast. */
export function vecdot(input: Tensor, other: Tensor, options?: VecdotOptions): Tensor {
  const { dim = -1 } = checkOptions('vecdot', options, ['dim']);
  const a = checkDense('vecdot', 'input', input);
  const b = checkDense('vecdot', 'other', other);
  const ndim = Math.max(a.ndim, b.ndim);
  if (a.ndim === 0 || b.ndim === 0) throw new ShapeError('vecdot: both tensors must have at least one dimension');
  return inNameOf('vecdot', () => sum(mul(a, b), wrapDim('vecdot', dim, ndim)));
}

/** The unit matrices of x's shape. */
function units(x: Tensor): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype);
  const n = x.shape[x.ndim - 1];
  for (let i = 0; i < out.numel; i += n * n)
    for (let k = 0; k < n; k++) out.storage.array[out.offset + i + k * (n + 1)] = 1;
  return out;
}

/** input multiplied n times, for square matrices [..., N, N] and n ≥ 0. @throws ShapeError, ValueError */
export function matrixPower(input: Tensor, n: number): Tensor {
  const x = checkDense('matrixPower', 'input', input);
  if (x.ndim < 2 || x.shape[x.ndim - 1] !== x.shape[x.ndim - 2]) {
    throw new ShapeError(`matrixPower: input must hold square matrices, got shape ${formatShape(x.shape)}`);
  }
  if (typeof n !== 'number' || !Number.isInteger(n)) {
    throw new ArgumentError(`matrixPower: n must be an integer, got ${describe(n)}`);
  }
  if (n < 0) throw new ValueError(`matrixPower: n must not be negative, got ${n}; there is no inverse here`);
  if (n === 0) {
    const out = units(x);
    if (!isFloating(x.dtype) || !needsGrad(x)) return out;
    return record('MatrixPowerBackward0', [x], out, (grad) => [Tensor.allocate(x.shape, grad.dtype)]);
  }
  return inNameOf('matrixPower', () => {
    let power: Tensor | null = null;
    let square = x;
    for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) power = power === null ? square : matmul(power, square);
      if (rest > 1) square = matmul(square, square);
    }
    return power === x ? x.clone() : (power as Tensor);
  });
}

/** The cheapest order of a chain of products: best[i][j] says where the product of matrices i … j is parted. */
function partings(sizes: readonly number[]): number[][] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const best = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i][j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const total = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (total < cost[i][j]) [cost[i][j], best[i][j]] = [total, k];
      }
    }
  }
  return best;
}

/** The product of a chain of matrices in its cheapest order; the first and the last may be vectors. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (!Array.isArray(tensors) || tensors.length < 2) {
    throw new ArgumentError(`multiDot: needs an array of at least two tensors, got ${describe(tensors)}`);
  }
  const list = listOf('multiDot', [tensors]);
  const last = list.length - 1;
  for (const [i, x] of list.entries()) {
    if (x.ndim === 2 || (x.ndim === 1 && (i === 0 || i === last))) continue;
    throw new ShapeError(`multiDot: tensors[${i}] must be a matrix, got shape ${formatShape(x.shape)}`);
  }
  const row = list[0].ndim === 1;
  const column = list[last].ndim === 1;
  if (row) list[0] = reshape(list[0], [1, -1]);
  if (column) list[last] = reshape(list[last], [-1, 1]);
  const best = partings([...list.map((x) => x.shape[0]), list[last].shape[1]]);
  const product = (i: number, j: number): Tensor =>
    i === j ? list[i] : mm(product(i, best[i][j]), product(best[i][j] + 1, j));
  const out = product(0, last);
  const shape = [...(row ? [] : [out.shape[0]]), ...(column ? [] : [out.shape[1]])];
  return reshape(out, shape);
}

installMethods({
  cross(this: Tensor, other: Tensor, options?: CrossOptions) {
    return cross(this, other, options);
  },
  matrixPower(this: Tensor, n: number) {
    return matrixPower(this, n);
  },
});
