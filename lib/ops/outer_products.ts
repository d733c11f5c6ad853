/** Products of vectors and of tensors along chosen dimensions. */

import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, numelOf, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, type Tensor } from '../tensor/tensor.js';
import { mul } from './arithmetic.js';
import { dot, matmul } from './matmul.js';
import { checkDense } from './operands.js';
import { sum } from './reduction.js';
import { reshape } from './reshape.js';
import { permute, transpose, unsqueeze } from './view.js';

/** A number of dimensions (the last of input with the first of other), or the dimensions of each, pair by pair. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]];

export interface TensordotOptions {
  /** Which dimensions are multiplied and summed. Default 2. */
  dims?: ContractedDims;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The products of all pairs of two vectors, [M], [N]: [M, N]. */
    outer(vec2: Tensor): Tensor;
    /** `outer`. */
    ger(vec2: Tensor): Tensor;
    /** The sums of products along both last dimensions: [..., K], [..., K]. */
    inner(other: Tensor): Tensor;
    /** The Kronecker product: every element times the whole other tensor. */
    kron(other: Tensor): Tensor;
    /** The inner product of two vectors; `dot`, since there are no complex numbers. */
    vdot(other: Tensor): Tensor;
  }
}

function checkVector(op: string, argument: string, value: unknown): Tensor {
  const x = checkDense(op, argument, value);
  if (x.ndim !== 1) throw new ShapeError(`${op}: ${argument} must be a vector, got shape ${formatShape(x.shape)}`);
  return x;
}

/** The products of all pairs of two vectors, [M], [N]: [M, N]; dtypes are promoted. */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  return mul(unsqueeze(checkVector('outer', 'input', input), 1), checkVector('outer', 'vec2', vec2));
}

/** PyTorch's other name of `outer`. */
export function ger(input: Tensor, vec2: Tensor): Tensor {
  return mul(unsqueeze(checkVector('ger', 'input', input), 1), checkVector('ger', 'vec2', vec2));
}

/** Sums of products along both last dimensions: [...a, K], [...b, K] give [...a, ...b]. Numbers are multiplied. */
export function inner(input: Tensor, other: Tensor): Tensor {
  const a = checkDense('inner', 'input', input);
  const b = checkDense('inner', 'other', other);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) {
    throw new ShapeError(
      `inner: the last dimensions of ${formatShape(a.shape)} and ${formatShape(b.shape)} must be of one size`,
    );
  }
  return contract('inner', a, b, [a.ndim - 1], [b.ndim - 1]);
}

/** The inner product of two vectors [K]: a number. */
export function vdot(input: Tensor, other: Tensor): Tensor {
  return dot(checkVector('vdot', 'input', input), checkVector('vdot', 'other', other));
}

/** The Kronecker product; along each dimension the result has the product of both sizes. */
export function kron(input: Tensor, other: Tensor): Tensor {
  let a = checkDense('kron', 'input', input);
  let b = checkDense('kron', 'other', other);
  while (a.ndim < b.ndim) a = unsqueeze(a, 0);
  while (b.ndim < a.ndim) b = unsqueeze(b, 0);
  const sizes = a.shape.map((size, i) => size * b.shape[i]);
  // Each dimension becomes a pair (of a, of b).
  const left = reshape(
    a,
    a.shape.flatMap((size) => [size, 1]),
  );
  const right = reshape(
    b,
    b.shape.flatMap((size) => [1, size]),
  );
  return reshape(mul(left, right), sizes);
}

/** Multiplies and sums along pairs of dimensions, by one matrix product. The rest of a, then the rest of b, remain. */
function contract(op: string, a: Tensor, b: Tensor, dimsA: readonly number[], dimsB: readonly number[]): Tensor {
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${op}: both tensors must have one dtype, got ${a.dtype} and ${b.dtype}`);
  }
  const restA = a.shape.map((_, d) => d).filter((d) => !dimsA.includes(d));
  const restB = b.shape.map((_, d) => d).filter((d) => !dimsB.includes(d));
  const sizesA = restA.map((d) => a.shape[d]);
  const sizesB = restB.map((d) => b.shape[d]);
  const K = numelOf(dimsA.map((d) => a.shape[d]));
  const left = reshape(permute(a, [...restA, ...dimsA]), numelOf(sizesA), K);
  const right = reshape(permute(b, [...restB, ...dimsB]), numelOf(sizesB), K);
  return reshape(matmul(left, transpose(right, 0, 1)), [...sizesA, ...sizesB]);
}

function dimsOf(a: Tensor, b: Tensor, dims: ContractedDims): [number[], number[]] {
  if (typeof dims === 'number') {
    const most = Math.min(a.ndim, b.ndim);
    if (!Number.isInteger(dims) || dims < 0 || dims > most) {
      throw new ArgumentError(`tensordot: dims must be from 0 to ${most} for these tensors, got ${describe(dims)}`);
    }
    const count = Array.from({ length: dims }, (_, i) => i);
    return [count.map((i) => a.ndim - dims + i), count];
  }
  const pair = Array.isArray(dims) && dims.length === 2 && dims.every((list) => Array.isArray(list));
  if (!pair || dims[0].length !== dims[1].length) {
    throw new ArgumentError(
      `tensordot: dims must be a number or two lists of one length, got ${pair ? `lists of ${dims[0].length} and ${dims[1].length}` : describe(dims)}`,
    );
  }
  const listOf = (list: readonly number[], x: Tensor, name: string) => {
    const wrapped = list.map((d) => wrapDim('tensordot', d, x.ndim, `dims of ${name}`));
    if (new Set(wrapped).size === wrapped.length && (x.ndim > 0 || list.length === 0)) return wrapped;
    throw new ArgumentError(`tensordot: dims of ${name} name one dimension twice, got [${list.join(', ')}]`);
  };
  return [listOf(dims[0], a, 'input'), listOf(dims[1], b, 'other')];
}

/**
 * Multiplies and sums along pairs of dimensions, as `torch.tensordot`: the dimensions of `input` that remain come first,
 * then those of `other`. A pair of sizes in which one is 1 broadcasts.
 * @throws ShapeError when the sizes of a pair differ; ArgumentError for dims that name no pairs.
 */
export function tensordot(input: Tensor, other: Tensor, options?: TensordotOptions): Tensor {
  const { dims = 2 } = checkOptions('tensordot', options, ['dims']);
  let a = checkDense('tensordot', 'input', input);
  let b = checkDense('tensordot', 'other', other);
  const [dimsA, dimsB] = dimsOf(a, b, dims);
  for (const [i, d] of dimsA.entries()) {
    const [m, n] = [a.shape[d], b.shape[dimsB[i]]];
    if (m === n) continue;
    if (m === 1) b = sum(b, dimsB[i], { keepdim: true });
    else if (n === 1) a = sum(a, d, { keepdim: true });
    else throw new ShapeError(`tensordot: sizes ${m} and ${n} of dimensions ${d} and ${dimsB[i]} differ`);
  }
  return contract('tensordot', a, b, dimsA, dimsB);
}

installMethods({
  outer(this: Tensor, vec2: Tensor) {
    return outer(this, vec2);
  },
  ger(this: Tensor, vec2: Tensor) {
    return ger(this, vec2);
  },
  inner(this: Tensor, other: Tensor) {
    return inner(this, other);
  },
  kron(this: Tensor, other: Tensor) {
    return kron(this, other);
  },
  vdot(this: Tensor, other: Tensor) {
    return vdot(this, checkTensor('vdot', 'other', other));
  },
});
