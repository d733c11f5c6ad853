/** Running products and extremes along a dimension. */

import { needsGrad, record } from '../autograd/record.js';
import { runningExtremes as extremesAlong, runningProducts } from '../calls/running.js';
import { inNameOf } from '../error_names.js';
import { ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType, isFloating, type TypedArray } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { to } from './copy.js';
import { namedPair, type ValuesAndIndices } from './extremes.js';
import { checkWritable, replace } from './in_place.js';
import { checkDense, toComputing } from './operands.js';
import { type Layout, layoutOf } from './reduction_layout.js';
import { scatterAdd } from './scatter.js';

export interface CumprodOptions {
  /** Convert to this dtype first. Default: the input's; int32 for bool and uint8. */
  dtype?: DType | null;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The running product along a dimension. */
    cumprod(dim: number, options?: CumprodOptions): Tensor;
    /** The running maximum along a dimension and its positions (int32): the last of equals. NaN stays. */
    cummax(dim: number): ValuesAndIndices;
    /** The running minimum along a dimension and its positions (int32): the last of equals. NaN stays. */
    cummin(dim: number): ValuesAndIndices;
    /** `cumprod` in place. */
    cumprod_(dim: number, options?: CumprodOptions): this;
  }
}

/** A tensor seen along one dimension; a 0-dimensional one is a list of one. */
function along(x: Tensor, dim: number): Layout {
  return layoutOf(x, x.ndim === 0 ? [] : [dim], true);
}

/** In a loop that notices what does not fit. */
function integerProducts(x: Tensor, d: number): Tensor {
  const { source, outer, n, inner } = along(x, d);
  const out = Tensor.allocate(x.shape, x.dtype, false);
  const from = source.storage.array;
  const to = out.storage.array;
  const [first, target] = [source.offset, out.offset];
  for (let line = 0; line < outer * inner; line++) {
    let at = Math.floor(line / inner) * n * inner + (line % inner);
    let product = 1;
    for (let k = 0; k < n; k++, at += inner) {
      product *= from[first + at];
      if (product !== (product | 0)) {
        throw new ValueError(
          `cumprod: the product ${product} at place ${k} does not fit int32; pass { dtype: 'float64' } to compute in floats`,
        );
      }
      to[target + at] = product;
    }
  }
  return out;
}

/**
 * dx[j] = Σ over k ≥ j of grad[k] · Π of all x[i], i ≤ k, but x[j]. Up to the first zero that is a running sum from the end
 * divided by x[j]; at the zero, the products without it; behind it, nothing.
 */
function productGradient(
  x: TypedArray,
  grad: TypedArray,
  dx: TypedArray,
  at: number[],
  n: number,
  inner: number,
): void {
  const [startX, startGrad, startOut] = at;
  let zero = 0;
  while (zero < n && x[startX + zero * inner] !== 0) zero++;
  const products = new Float64Array(zero + 1);
  let product = 1;
  for (let k = 0; k < zero; k++) {
    product *= x[startX + k * inner];
    products[k] = product;
  }
  let sum = 0;
  for (let j = zero - 1; j >= 0; j--) {
    sum += grad[startGrad + j * inner] * products[j];
    dx[startOut + j * inner] = sum / x[startX + j * inner];
  }
  if (zero === n) return;
  let rest = 0;
  for (let k = zero; k < n; k++) {
    if (k > zero) product *= x[startX + k * inner];
    if (product === 0) break;
    rest += grad[startGrad + k * inner] * product;
  }
  dx[startOut + zero * inner] = rest;
}

/** out[k] = Π input[j] for j ≤ k along `dim`; bool and uint8 multiply as int32. @throws ValueError beyond int32. */
export function cumprod(input: Tensor, dim: number, options?: CumprodOptions): Tensor {
  const { dtype } = checkOptions('cumprod', options, ['dtype']);
  const given = checkDense('cumprod', 'input', input);
  const x = toComputing(dtype === undefined || dtype === null ? given : to(given, checkDType('cumprod', dtype)));
  const d = wrapDim('cumprod', dim, x.ndim);
  if (!isFloating(x.dtype)) return integerProducts(to(x, 'int32'), d);
  const out = runningProducts(along(x.detach(), d), x.shape);
  if (!needsGrad(x)) return out;
  return record(
    'CumprodBackward0',
    [x],
    out,
    (grad) => {
      const { source, outer, n, inner } = along(x.detach(), d);
      const upstream = grad.contiguous();
      const dx = Tensor.allocate(x.shape, x.dtype);
      for (let line = 0; line < outer * inner; line++) {
        const start = Math.floor(line / inner) * n * inner + (line % inner);
        const places = [source.offset + start, upstream.offset + start, dx.offset + start];
        productGradient(source.storage.array, upstream.storage.array, dx.storage.array, places, n, inner);
      }
      return [dx];
    },
    [x],
  );
}

function runningExtremes(op: 'cummax' | 'cummin', input: unknown, dim: number): ValuesAndIndices {
  const x = toComputing(checkDense(op, 'input', input));
  const d = wrapDim(op, dim, x.ndim);
  const { values, indices } = extremesAlong(op === 'cummax', along(x.detach(), d), x.shape);
  if (isFloating(x.dtype) && needsGrad(x)) {
    const node = op === 'cummax' ? 'CummaxBackward0' : 'CumminBackward0';
    record(
      node,
      [x],
      values,
      (grad) => [x.ndim === 0 ? grad : scatterAdd(Tensor.allocate(x.shape, grad.dtype), d, indices, grad)],
      [indices],
    );
  }
  return namedPair(values, indices);
}

/** The running maximum along `dim` and its positions (int32): the last of equals. */
export function cummax(input: Tensor, dim: number): ValuesAndIndices {
  return runningExtremes('cummax', input, dim);
}

/** The running minimum along `dim` and its positions (int32): the last of equals. */
export function cummin(input: Tensor, dim: number): ValuesAndIndices {
  return runningExtremes('cummin', input, dim);
}

installMethods({
  cumprod(this: Tensor, dim: number, options?: CumprodOptions) {
    return cumprod(this, dim, options);
  },
  cummax(this: Tensor, dim: number) {
    return cummax(this, dim);
  },
  cummin(this: Tensor, dim: number) {
    return cummin(this, dim);
  },
  cumprod_(this: Tensor, dim: number, options?: CumprodOptions) {
    const target = checkWritable('cumprod_', this);
    return replace(
      'cumprod_',
      this,
      inNameOf('cumprod_', () => cumprod(target.detach(), dim, options)),
    );
  },
});
