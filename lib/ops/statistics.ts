import { needsGrad, record } from '../autograd/record.js';
import { choose, unary } from '../calls/elementwise.js';
import { reduceFloats } from '../calls/reduce.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './arithmetic.js';
import { eq } from './comparison.js';
import { checkDense, toFloating } from './operands.js';
import { abs, sign } from './pointwise.js';
import { pow } from './power.js';
import { sum } from './reduction.js';
import { type Dims, type KeepdimOptions, layoutOf, readArguments, reducedDims, spread } from './reduction_layout.js';

export interface VarOptions extends KeepdimOptions {
  /** Divide by n − correction. Default 1 (Bessel's correction). */
  correction?: number;
  /** true: correction 1; false: correction 0. Give this or `correction`. */
  unbiased?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The variance over all elements, or over some dimensions: Σ (x − mean)² / (n − correction). */
    var(dim?: Dims | VarOptions, options?: VarOptions): Tensor;
    /** The standard deviation, √var. */
    std(dim?: Dims | VarOptions, options?: VarOptions): Tensor;
    /** The p-norm (Σ |x|ᵖ)^(1/p) over all elements, or over some dimensions. p may be ±Infinity or 0. Default 2. */
    norm(p?: number | 'fro' | null, dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor;
  }
}

function correctionOf(op: string, { correction, unbiased }: VarOptions): number {
  if (correction !== undefined && unbiased !== undefined) {
    throw new ArgumentError(`${op}: give correction or unbiased, not both`);
  }
  if (unbiased !== undefined && typeof unbiased !== 'boolean') {
    throw new ArgumentError(`${op}: unbiased must be true or false, got ${describe(unbiased)}`);
  }
  const value = correction ?? (unbiased === false ? 0 : 1);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ArgumentError(`${op}: correction must be a finite number, got ${describe(value)}`);
  }
  return value;
}

function checkFloating(op: string, input: unknown): Tensor {
  const x = checkDense(op, 'input', input);
  if (!isFloating(x.dtype)) throw new ArgumentError(`${op}: input must be floating-point, got ${x.dtype}`);
  return toFloating(x);
}

function spreadOf(
  op: 'var' | 'std',
  node: string,
  input: unknown,
  dim?: Dims | VarOptions,
  options?: VarOptions,
): Tensor {
  const args = readArguments(op, dim, options, ['keepdim', 'correction', 'unbiased']);
  const correction = correctionOf(op, args.options);
  const x = checkFloating(op, input);
  const dims = reducedDims(op, args.dim, x.ndim);
  const layout = layoutOf(x, dims, args.keepdim);
  const center = reduceFloats('sum', layout, 0, layout.n);
  const divisor = Math.max(0, layout.n - correction);
  const variance = reduceFloats('deviations', layout, 0, divisor, center);
  const out = op === 'var' ? variance : unary('sqrt', variance);
  if (!needsGrad(x)) return out;
  return record(
    node,
    [x],
    out,
    (grad) => {
      // d var / dx = 2 (x − mean) / (n − correction); d std / d var = 1 / (2 std), and 0 where std is 0.
      let outer = mul(grad, 2 / divisor);
      if (op === 'std') outer = choose(eq(out, 0), 0, div(outer, mul(out, 2)), out.shape, out.dtype);
      // The rounding of the mean shows where x is far from 0: what it left is taken off in a second step.
      const centered = sub(x, spread(center, x.shape, dims));
      const left = reduceFloats('sum', layoutOf(centered, dims, true), 0, layout.n);
      return [mul(sub(centered, left), spread(outer, x.shape, dims))];
    },
    op === 'std' ? [x, out] : [x],
  );
}

/** The variance over `dim` (all dimensions by default), computed in two passes. */
export function variance(input: Tensor, dim?: Dims | VarOptions, options?: VarOptions): Tensor {
  return spreadOf('var', 'VarBackward0', input, dim, options);
}

