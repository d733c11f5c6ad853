import { DTypeError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, wrapDim } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { add, div, mul, sub } from './arithmetic.js';
import { clamp } from './masking.js';
import { sum } from './reduction.js';
import { norm } from './statistics.js';
import { expand } from './view.js';

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

/** A norm of at least eps. The gradient is the norm's own, also where eps replaces it: PyTorch's convention. */
function clampedLength(x: Tensor, dim: number, eps: number): Tensor {
  const length = norm(x, 2, dim, { keepdim: true });
  const fixed = length.detach();
  return add(length, sub(clamp(fixed, eps), fixed));
}

/**
 * The cosine of the angle between vectors along a dimension: x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)). The inputs are
 * broadcast; the result lacks the dimension. As `torch.nn.functional.cosine_similarity`.
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
  const [u, v] = [expand(a, shape), expand(b, shape)];
  return sum(mul(div(u, clampedLength(u, at, least)), div(v, clampedLength(v, at, least))), at);
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
