import { copyOf } from '../calls/copy.js';
import { findRuns } from '../calls/running.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { type DType, isFloating, type TypedArray } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { indexSelect } from './indexing.js';
import { checkDense, computeType, toComputing } from './operands.js';
import { reshape } from './reshape.js';
import { sort } from './sorting.js';
import { narrow, permute } from './view.js';

export interface UniqueConsecutiveOptions {
  /** Also give, for each element, its place among the unique ones. Default false. */
  returnInverse?: boolean;
  /** Also give how often each unique element occurs. Default false. */
  returnCounts?: boolean;
  /** Compare the slices of a dimension. Default: the elements of the flattened tensor. */
  dim?: number | null;
}

export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** Whether the unique ones stand in ascending order (the default) or as they first occur. */
  sorted?: boolean;
}

/** The unique elements, then what the options ask for: places, counts. */
export type UniqueResult<O extends UniqueConsecutiveOptions | undefined> = O extends { returnInverse: true }
  ? O extends { returnCounts: true }
    ? [output: Tensor, inverse: Tensor, counts: Tensor]
    : [output: Tensor, inverse: Tensor]
  : O extends { returnCounts: true }
    ? [output: Tensor, counts: Tensor]
    : Tensor;

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The different elements (or slices of `options.dim`) in ascending order. */
    unique<O extends UniqueOptions | undefined = undefined>(options?: O): UniqueResult<O>;
    /** The elements (or slices) without those that equal the one before. */
    uniqueConsecutive<O extends UniqueConsecutiveOptions | undefined = undefined>(options?: O): UniqueResult<O>;
  }
}

/** Items compared with each other: numbers, or slices of so many numbers. */
interface Items {
  readonly values: TypedArray;
  readonly start: number;
  readonly count: number;
  readonly width: number;
}

function differ({ values, start, width }: Items, a: number, b: number): boolean {
  for (let i = 0; i < width; i++) {
    if (values[start + a * width + i] !== values[start + b * width + i]) return true;
  }
  return false;
}

/** The order that sorts slices by their first number, then the second, and so on; NaN counts as greatest. */
function sliceOrder({ values, start, count, width }: Items): Int32Array {
  const compare = (a: number, b: number) => {
    for (let i = 0; i < width; i++) {
      const [x, y] = [values[start + a * width + i], values[start + b * width + i]];
      if (x < y) return -1;
      if (x > y) return 1;
      if (x !== y && Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    }
    return a - b;
  };
  return Int32Array.from({ length: count }, (_, i) => i).sort(compare);
}

interface Groups {
  /** The first item of each group, in order. */
  readonly firsts: Tensor;
  readonly inverse: Tensor;
  readonly counts: Tensor;
}

/** Groups of equal neighbours in `order`. */
function groupsOf(items: Items, order: TypedArray | null): Groups {
  const { values, start, count, width } = items;
  const inverse = Tensor.allocate([count], 'int32', false);
  const places = inverse.storage.array;
  const firsts = new Int32Array(count);
  const ends = new Int32Array(count);
  let groups = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const item = order === null ? i : order[i];
    const begins =
      i === 0 || (width === 1 ? values[start + item] !== values[start + before] : differ(items, before, item));
    if (begins) firsts[groups++] = item;
    ends[groups - 1] = i + 1;
    places[inverse.offset + item] = groups - 1;
    before = item;
  }
  const counts = ends.slice(0, groups);
  for (let k = groups - 1; k > 0; k--) counts[k] -= counts[k - 1];
  const list = (numbers: Int32Array) => Tensor.wrap(numbers, [groups], 'int32');
  return { firsts: list(firsts.slice(0, groups)), inverse, counts: list(counts) };
}

