/** How many: of each number, in each bin, that are not zero. */

import { copyOf } from '../calls/copy.js';
import { countNumbers, numberRange, weighNumbers } from '../calls/running.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating, isInteger } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { ne } from './comparison.js';
import { nonzero } from './indexing.js';
import { checkDense } from './operands.js';
import { sum } from './reduction.js';
import type { Dims } from './reduction_layout.js';

export interface BincountOptions {
  /** What each number counts for, of the input's length. Default 1 each. */
  weights?: Tensor | null;
  /** The least length of the result. Default 0. */
  minlength?: number;
}

export interface HistcOptions {
  /** How many bins of equal width. Default 100. */
  bins?: number;
  /** Where the first bin begins. Default, with max 0: the smallest element. */
  min?: number;
  /** Where the last bin ends, that end included. Default, with min 0: the largest element. */
  max?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** How often each of 0, 1, 2, … occurs in a vector of non-negative integers. */
    bincount(options?: BincountOptions): Tensor;
    /** How many elements lie in each of `bins` bins of equal width between min and max. */
    histc(options?: HistcOptions): Tensor;
    /** How many elements (along some dimensions) are not zero: int32. */
    countNonzero(dim?: Dims): Tensor;
    /** The places of the elements that are not zero, one row each: int32 [n, ndim]; `nonzero`. */
    argwhere(): Tensor;
  }
}

/**
 * How often each of 0, 1, 2, … occurs in a vector of non-negative integers: int32, as long as the largest number and
 * `minlength` ask for. With weights their sums, in float32 for float32 weights, float64 for others. Not differentiable.
 * @throws ValueError for a negative number; DTypeError, ShapeError
 */
export function bincount(input: Tensor, options?: BincountOptions): Tensor {
  const { weights, minlength = 0 } = checkOptions('bincount', options, ['weights', 'minlength']);
  const x = checkDense('bincount', 'input', input);
  if (!isInteger(x.dtype)) throw new DTypeError(`bincount: input must hold integers, got ${x.dtype}`);
  if (x.ndim !== 1) throw new ShapeError(`bincount: input must be a vector, got shape ${formatShape(x.shape)}`);
  if (typeof minlength !== 'number' || !Number.isInteger(minlength) || minlength < 0) {
    throw new ValueError(`bincount: minlength must be a non-negative integer, got ${describe(minlength)}`);
  }
  const w = weights === undefined || weights === null ? null : checkWeights(x, weights);
  const dense = x.contiguous();
  let length = minlength;
  if (dense.numel > 0) {
    const { least, most } = numberRange(dense);
    if (least < 0) throw negativeNumber(dense, least);
    length = Math.max(minlength, most + 1);
  }
  return w === null ? countNumbers(dense, length) : weighNumbers(copyOf(dense, 'int32'), w, length);
}

function negativeNumber({ storage, offset, numel }: Tensor, least: number): ValueError {
  const first = storage.array.subarray(offset, offset + numel).findIndex((value: number) => value < 0);
  const value = first < 0 ? least : storage.array[offset + first];
  return new ValueError(`bincount: numbers must not be negative, got ${value} at position ${first}`);
}

function checkWeights(x: Tensor, weights: unknown): Tensor {
  const w = checkDense('bincount', 'weights', weights);
  if (w.ndim !== 1 || w.numel !== x.numel) {
    throw new ShapeError(
      `bincount: weights must have the input's shape ${formatShape(x.shape)}, got ${formatShape(w.shape)}`,
    );
  }
  return w.dtype === 'float32' ? w.detach().contiguous() : copyOf(w, 'float64');
}

/** The smallest and the largest element of a float tensor. @throws ValueError when one is not finite. */
function rangeOf(x: Tensor): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.numel; i++) {
    const value = x.storage.array[x.offset + i];
    if (!Number.isFinite(value)) {
      throw new ValueError(`histc: without min and max all elements must be finite, got ${value} at position ${i}`);
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return x.numel === 0 ? [0, 0] : [low, high];
}

/**
 * How many elements lie in each of `bins` bins of equal width from min to max, the last one's end included; others don't
 * count. With min and max equal (default 0) the range is that of the elements. The result has the input's dtype.
 * @throws DTypeError for integers; ValueError for a range that is none
 */
export function histc(input: Tensor, options?: HistcOptions): Tensor {
  const { bins = 100, min = 0, max = 0 } = checkOptions('histc', options, ['bins', 'min', 'max']);
  const given = checkDense('histc', 'input', input);
  if (!isFloating(given.dtype)) throw new DTypeError(`histc: input must be floating-point, got ${given.dtype}`);
  if (typeof bins !== 'number' || !Number.isInteger(bins) || bins < 1) {
    throw new ValueError(`histc: bins must be a positive integer, got ${describe(bins)}`);
  }
  for (const [name, value] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (typeof value !== 'number') throw new ArgumentError(`histc: ${name} must be a number, got ${describe(value)}`);
  }
  if (!(min <= max) || !Number.isFinite(max - min)) {
    throw new ValueError(`histc: min and max must be finite and in order, got ${min} and ${max}`);
  }
  const dtype = given.dtype === 'float64' ? 'float64' : 'float32';
  const x = copyOf(given, dtype);
  let [low, high] = min === max ? rangeOf(x) : [min, max];
  if (low === high) [low, high] = [low - 1, high + 1];
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  const edge = (k: number) =>
    round(k < bins / 2 ? low + (k * (high - low)) / bins : high - ((bins - k) * (high - low)) / bins);
  const out = Tensor.allocate([bins], dtype);
  for (let i = 0; i < x.numel; i++) {
    const value = x.storage.array[x.offset + i];
    if (!(value >= low && value <= high)) continue;
    // The quotient may round across an edge: the edges themselves decide.
    let k = Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1);
    if (k > 0 && value < edge(k)) k--;
    else if (k < bins - 1 && value >= edge(k + 1)) k++;
    out.storage.array[k]++;
  }
  return out;
}

/** How many elements (over `dim`: one dimension, several, or by default all) are not zero: int32. */
export function countNonzero(input: Tensor, dim?: Dims): Tensor {
  return inNameOf('countNonzero', () => sum(ne(checkDense('countNonzero', 'input', input), 0), dim ?? null));
}

/** The places of the elements that are not zero, one row each: int32 [n, ndim]. */
export function argwhere(input: Tensor): Tensor {
  return nonzero(checkDense('argwhere', 'input', input));
}

installMethods({
  bincount(this: Tensor, options?: BincountOptions) {
    return bincount(this, options);
  },
  histc(this: Tensor, options?: HistcOptions) {
    return histc(this, options);
  },
  countNonzero(this: Tensor, dim?: Dims) {
    return countNonzero(this, dim);
  },
  argwhere(this: Tensor) {
    return argwhere(this);
  },
});