/** The standard deviation over `dim` (all dimensions by default). */
export function std(input: Tensor, dim?: Dims | VarOptions, options?: VarOptions): Tensor {
  return spreadOf('std', 'StdBackward0', input, dim, options);
}

/** The p-norm over `dim` (all dimensions by default). p = 0 counts what is not zero; ±Infinity: the largest or smallest |x|. */
export function norm(
  input: Tensor,
  p: number | 'fro' | null = 2,
  dim?: Dims | KeepdimOptions,
  options?: KeepdimOptions,
): Tensor {
  const args = readArguments('norm', dim, options, ['keepdim']);
  const power = p === 'fro' || p === null ? 2 : p;
  if (typeof power !== 'number' || Number.isNaN(power)) {
    throw new ArgumentError(`norm: p must be a number or 'fro', got ${describe(p)}`);
  }
  const x = checkFloating('norm', input);
  const dims = reducedDims('norm', args.dim, x.ndim);
  const layout = layoutOf(x, dims, args.keepdim);
  if (layout.n === 0 && (power < 0 || power === Number.POSITIVE_INFINITY)) {
    throw new ValueError(`norm: the ${power}-norm of no elements is not defined`);
  }
  const out = runNorm(power, layout);
  if (!needsGrad(x)) return out;
  const gradient = (grad: Tensor) => [normGradient(power, x, out, grad, dims)];
  return record('LinalgVectorNormBackward0', [x], out, gradient, [x, out]);
}

function runNorm(p: number, layout: Parameters<typeof reduceFloats>[1]): Tensor {
  if (p === 0) return reduceFloats('sumNonzero', layout);
  if (p === 1) return reduceFloats('sumAbs', layout);
  if (p === Number.POSITIVE_INFINITY) return reduceFloats('maxAbs', layout);
  if (p === Number.NEGATIVE_INFINITY) return reduceFloats('minAbs', layout);
  if (p === 2) {
    const squares = reduceFloats('sumSquares', layout);
    return unary('sqrt', squares, 0, 0, squares);
  }
  return pow(reduceFloats('sumPowers', layout, p), 1 / p);
}

/** ∂‖x‖/∂x = sign(x) (|x| / ‖x‖)^(p−1), and 0 where the norm is 0; for ±Infinity, ties share it. */
export function normGradient(p: number, x: Tensor, out: Tensor, grad: Tensor, dims: readonly number[]): Tensor {
  const { shape, dtype } = x;
  if (p === 0) return Tensor.allocate(shape, dtype);
  if (p === 1) return mul(sign(x), spread(grad, shape, dims));
  if (p === 2) {
    const scale = choose(eq(out, 0), 0, div(grad, out), out.shape, dtype);
    return mul(x, spread(scale, shape, dims));
  }
  if (!Number.isFinite(p)) {
    const mask = eq(abs(x), spread(out, shape, dims));
    const count = sum(mask, dims, { keepdim: true });
    const share = div(spread(grad, shape, dims), spread(count, shape, dims));
    return mul(sign(x), choose(mask, share, 0, shape, dtype));
  }
  const slopes = mul(sign(x), pow(abs(x), p - 1));
  const scale = choose(eq(out, 0), 0, mul(grad, pow(out, 1 - p)), out.shape, dtype);
  const product = mul(slopes, spread(scale, shape, dims));
  // Below p = 1 the slope at 0 is infinite; as in PyTorch its gradient is 0.
  return p < 1 ? choose(eq(x, 0), 0, product, shape, dtype) : product;
}

installMethods({
  var(this: Tensor, dim?: Dims | VarOptions, options?: VarOptions) {
    return variance(this, dim, options);
  },
  std(this: Tensor, dim?: Dims | VarOptions, options?: VarOptions) {
    return std(this, dim, options);
  },
  norm(this: Tensor, p?: number | 'fro' | null, dim?: Dims | KeepdimOptions, options?: KeepdimOptions) {
    return norm(this, p, dim, options);
  },
});
