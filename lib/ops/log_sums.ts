/** Logarithms of sums of exponentials, computed without leaving the range of floats. */

import { needsGrad, record } from '../autograd/record.js';
import { binary, choose, compare, unary } from '../calls/elementwise.js';
import { reshaped } from '../calls/matmul.js';
import { reduceFloats } from '../calls/reduce.js';
import { DTypeError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { mul } from './arithmetic.js';
import { checkDense, resolve, toFloating } from './operands.js';
import { type Dims, type KeepdimOptions, layoutOf, readArguments, reducedDims, spread } from './reduction_layout.js';
import { needsGradTwo, recordTwo, tensorsOf } from './two_operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** log Σ exp(x) over some dimensions. */
    logsumexp(dim: Dims, options?: KeepdimOptions): Tensor;
    /** log(exp(this) + exp(other)), broadcast. */
    logaddexp(other: Tensor): Tensor;
    /** log₂(2^this + 2^other), broadcast. */
    logaddexp2(other: Tensor): Tensor;
    /** log Σ exp(x[j]) for j ≤ k along a dimension. */
    logcumsumexp(dim: number): Tensor;
  }
}

/** Infinite maxima count as 0, so that nothing is ∞ − ∞. */
function finite(x: Tensor): Tensor {
  const size = unary('abs', x);
  const infinite = compare('eq', size, Number.POSITIVE_INFINITY, x.shape);
  return choose(infinite, 0, x, x.shape, x.dtype);
}

/**
 * log Σ exp(input) over `dim`: the maximum is taken off first. Integers give float32. −Infinity for no elements.
 * @throws ValueError for dimensions out of range.
 */
export function logsumexp(input: Tensor, dim: Dims, options?: KeepdimOptions): Tensor {
  const args = readArguments('logsumexp', dim, options, ['keepdim']);
  const x = toFloating(checkDense('logsumexp', 'input', input));
  const dims = reducedDims('logsumexp', args.dim, x.ndim);
  const layout = layoutOf(x, dims, true);
  const nothing = layout.n === 0;
  const most = nothing ? Tensor.allocate(layout.outShape, x.dtype) : finite(reduceFloats('max', layout));
  const shifted = binary('sub', x, spread(most, x.shape, dims), x.shape, 1);
  const sums = reduceFloats('sum', layoutOf(unary('exp', shifted, 0, 0, shifted), dims, true));
  const log = unary('log', sums, 0, 0, sums);
  const whole = binary('add', log, most, log.shape, 1, 0, log);
  const shape = args.keepdim ? layout.outShape : layoutOf(x.detach(), dims, false).outShape;
  const out = reshaped(whole, shape);
  if (!needsGrad(x)) return out;
  return record(
    'LogsumexpBackward0',
    [x],
    out,
    (grad) => {
      const away = binary('sub', x, spread(finite(out), x.shape, dims), x.shape, 1);
      return [mul(unary('exp', away, 0, 0, away), spread(grad, x.shape, dims))];
    },
    [x, out],
  );
}

/** max + log1p(exp(−|a − b|)) to base e or 2; equal infinities stay as they are. */
function logAdd(op: 'logaddexp' | 'logaddexp2', input: unknown, other: unknown): Tensor {
  const o = resolve(op, checkDense(op, 'input', input), checkDense(op, 'other', other));
  if (!isFloating(o.dtype)) throw new DTypeError(`${op}: needs floating-point tensors, got ${o.dtype}`);
  const [a, b] = tensorsOf(o.a, o.b);
  const { shape } = o;
  const base = op === 'logaddexp' ? 1 : Math.LN2;
  const greater = binary('maximum', a, b, shape);
  const gap = unary('abs', binary('sub', a, b, shape, 1));
  const rest = unary('log1p', unary('exp', binary('mul', gap, -base, shape)));
  const sum = binary('add', greater, base === 1 ? rest : binary('mul', rest, 1 / base, shape), shape, 1);
  // Where both are one infinity their difference is NaN.
  const infinite = compare('eq', unary('abs', greater), Number.POSITIVE_INFINITY, shape);
  const out = choose(infinite, greater, sum, shape, o.dtype);
  if (!needsGradTwo(o)) return out;
  const node = op === 'logaddexp' ? 'LogaddexpBackward0' : 'Logaddexp2Backward0';
  return recordTwo(node, o, out, [a, b], (grad, k) => {
    // The share of one summand: 1 / (1 + exp(other − own)).
    const [own, its] = k === 0 ? [a, b] : [b, a];
    const difference = binary('sub', own, its, shape, 1);
    return mul(grad, unary('sigmoid', base === 1 ? difference : binary('mul', difference, base, shape)));
  });
}

/** log(exp(input) + exp(other)), broadcast. @throws DTypeError for integers. */
export function logaddexp(input: Tensor, other: Tensor): Tensor {
  return logAdd('logaddexp', input, other);
}

/** log₂(2^input + 2^other), broadcast. @throws DTypeError for integers. */
export function logaddexp2(input: Tensor, other: Tensor): Tensor {
  return logAdd('logaddexp2', input, other);
}

/** One running log-sum, forwards or backwards along the middle of [outer, n, inner]. */
function runningLogSum(x: Tensor, dim: number, reverse: boolean): Tensor {
  const layout = layoutOf(x, x.ndim === 0 ? [] : [dim], true);
  const out = Tensor.allocate(x.shape, x.dtype, false);
  const { source, outer, n, inner } = layout;
  const [from, to] = [source.storage.array, out.storage.array];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * n * inner + i;
      let sum = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < n; k++) {
        const at = start + (reverse ? n - 1 - k : k) * inner;
        sum = logOfSum(sum, from[source.offset + at]);
        to[out.offset + at] = sum;
      }
    }
  }
  return out;
}

function logOfSum(a: number, b: number): number {
  const greater = Math.max(a, b);
  if (!Number.isFinite(greater)) return greater;
  return greater + Math.log1p(Math.exp(Math.min(a, b) - greater));
}

/** log Σ exp(input[j]) for j ≤ k along `dim`; the sum is carried in double. @throws DTypeError for integers. */
export function logcumsumexp(input: Tensor, dim: number): Tensor {
  const given = checkDense('logcumsumexp', 'input', input);
  if (!isFloating(given.dtype)) {
    throw new DTypeError(`logcumsumexp: input must be floating-point, got ${given.dtype}`);
  }
  const x = toFloating(given);
  const d = wrapDim('logcumsumexp', dim, x.ndim);
  const out = runningLogSum(x, d, false);
  if (!needsGrad(x)) return out;
  return record(
    'LogcumsumexpBackward0',
    [x],
    out,
    (grad) => {
      // dx[j] = Σ over k ≥ j of grad[k] exp(x[j] − out[k]), its positive and negative parts apart, in logarithms.
      const part = (sign: number) => {
        const size = unary('log', unary('relu', binary('mul', grad, sign, grad.shape)));
        const sums = runningLogSum(binary('sub', size, out, size.shape, 1), d, true);
        return unary('exp', binary('add', sums, x, sums.shape, 1));
      };
      return [binary('sub', part(1), part(-1), x.shape, 1)];
    },
    [x, out],
  );
}

installMethods({
  logsumexp(this: Tensor, dim: Dims, options?: KeepdimOptions) {
    return logsumexp(this, dim, options);
  },
  logaddexp(this: Tensor, other: Tensor) {
    return logaddexp(this, other);
  },
  logaddexp2(this: Tensor, other: Tensor) {
    return logaddexp2(this, other);
  },
  logcumsumexp(this: Tensor, dim: number) {
    return logcumsumexp(this, dim);
  },
});
