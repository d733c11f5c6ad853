/** Places in sorted numbers, and membership. */

import { numberRange } from '../calls/running.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating, type TypedArray } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { toIndices } from './index_argument.js';
import { checkDense, checkOperand, computeType, convert, resultType, toComputing } from './operands.js';

export interface SearchsortedOptions {
  /** Where a value equals numbers of the sequence, the place after them instead of before. Default false. */
  right?: boolean;
  /** 'left' or 'right', as `right` false or true. */
  side?: 'left' | 'right' | null;
  /** Places that sort the sequence, of its shape, where it is not sorted itself. */
  sorter?: Tensor | null;
  /** Positions are int32 always; accepted because PyTorch has it. */
  outInt32?: boolean;
}

export interface BucketizeOptions {
  /** Whether a value that equals a boundary lies after it. Default false. */
  right?: boolean;
  /** Positions are int32 always; accepted because PyTorch has it. */
  outInt32?: boolean;
}

export interface IsinOptions {
  /** Accepted because PyTorch has it. */
  assumeUnique?: boolean;
  /** Where elements are not among the test elements. Default false. */
  invert?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Which bucket between sorted boundaries each element falls into: int32. */
    bucketize(boundaries: Tensor, options?: BucketizeOptions): Tensor;
  }
}

function flag(op: string, name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

/** The first place from which on the numbers are not below (with `right`: are above) the value; NaN counts as greatest. */
function lowerPlace(
  numbers: TypedArray,
  start: number,
  n: number,
  value: number,
  right: boolean,
  sorter: TypedArray | null,
  sorterStart: number,
): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const number = numbers[start + (sorter === null ? middle : sorter[sorterStart + middle])];
    const found = right ? number > value : number >= value;
    if (found) high = middle;
    else low = middle + 1;
  }
  return low;
}

function checkSorter(sequence: Tensor, sorter: unknown): Tensor {
  const places = toIndices('searchsorted', 'sorter', checkDense('searchsorted', 'sorter', sorter));
  if (!sameShape(places.shape, sequence.shape)) {
    throw new ShapeError(
      `searchsorted: sorter must have the sequence's shape ${formatShape(sequence.shape)}, got ${formatShape(places.shape)}`,
    );
  }
  const n = sequence.shape[sequence.ndim - 1];
  for (let i = 0; i < places.numel; i++) {
    const place = places.storage.array[places.offset + i];
    if (place < 0 || place >= n) {
      throw new ValueError(`searchsorted: sorter must hold places from 0 to ${n - 1}, got ${place} at position ${i}`);
    }
  }
  return places;
}

/** Sequence and values brought to one dtype, in contiguous memory. */
function together(op: string, names: [string, string], sequence: unknown, values: unknown): [Tensor, Tensor] {
  const a = checkDense(op, names[0], sequence);
  const given = checkOperand(op, names[1], values);
  const dtype = computeType(resultType(a, given));
  const b = given instanceof Tensor ? given : Tensor.wrap(Float64Array.of(Number(given)), [], 'float64');
  const same = (x: Tensor) => (convert(op, x.detach(), dtype) as Tensor).contiguous();
  return [same(a), same(b)];
}

function search(op: string, sequence: Tensor, values: Tensor, right: boolean, sorter: Tensor | null): Tensor {
  const n = sequence.shape[sequence.ndim - 1];
  const out = Tensor.allocate(values.shape, 'int32', false);
  const [numbers, wanted, places] = [sequence.storage.array, values.storage.array, out.storage.array];
  const order = sorter === null ? null : sorter.storage.array;
  const one = sequence.ndim === 1;
  const width = one ? values.numel : values.shape[values.ndim - 1];
  if (!one && (values.ndim !== sequence.ndim || !sameShape(values.shape.slice(0, -1), sequence.shape.slice(0, -1)))) {
    throw new ShapeError(
      `${op}: values must agree with the sequence's ${formatShape(sequence.shape)} but for the last dimension, got ${formatShape(values.shape)}`,
    );
  }
  for (let i = 0; i < out.numel; i++) {
    const row = one ? 0 : Math.floor(i / width) * n;
    const value = wanted[values.offset + i];
    const at = (sorter?.offset ?? 0) + row;
    places[out.offset + i] = lowerPlace(numbers, sequence.offset + row, n, value, right, order, at);
  }
  return out;
}

/**
 * Where each value would go into the last dimension of a sorted sequence: places int32, of the values' shape, before equal
 * numbers or (with `right`) after them. A sequence of one dimension serves values of any shape, or a number; of more
 * dimensions, values whose leading sizes are the same.
 * @throws ShapeError, ArgumentError, ValueError
 */
