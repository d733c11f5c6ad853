/** Elements by their rank: medians, modes, the k-th smallest, quantiles. */

import { needsGrad, record } from '../autograd/record.js';
import { choose } from '../calls/elementwise.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { nearest } from '../options.js';
import { type DType, isFloating, type TypedArray } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './arithmetic.js';
import { lerp } from './blend.js';
import { eq } from './comparison.js';
import { to } from './copy.js';
import { movedim } from './dimensions.js';
import { namedPair, type ValuesAndIndices } from './extremes.js';
import { stack } from './joining.js';
import { checkDense, toComputing, toFloating } from './operands.js';
import { sum } from './reduction.js';
import { type KeepdimOptions, readArguments } from './reduction_layout.js';
import { reshape } from './reshape.js';
import { gather } from './scatter.js';
import { sort } from './sorting.js';
import { select, squeeze } from './view.js';

export type Interpolation = 'linear' | 'lower' | 'higher' | 'nearest' | 'midpoint';

export interface QuantileOptions extends KeepdimOptions {
  /** Between two elements: their weighted mean (default), the one, the other, the nearer, their plain mean. */
  interpolation?: Interpolation;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The median of all elements, the lower of two; NaN when any is. */
    median(): Tensor;
    /** The medians along a dimension and their positions (int32). */
    median(dim: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The median of all elements that are not NaN, the lower of two. */
    nanmedian(): Tensor;
    /** The medians along a dimension, without NaN, and their positions (int32). */
    nanmedian(dim: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The most frequent elements along a dimension (default the last), the smallest of equals, and positions (int32). */
    mode(dim?: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The k-th smallest elements along a dimension (default the last) and their positions (int32). */
    kthvalue(k: number, dim?: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The elements at parts q, from 0 to 1, of the sorted order, of everything or along a dimension. */
    quantile(q: number | Tensor, dim?: number | null | QuantileOptions, options?: QuantileOptions): Tensor;
    /** `quantile` of the elements that are not NaN. */
    nanquantile(q: number | Tensor, dim?: number | null | QuantileOptions, options?: QuantileOptions): Tensor;
    /** Sorted along the first dimension. */
    msort(): Tensor;
  }
}

/** A row of sorted elements: where it starts in memory, and the step between neighbours. */
interface Row {
  readonly at: (k: number) => number;
  readonly n: number;
}

/** For each row of a sorted dimension, the place that `rank` picks: int32, with that dimension of size 1. */
function placesByRow(sorted: Tensor, d: number, rank: (row: Row) => number): Tensor {
  const n = sorted.shape[d];
  const inner = sorted.strides[d];
  const { array } = sorted.storage;
  const out = Tensor.allocate(
    sorted.shape.map((size, i) => (i === d ? 1 : size)),
    'int32',
    false,
  );
  for (let i = 0; i < out.numel; i++) {
    const start = sorted.offset + Math.floor(i / inner) * n * inner + (i % inner);
    out.storage.array[out.offset + i] = rank({ at: (k) => array[start + k * inner], n });
  }
  return out;
}

/** How many of the sorted elements are numbers: NaN come last. */
function countNumbers({ at, n }: Row): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number.isNaN(at(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The elements that `rank` picks of each sorted row, and where they lie in the input. */
function ranked(
  op: string,
  input: unknown,
  dim: number,
  options: KeepdimOptions | undefined,
  rank: (row: Row, size: number) => number,
): ValuesAndIndices {
  const { keepdim } = readArguments<KeepdimOptions>(op, null, options, ['keepdim']);
  const x = toComputing(checkDense(op, 'input', input));
  const d = wrapDim(op, dim, x.ndim);
  const source = x.ndim === 0 ? reshape(x, [1]) : x;
  if (source.shape[d] === 0) throw new ValueError(`${op}: there are no elements to choose from along dimension ${d}`);
  const sorted = sort(source.detach(), d);
  const picks = placesByRow(sorted.values, d, (row) => rank(row, row.n));
  const indices = gather(sorted.indices, d, picks);
  const values = gather(source, d, indices);
  if (keepdim && x.ndim > 0) return namedPair(values, indices);
  return namedPair(squeeze(values, d), squeeze(indices, d));
}

/** The place of the lower median; the first NaN where there is one. */
const medianPlace = (row: Row) => {
  const numbers = countNumbers(row);
  return numbers < row.n ? numbers : (row.n - 1) >> 1;
};
const nanmedianPlace = (row: Row) => Math.max(countNumbers(row) - 1, 0) >> 1;

function medianOf(
  op: 'median' | 'nanmedian',
  input: unknown,
  dim: number | undefined,
  options: KeepdimOptions | undefined,
): Tensor | ValuesAndIndices {
  const place = op === 'median' ? medianPlace : nanmedianPlace;
  if (dim !== undefined && dim !== null) return ranked(op, input, dim, options, place);
  readArguments<KeepdimOptions>(op, null, options, []);
  const x = toComputing(checkDense(op, 'input', input));
  if (x.numel === 0) {
    if (isFloating(x.dtype)) return filledNaN(x);
    throw new ValueError(`${op}: there are no elements to choose from`);
  }
  const out = wholeMedian(x.detach().contiguous(), op === 'nanmedian');
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record(
    op === 'median' ? 'MedianBackward0' : 'NanmedianBackward0',
    [x],
    out,
    (grad) => {
      // Equal elements share the gradient.
      const mask = Number.isNaN(out.item()) ? x.isnan() : eq(x, out);
      return [choose(mask, div(grad, sum(mask)), 0, x.shape, x.dtype)];
    },
    [x, out],
  );
}

/** The median of contiguous elements, without sorting all of them. */
function wholeMedian(x: Tensor, skipNaN: boolean): Tensor {
  const out = Tensor.allocate([], x.dtype);
  const all = x.storage.array.slice(x.offset, x.offset + x.numel);
  let numbers = 0;
  for (let i = 0; i < all.length; i++) if (!Number.isNaN(all[i])) all[numbers++] = all[i];
  const lost = numbers === 0 || (!skipNaN && numbers < x.numel);
  out.storage.array[out.offset] = lost ? Number.NaN : ranking(all, numbers, (numbers - 1) >> 1);
  return out;
}

/** The element of rank k among the first n, which are moved about: Hoare's selection. */
function ranking(values: TypedArray, n: number, k: number): number {
  let [low, high] = [0, n - 1];
  while (low < high) {
    const [a, b, c] = [values[low], values[(low + high) >> 1], values[high]];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const held = values[i];
      values[i++] = values[j];
      values[j--] = held;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k];
}

function filledNaN(x: Tensor): Tensor {
  const out = Tensor.allocate([], x.dtype);
  out.storage.array.fill(Number.NaN);
  return out;
}

/** The median of all elements (the lower of two), or those along `dim` with their positions. NaN when any is. */
export function median(input: Tensor): Tensor;
export function median(input: Tensor, dim: number, options?: KeepdimOptions): ValuesAndIndices;
export function median(input: Tensor, dim?: number, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return medianOf('median', input, dim, options);
}

/** The median without NaN (the lower of two), of all elements or along `dim` with positions; NaN of nothing else. */
export function nanmedian(input: Tensor): Tensor;
export function nanmedian(input: Tensor, dim: number, options?: KeepdimOptions): ValuesAndIndices;
export function nanmedian(input: Tensor, dim?: number, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return medianOf('nanmedian', input, dim, options);
}

/** The last place of the longest run of equal elements, of the first such run. */
function modePlace({ at, n }: Row): number {
  let [best, most, run] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    run++;
    if (k < n - 1 && at(k) === at(k + 1)) continue;
    if (run > most) [best, most] = [k, run];
    run = 0;
  }
  return best;
}

/** The most frequent elements along `dim`, the smallest of equally frequent ones, and their positions. */
export function mode(input: Tensor, dim = -1, options?: KeepdimOptions): ValuesAndIndices {
  return ranked('mode', input, dim, options, modePlace);
}

/** The k-th smallest elements (k from 1) along `dim` and their positions; NaN counts as greatest. */
export function kthvalue(input: Tensor, k: number, dim = -1, options?: KeepdimOptions): ValuesAndIndices {
  return ranked('kthvalue', input, dim, options, (_, n) => {
    if (Number.isInteger(k) && k >= 1 && k <= n) return k - 1;
    throw new ValueError(
      `kthvalue: k must be an integer from 1 to ${n}, the size of the dimension, got ${describe(k)}`,
    );
  });
}

const interpolations = ['linear', 'lower', 'higher', 'nearest', 'midpoint'] as const;

/** Parts of the whole, each from 0 to 1, and whether they were a list. */
function partsOf(op: string, q: unknown, x: Tensor): { parts: number[]; list: boolean } {
  let parts: number[];
  if (q instanceof Tensor) {
    if (q.dtype !== x.dtype) throw new DTypeError(`${op}: q must be ${x.dtype} like the input, got ${q.dtype}`);
    if (q.ndim > 1) throw new ShapeError(`${op}: q must be a number or a vector, got shape [${q.shape.join(', ')}]`);
    const t = q;
    parts = Array.from({ length: t.numel }, (_, i) => t.at(i));
  } else if (typeof q === 'number') parts = [q];
  else throw new ArgumentError(`${op}: q must be a number or a Tensor, got ${describe(q)}`);
  const bad = parts.find((part) => !(part >= 0 && part <= 1));
  if (bad !== undefined) throw new ValueError(`${op}: q must be from 0 to 1, got ${bad}`);
  return { parts, list: q instanceof Tensor && q.ndim === 1 };
}

/** Ties between two places go to the even one. */
function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

function quantileOf(
  op: 'quantile' | 'nanquantile',
  input: unknown,
  q: unknown,
  dimOrOptions: number | null | QuantileOptions | undefined,
  options: QuantileOptions | undefined,
): Tensor {
  const {
    dim,
    options: given,
    keepdim,
  } = readArguments<QuantileOptions>(op, dimOrOptions, options, ['keepdim', 'interpolation']);
  const { interpolation = 'linear' } = given;
  if (!interpolations.includes(interpolation)) {
    const close = typeof interpolation === 'string' ? nearest(interpolation, interpolations) : null;
    const hint = close === null ? `one of ${interpolations.join(', ')}` : `did you mean '${close}'?`;
    throw new ValueError(`${op}: unknown interpolation ${describe(interpolation)}; ${hint}`);
  }
  const dense = checkDense(op, 'input', input);
  if (!isFloating(dense.dtype)) throw new DTypeError(`${op}: input must be floating-point, got ${dense.dtype}`);
  const x = toFloating(dense);
  const { parts, list } = partsOf(op, q, x);
  if (x.numel === 0) throw new ValueError(`${op}: there are no elements to choose from`);
  const all = dim === undefined || dim === null;
  const d = all ? 0 : wrapDim(op, dim, x.ndim);
  const source = all || x.ndim === 0 ? reshape(x, [-1]) : movedim(x, d, -1);
  const last = source.ndim - 1;
  const { values: sorted } = sort(source, last);
  const found = parts.map((part, k) => {
    const value = atPart(sorted, part, op === 'nanquantile', interpolation, list ? select(q as Tensor, 0, k) : q);
    if (!keepdim || x.ndim === 0) return squeeze(value, last);
    const ones = x.shape.map(() => 1);
    return all ? reshape(value, ones) : movedim(value, -1, d);
  });
  if (!list) return found[0];
  if (found.length > 0) return stack(found, 0);
  const shape = keepdim ? x.shape.map((size, i) => (all || i === d ? 1 : size)) : source.shape.slice(0, -1);
  return Tensor.allocate([0, ...shape], x.dtype);
}

/**
 * The value at one part of each row (the last dimension) of sorted elements; that dimension stays, with size 1. `q` is the
 * part as it was given: a tensor takes a gradient, the slope between two elements.
 */
function atPart(sorted: Tensor, part: number, skipNaN: boolean, interpolation: Interpolation, q: unknown): Tensor {
  const last = sorted.ndim - 1;
  const plain = sorted.detach();
  const n = sorted.shape[last];
  const count = n === 0 ? 0 : sorted.numel / n;
  const round = sorted.dtype === 'float32' ? Math.fround : (value: number) => value;
  const spans = new Float64Array(count);
  const ranks = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const numbers = countNumbers({ at: (k) => plain.storage.array[plain.offset + i * n + k], n });
    // A NaN makes the quantile one: it lies at the end.
    const lost = !skipNaN && numbers < n;
    spans[i] = lost ? 0 : Math.max((skipNaN ? numbers : n) - 1, 0);
    ranks[i] = lost ? n - 1 : round(part * spans[i]);
  }
  const shape = [...sorted.shape.slice(0, -1), 1];
  const column = (values: Float64Array, dtype: DType) => to(Tensor.wrap(values, shape, 'float64'), dtype);
  const pick = (place: (rank: number) => number) => gather(sorted, last, column(ranks.map(place), 'int32'));
  if (interpolation === 'nearest') return pick(roundHalfEven);
  if (interpolation === 'higher') return pick(Math.ceil);
  const lower = pick(Math.floor);
  if (interpolation === 'lower') return lower;
  const upper = pick(Math.ceil);
  if (interpolation === 'midpoint') return lerp(lower, upper, 0.5);
  const fractions = ranks.map((rank) => rank - Math.floor(rank));
  if (!(q instanceof Tensor) || !needsGrad(q)) return lerp(lower, upper, column(fractions, sorted.dtype));
  const floors = column(
    ranks.map((rank, i) => (spans[i] === 0 ? 0 : Math.floor(rank))),
    sorted.dtype,
  );
  return lerp(lower, upper, sub(mul(column(spans, sorted.dtype), q), floors));
}

/**
 * The elements at parts q (from 0 to 1) of the sorted order, of everything or along `dim`; q a number, or a vector, which
 * gives the result a first dimension. NaN where any element is. @throws ValueError, DTypeError
 */
export function quantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileOf('quantile', input, q, dim, options);
}

/** `quantile` of the elements that are not NaN; NaN where there is none. */
export function nanquantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileOf('nanquantile', input, q, dim, options);
}

/** The elements sorted along the first dimension. */
export function msort(input: Tensor): Tensor {
  return sort(checkDense('msort', 'input', input), 0).values;
}

installMethods({
  median(this: Tensor, dim?: number, options?: KeepdimOptions) {
    return medianOf('median', this, dim, options);
  },
  nanmedian(this: Tensor, dim?: number, options?: KeepdimOptions) {
    return medianOf('nanmedian', this, dim, options);
  },
  mode(this: Tensor, dim?: number, options?: KeepdimOptions) {
    return mode(this, dim, options);
  },
  kthvalue(this: Tensor, k: number, dim?: number, options?: KeepdimOptions) {
    return kthvalue(this, k, dim, options);
  },
  quantile(this: Tensor, q: number | Tensor, dim?: number | null | QuantileOptions, options?: QuantileOptions) {
    return quantile(this, q, dim, options);
  },
  nanquantile(this: Tensor, q: number | Tensor, dim?: number | null | QuantileOptions, options?: QuantileOptions) {
    return nanquantile(this, q, dim, options);
  },
  msort(this: Tensor) {
    return msort(this);
  },
});
