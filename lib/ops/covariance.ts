/** Means with variances, covariances, distances of tensors, rows of limited norm. */

import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating, isInteger } from '../tensor/dtype.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './arithmetic.js';
import { clamp } from './clamping.js';
import { gt } from './comparison.js';
import { to } from './copy.js';
import { where } from './masking.js';
import { matmul } from './matmul.js';
import { checkDense, toFloating } from './operands.js';
import { sqrt } from './pointwise.js';
import { mean, sum } from './reduction.js';
import { type Dims, readArguments } from './reduction_layout.js';
import { reshape } from './reshape.js';
import { norm, std, type VarOptions, variance } from './statistics.js';
import { diagonal, transpose, unsqueeze } from './view.js';

export interface CovOptions {
  /** Divide by the number of observations less this. Default 1. */
  correction?: number;
  /** How often each observation counts: integers, one each. */
  fweights?: Tensor | null;
  /** How much each observation counts, one number each. */
  aweights?: Tensor | null;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The variance and the mean, over all elements or some dimensions. */
    varMean(dim?: Dims | VarOptions, options?: VarOptions): [variance: Tensor, mean: Tensor];
    /** The standard deviation and the mean, over all elements or some dimensions. */
    stdMean(dim?: Dims | VarOptions, options?: VarOptions): [std: Tensor, mean: Tensor];
    /** The covariances of variables (rows) over observations (columns). */
    cov(options?: CovOptions): Tensor;
    /** The correlation coefficients of variables (rows) over observations (columns). */
    corrcoef(): Tensor;
    /** The p-norm (default 2) of this − other. */
    dist(other: Tensor, p?: number): Tensor;
    /** A copy in which slices of a dimension whose p-norm is larger than maxnorm are scaled down to it. */
    renorm(p: number, dim: number, maxnorm: number): Tensor;
  }
}

function meanOf(op: string, input: Tensor, dim?: Dims | VarOptions, options?: VarOptions): Tensor {
  const args = readArguments(op, dim, options, ['keepdim', 'correction', 'unbiased']);
  return mean(input, args.dim ?? null, { keepdim: args.keepdim });
}

/** [variance, mean] over `dim` (all dimensions by default). */
export function varMean(input: Tensor, dim?: Dims | VarOptions, options?: VarOptions): [Tensor, Tensor] {
  const x = checkDense('varMean', 'input', input);
  return inNameOf('varMean', () => [variance(x, dim, options), meanOf('varMean', x, dim, options)]);
}

/** [standard deviation, mean] over `dim` (all dimensions by default). */
export function stdMean(input: Tensor, dim?: Dims | VarOptions, options?: VarOptions): [Tensor, Tensor] {
  const x = checkDense('stdMean', 'input', input);
  return inNameOf('stdMean', () => [std(x, dim, options), meanOf('stdMean', x, dim, options)]);
}

function checkWeights(name: string, weights: unknown, count: number): Tensor | null {
  if (weights === undefined || weights === null) return null;
  const w = checkDense('cov', name, weights);
  if (w.ndim > 1 || w.numel !== count) {
    throw new ShapeError(
      `cov: ${name} must have one element for each of ${count} observations, got ${formatShape(w.shape)}`,
    );
  }
  if (name === 'fweights' && !isInteger(w.dtype)) {
    throw new DTypeError(`cov: fweights must hold integers, got ${w.dtype}`);
  }
  if (name === 'aweights' && !isFloating(w.dtype)) {
    throw new DTypeError(`cov: aweights must be floating-point, got ${w.dtype}`);
  }
  for (let i = 0; i < w.numel; i++) {
    if (w.at(i) < 0) throw new ValueError(`cov: ${name} must not be negative, got ${w.at(i)} at position ${i}`);
  }
  return reshape(w, [-1]);
}