export function searchsorted(sortedSequence: Tensor, values: Tensor | number, options?: SearchsortedOptions): Tensor {
  const op = 'searchsorted';
  const given = checkOptions(op, options, ['right', 'side', 'sorter', 'outInt32']);
  const { side, sorter } = given;
  flag(op, 'outInt32', given.outInt32);
  if (side !== undefined && side !== null && side !== 'left' && side !== 'right') {
    throw new ValueError(`${op}: side must be 'left' or 'right', got ${describe(side)}`);
  }
  if (side === 'left' && given.right === true) throw new ValueError(`${op}: side 'left' contradicts right: true`);
  const [sequence, wanted] = together(op, ['sortedSequence', 'values'], sortedSequence, values);
  if (sequence.ndim === 0) throw new ShapeError(`${op}: sortedSequence must have at least one dimension`);
  const order = sorter === undefined || sorter === null ? null : checkSorter(sequence, sorter);
  return search(op, sequence, wanted, side === 'right' || flag(op, 'right', given.right), order);
}

/**
 * Which bucket each element falls into: the number of boundaries (sorted, one dimension) below it, or, with `right`, not
 * above it. int32, of the input's shape.
 */
export function bucketize(input: Tensor | number, boundaries: Tensor, options?: BucketizeOptions): Tensor {
  const op = 'bucketize';
  const given = checkOptions(op, options, ['right', 'outInt32']);
  flag(op, 'outInt32', given.outInt32);
  const [edges, wanted] = together(op, ['boundaries', 'input'], boundaries, input);
  if (edges.ndim !== 1) {
    throw new ShapeError(`${op}: boundaries must be a vector, got shape ${formatShape(edges.shape)}`);
  }
  return search(op, edges, wanted, flag(op, 'right', given.right), null);
}

/**
 * Where elements are among the test elements, as bool of the elements' shape; one of the two may be a number. NaN is among
 * nothing.
 */
export function isin(elements: Tensor | number, testElements: Tensor | number, options?: IsinOptions): Tensor {
  const op = 'isin';
  const given = checkOptions(op, options, ['assumeUnique', 'invert']);
  flag(op, 'assumeUnique', given.assumeUnique);
  const invert = flag(op, 'invert', given.invert);
  const a = checkOperand(op, 'elements', elements);
  const b = checkOperand(op, 'testElements', testElements);
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) {
    throw new ArgumentError(`${op}: elements or testElements must be a Tensor, got two numbers`);
  }
  const dtype = computeType(resultType(a, b));
  if (dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors`);
  const dense = (x: Tensor | number | boolean) =>
    x instanceof Tensor
      ? toComputing(convert(op, x.detach(), dtype) as Tensor).contiguous()
      : (convert(op, Tensor.wrap(Float64Array.of(Number(x)), [], 'float64'), dtype) as Tensor);
  const [sought, known] = [dense(a), dense(b)];
  const out = Tensor.allocate(sought.shape, 'bool', false);
  const [list, first] = [sought.storage.array, sought.offset];
  const [marks, start] = [out.storage.array, out.offset];
  const no = invert ? 1 : 0;
  const table = isFloating(dtype) ? null : tableOf(known, out.numel);
  if (table !== null) {
    const { least, has } = table;
    for (let i = 0; i < out.numel; i++) {
      const place = list[first + i] - least;
      marks[start + i] = place >= 0 && place < has.length ? has[place] ^ no : no;
    }
    return out;
  }
  const set = new Set<number>();
  for (let i = 0; i < known.numel; i++) set.add(known.storage.array[known.offset + i]);
  set.delete(Number.NaN);
  for (let i = 0; i < out.numel; i++) marks[start + i] = set.has(list[first + i]) !== invert ? 1 : 0;
  return out;
}

/** 1 for each integer that is known, from the least on; null where they lie too far apart for a table. */
function tableOf(known: Tensor, lookups: number): { least: number; has: Uint8Array } | null {
  if (known.numel === 0) return { least: 0, has: new Uint8Array(0) };
  const { least, most } = numberRange(known);
  if (most - least >= 4096 + 8 * (known.numel + lookups)) return null;
  const has = new Uint8Array(most - least + 1);
  for (let i = 0; i < known.numel; i++) has[known.storage.array[known.offset + i] - least] = 1;
  return { least, has };
}

installMethods({
  bucketize(this: Tensor, boundaries: Tensor, options?: BucketizeOptions) {
    return bucketize(this, boundaries, options);
  },
});
