import { needsGrad, record } from '../autograd/record.js';
import { type CosineOperands, cosinesBackward, cosinesOf, type Rows } from '../calls/similarity.js';
import { DTypeError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, sameShape, wrapDim } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { add, sub } from './arithmetic.js';
import { contiguous } from './copy.js';
import { reshape } from './reshape.js';
import { norm } from './statistics.js';
import { expand, permute } from './view.js';

export interface CosineSimilarityOptions {
  /** The dimension that holds the vectors. Default 1. */
  dim?: number;
  /** The least length that a vector counts with. Default 1e-8. */
  eps?: number;
}

export interface PairwiseDistanceOptions {
  /** Which p-norm. Default 2. */
  p?: number;
  /** Added to every difference. Default 1e-6. */
  eps?: number;
  /** Keep the last dimension, with size 1. Default false. */
  keepdim?: boolean;
}

/** @throws DTypeError unless both are float32 or both float64. */
export function checkFloatPair(op: string, names: readonly [string, string], a: unknown, b: unknown): [Tensor, Tensor] {
  const x = checkFloat(op, names[0], a);
  const y = checkFloat(op, names[1], b);
  if (x.dtype === y.dtype) return [x, y];
  throw new DTypeError(`${op}: ${names[1]} must be ${x.dtype} like ${names[0]}, got ${y.dtype}`);
}

/** @throws ValueError unless `value` is a number of at least 0. */
export function checkAtLeastZero(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new ValueError(`${op}: ${name} must be a number of at least 0, got ${describe(value)}`);
}

/** Rows as the kernel reads them: one after the other, or one row that was expanded, which stays as it lies. */
function asRows(x: Tensor): Rows {
  const n = x.shape[x.ndim - 1];
  const repeated = x.strides.every((stride, d) => x.shape[d] === 1 || stride === (d === x.ndim - 1 ? 1 : 0));
  return repeated && x.numel > n ? { tensor: x, steps: false } : { tensor: contiguous(x), steps: true };
}

/** The cosines of two tensors of one shape along their last dimension. */
function cosines(x1: Tensor, x2: Tensor, eps: number): Tensor {
  const shape = x1.shape.slice(0, -1);
  const n = x1.shape[shape.length];
  const a = asRows(x1.detach());
  const b = asRows(x2.detach());
  const operands: CosineOperands = { a, b, n, eps };
  const { cosines: out, lengths } = cosinesOf(operands, shape);
  if (!needsGrad(x1, x2)) return out;

  const found = out.detach();
  const backward = (upstream: Tensor, needs: readonly boolean[]) => {
    const grad = contiguous(upstream);
    const [da, db] = needs.map((wanted) => (wanted ? Tensor.allocate(x1.shape, x1.dtype, false) : null));
    cosinesBackward(da, db, grad, { cosines: found, lengths }, operands);
    return [da, db];
  };
  // PyTorch's operation ends in a sum, whose name its result carries.
  return record('SumBackward1', [x1, x2], out, backward, [a.tensor, b.tensor, found]);
}

/**
 * The cosine of the angle between vectors along a dimension: x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)). The inputs are
 * broadcast; the result lacks the dimension. As `torch.nn.functional.cosine_similarity`.
 *
 * Squares of float32 numbers overflow from 1.8e19 on and vanish below 1e-23: there the result is NaN (PyTorch's is 0 or
 * infinite). Scale such vectors first, or use float64.
 *
 * @throws ShapeError, DTypeError, ValueError
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options?: CosineSimilarityOptions): Tensor {
  const op = 'cosineSimilarity';
  const { dim = 1, eps = 1e-8 } = checkOptions(op, options, ['dim', 'eps']);
  const [a, b] = checkFloatPair(op, ['x1', 'x2'], x1, x2);
  const least = checkAtLeastZero(op, 'eps', eps);
  const shape = broadcastShapes(op, a.shape, b.shape);
  const at = wrapDim(op, dim, shape.length);
  const others = shape.map((_, d) => d).filter((d) => d !== at);
  const rowsOf = (x: Tensor) => {
    const whole = sameShape(x.shape, shape) ? x : expand(x, shape);
    if (shape.length === 0) return reshape(whole, [1]);
    return at === shape.length - 1 ? whole : permute(whole, ...others, at);
  };
  return cosines(rowsOf(a), rowsOf(b), least);
}

/**
 * The p-norm of x1 - x2 + eps along the last dimension. The inputs are broadcast.
 * As `torch.nn.functional.pairwise_distance`.
 *
 * @throws ShapeError, DTypeError, ValueError
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options?: PairwiseDistanceOptions): Tensor {
  const op = 'pairwiseDistance';
  const { p = 2, eps = 1e-6, keepdim = false } = checkOptions(op, options, ['p', 'eps', 'keepdim']);
  const [a, b] = checkFloatPair(op, ['x1', 'x2'], x1, x2);
  return distance(op, a, b, { p: checkNormOrder(op, p), eps: checkEps(op, eps), keepdim });
}

/** `pairwiseDistance` of two floating tensors and checked options, with errors in the name of `op`. */
export function distance(op: string, a: Tensor, b: Tensor, { p, eps, keepdim }: Required<PairwiseDistanceOptions>) {
  broadcastShapes(op, a.shape, b.shape);
  return norm(add(sub(a, b), eps), p, -1, { keepdim });
}

/** @throws ValueError unless eps is a number. */
export function checkEps(op: string, eps: unknown): number {
  if (typeof eps === 'number' && !Number.isNaN(eps)) return eps;
  throw new ValueError(`${op}: eps must be a number, got ${describe(eps)}`);
}

/** @throws ValueError unless p is a number. */
export function checkNormOrder(op: string, p: unknown): number {
  if (typeof p === 'number' && !Number.isNaN(p)) return p;
  throw new ValueError(`${op}: p must be a number, got ${describe(p)}`);
}