/**
 * The covariance matrix of variables (rows of a matrix; a vector is one variable) over observations (columns), as
 * `torch.cov`: Σ w (x − x̄)(y − ȳ) / (Σ w − correction), by fweights · aweights. Integers give float32.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function cov(input: Tensor, options?: CovOptions): Tensor {
  const { correction = 1, fweights, aweights } = checkOptions('cov', options, ['correction', 'fweights', 'aweights']);
  if (typeof correction !== 'number' || !Number.isInteger(correction)) {
    throw new ArgumentError(`cov: correction must be an integer, got ${describe(correction)}`);
  }
  const given = checkDense('cov', 'input', input);
  if (given.ndim > 2)
    throw new ShapeError(`cov: input must have at most 2 dimensions, got ${formatShape(given.shape)}`);
  if (given.dtype === 'bool') throw new DTypeError('cov: is not defined for bool tensors');
  const x = toFloating(given);
  const rows = x.ndim < 2 ? reshape(x, [1, -1]) : x;
  const n = rows.shape[1];
  const f = checkWeights('fweights', fweights, n);
  const a = checkWeights('aweights', aweights, n);
  const weights = f === null ? a : a === null ? to(f, rows.dtype) : mul(a, to(f, rows.dtype));
  const total = weights === null ? n : sum(weights);
  const average =
    weights === null ? mean(rows, 1, { keepdim: true }) : div(sum(mul(rows, weights), 1, { keepdim: true }), total);
  const centered = sub(rows, average);
  const scaled = weights === null ? centered : mul(centered, weights);
  const products = matmul(scaled, transpose(centered, 0, 1));
  const out = div(products, divisorOf(total, weights, a, correction));
  return squeezed(out, x);
}

/** Σ w − correction, less what aweights take away, and 0 at least. */
function divisorOf(total: Tensor | number, weights: Tensor | null, a: Tensor | null, correction: number) {
  if (typeof total === 'number') return Math.max(total - correction, 0);
  const taken = a === null ? correction : mul(div(sum(mul(weights as Tensor, a)), total), correction);
  return clamp(sub(total, taken), 0);
}

/** One variable has a variance instead of a matrix. */
function squeezed(out: Tensor, x: Tensor): Tensor {
  return x.ndim < 2 || x.shape[0] === 1 ? reshape(out, []) : out;
}

/** The matrix of correlation coefficients, from −1 to 1, of variables (rows) over observations (columns). */
export function corrcoef(input: Tensor): Tensor {
  const x = checkDense('corrcoef', 'input', input);
  if (x.ndim > 2) throw new ShapeError(`corrcoef: input must have at most 2 dimensions, got ${formatShape(x.shape)}`);
  return inNameOf('corrcoef', () => {
    const c = cov(x);
    if (c.ndim === 0) return div(c, c);
    const deviations = sqrt(diagonal(c));
    return clamp(div(div(c, unsqueeze(deviations, 1)), deviations), -1, 1);
  });
}

/** The p-norm of input − other, broadcast. */
export function dist(input: Tensor, other: Tensor, p = 2): Tensor {
  return inNameOf('dist', () => norm(sub(checkDense('dist', 'input', input), checkDense('dist', 'other', other)), p));
}

/** A copy in which the slices of `dim` whose p-norm is larger than maxnorm are scaled down to it. */
export function renorm(input: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  const given = checkDense('renorm', 'input', input);
  if (!isFloating(given.dtype)) throw new DTypeError(`renorm: input must be floating-point, got ${given.dtype}`);
  const x = toFloating(given);
  if (x.ndim < 2) throw new ShapeError(`renorm: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (typeof p !== 'number' || !(p > 0)) throw new ValueError(`renorm: p must be positive, got ${describe(p)}`);
  if (typeof maxnorm !== 'number' || !(maxnorm >= 0)) {
    throw new ValueError(`renorm: maxnorm must not be negative, got ${describe(maxnorm)}`);
  }
  const d = wrapDim('renorm', dim, x.ndim);
  const others = [...x.shape.keys()].filter((i) => i !== d);
  const lengths = norm(x, p, others, { keepdim: true });
  // PyTorch's guard against a quotient that rounds up.
  const scale = div(maxnorm, lengths.add(1e-7));
  return mul(x, where(gt(lengths, maxnorm), scale, 1));
}

installMethods({
  varMean(this: Tensor, dim?: Dims | VarOptions, options?: VarOptions) {
    return varMean(this, dim, options);
  },
  stdMean(this: Tensor, dim?: Dims | VarOptions, options?: VarOptions) {
    return stdMean(this, dim, options);
  },
  cov(this: Tensor, options?: CovOptions) {
    return cov(this, options);
  },
  corrcoef(this: Tensor) {
    return corrcoef(this);
  },
  dist(this: Tensor, other: Tensor, p?: number) {
    return dist(this, other, p);
  },
  renorm(this: Tensor, p: number, dim: number, maxnorm: number) {
    return renorm(this, p, dim, maxnorm);
  },
});