function readFlag(op: string, name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

function uniqueOf(op: string, input: unknown, options: UniqueOptions, sorted: boolean): Tensor | Tensor[] {
  const x = checkDense(op, 'input', input).detach();
  const { dim } = options;
  for (const name of ['returnInverse', 'returnCounts', 'sorted'] as const) readFlag(op, name, options[name]);
  const flat = dim === undefined || dim === null;
  const d = flat ? 0 : wrapDim(op, dim, x.ndim);
  if (!flat && x.ndim === 0) throw new ShapeError(`${op}: a 0-dimensional tensor has no slices`);
  const source = flat ? reshape(x, [-1]) : x;
  if (flat && !sorted && computes(x.dtype)) return runsOf(source.contiguous(), x.shape, options);
  const count = source.shape[d];
  const slicesFirst = [d, ...Array.from({ length: x.ndim }, (_, i) => i).filter((i) => i !== d)];
  const first = toComputing(flat ? source : permute(source, slicesFirst)).contiguous();
  const items: Items = {
    values: first.storage.array,
    start: first.offset,
    count,
    width: flat ? 1 : x.numel / Math.max(count, 1),
  };
  const order = !sorted ? null : flat ? placesSorting(first) : sliceOrder(items);
  const groups = groupsOf(items, order);
  const { firsts, inverse, counts } = options.sorted === false ? byFirst(groups) : groups;
  const results = [indexSelect(source, d, firsts)];
  if (options.returnInverse === true) results.push(flat ? reshape(inverse, x.shape) : inverse);
  if (options.returnCounts === true) results.push(counts);
  return results.length === 1 ? results[0] : results;
}

/** The same groups in the order in which they first occur. */
function byFirst({ firsts, inverse, counts }: Groups): Groups {
  const [places, numbers, sizes] = [firsts, inverse, counts].map(({ storage, offset, numel }) =>
    (storage.array as Int32Array).subarray(offset, offset + numel),
  );
  const order = Int32Array.from(places.keys()).sort((a, b) => places[a] - places[b]);
  const place = new Int32Array(order.length);
  for (let k = 0; k < order.length; k++) place[order[k]] = k;
  const list = (numbers: Int32Array) => Tensor.wrap(numbers, [numbers.length], 'int32');
  return {
    firsts: list(order.map((group) => places[group])),
    inverse: list(numbers.map((group) => place[group])),
    counts: list(order.map((group) => sizes[group])),
  };
}

const computes = (dtype: DType) => computeType(dtype) === dtype && dtype !== 'bool';

/** The runs of equal neighbours of a vector, in one pass. */
function runsOf(x: Tensor, shape: readonly number[], options: UniqueOptions): Tensor | Tensor[] {
  const wanted = { inverse: options.returnInverse === true, counts: options.returnCounts === true };
  const { groups, values, inverse, counts } = findRuns(x, wanted);
  /** Of its own length. What was kept ready goes back where less than half of it is needed. */
  const cut = (t: Tensor) => {
    const used = narrow(t, 0, 0, groups);
    if (2 * groups >= t.numel) return used;
    const kept = copyOf(used);
    t.storage.recycle();
    return kept;
  };
  const results = [cut(values)];
  if (inverse !== null) results.push(reshape(inverse, shape));
  if (counts !== null) results.push(cut(counts));
  return results.length === 1 ? results[0] : results;
}

/** The order that sorts the elements of a vector. */
function placesSorting(x: Tensor): TypedArray {
  if (!isFloating(x.dtype)) {
    const counted = countingOrder(x.storage.array, x.offset, x.numel);
    if (counted !== null) return counted;
  }
  const { indices } = sort(x);
  return indices.storage.array.subarray(indices.offset, indices.offset + indices.numel) as TypedArray;
}

/** The order that sorts integers of no large range, by counting them; null where the range is large. */
function countingOrder(values: TypedArray, start: number, count: number): Int32Array | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = values[start + i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (count === 0) return new Int32Array(0);
  if (high - low >= 65536 + 2 * count) return null;
  const next = new Int32Array(high - low + 2);
  for (let i = 0; i < count; i++) next[values[start + i] - low + 1]++;
  for (let k = 1; k < next.length; k++) next[k] += next[k - 1];
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[next[values[start + i] - low]++] = i;
  return order;
}

/**
 * The different elements in ascending order (with `sorted: false` as they first occur), or, with `dim`, the different slices of a dimension, ordered by their first
 * elements, then the second, and so on. With `returnInverse` also each element's place among them (int32, of the input's
 * shape), with `returnCounts` how often each occurs (int32). Every NaN is different. Not differentiable.
 */
export function unique<O extends UniqueOptions | undefined = undefined>(input: Tensor, options?: O): UniqueResult<O> {
  const given = checkOptions('unique', options as UniqueOptions, ['sorted', 'returnInverse', 'returnCounts', 'dim']);
  return uniqueOf('unique', input, given, true) as UniqueResult<O>;
}

/** The elements (or slices of `dim`) without those that equal the one before; with places and counts as `unique`. */
export function uniqueConsecutive<O extends UniqueConsecutiveOptions | undefined = undefined>(
  input: Tensor,
  options?: O,
): UniqueResult<O> {
  const op = 'uniqueConsecutive';
  const given = checkOptions(op, options as UniqueConsecutiveOptions, ['returnInverse', 'returnCounts', 'dim']);
  return uniqueOf(op, input, given, false) as UniqueResult<O>;
}

installMethods({
  unique(this: Tensor, options?: UniqueOptions) {
    return unique(this, options);
  },
  uniqueConsecutive(this: Tensor, options?: UniqueConsecutiveOptions) {
    return uniqueConsecutive(this, options);
  },
});
