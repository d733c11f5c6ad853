import { types } from 'node:util';
import { copyInto, copyOf } from '../calls/copy.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkNumbers, checkOptions, readTrailingOptions } from '../options.js';
import { arrayKind, checkDType, type DType, dtypeOfKind, dtypes, isFloating } from '../tensor/dtype.js';
import { checkShape, contiguousStrides, formatShape, numelOf, type Shape } from '../tensor/shape.js';
import { checkReadable, Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { readLists, type TensorData } from './nested_data.js';

export interface TensorOptions {
  /** Element type. Default: float32 for plain numbers, bool for booleans, a typed array's own type. */
  dtype?: DType;
  /** Ask for gradients. Default false. */
  requiresGrad?: boolean;
}

export interface FromDataOptions extends TensorOptions {
  /** Sizes to give a flat typed array or list. Default: one dimension, or the nesting of the lists. */
  shape?: readonly number[];
}

export type { TensorData };

const creationKeys = ['dtype', 'requiresGrad'];

function finish(out: Tensor, options: TensorOptions): Tensor {
  if (options.requiresGrad !== undefined) out.requiresGrad = options.requiresGrad;
  return out;
}

/** Converts numbers to `dtype`; integers drop fractions, as in PyTorch, and refuse what they can't hold. */
function convert(op: string, values: ArrayLike<number>, shape: readonly number[], dtype: DType): Tensor {
  if (!dtypes[dtype].computes) {
    const wide = convert(op, values, shape, 'float32');
    const out = Tensor.allocate(shape, dtype, false);
    copyInto(out, wide);
    return out;
  }
  const out = Tensor.allocate(shape, dtype, false);
  const array = out.storage.array;
  if (isFloating(dtype)) {
    array.set(values);
  } else {
    for (let i = 0; i < values.length; i++) array[i] = elementOf(op, values[i], dtype, i);
  }
  return out;
}

function fromTensor(op: string, data: Tensor, shape: Shape, dtype: DType): Tensor {
  const copy = copyOf(data, dtype === data.dtype || dtypes[data.dtype].computes ? data.dtype : 'float32');
  if (copy.dtype !== dtype) return convert(op, copy.storage.array, shape, dtype);
  return new Tensor(copy.storage, shape, contiguousStrides(shape), 0);
}

function shapeFor(op: string, given: readonly number[] | undefined, natural: readonly number[]): readonly number[] {
  if (given === undefined) return natural;
  const shape = checkShape(op, given);
  if (numelOf(shape) !== numelOf(natural)) {
    throw new ShapeError(
      `${op}: shape ${formatShape(shape)} needs ${numelOf(shape)} elements, the data has ${numelOf(natural)}`,
    );
  }
  return shape;
}

/** Node 20 has no `detached` property yet, but refuses a view of such a buffer. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Memory is shared as it is, so that it must hold what a bool tensor may hold. */
function checkBooleans(op: string, bytes: ArrayLike<number>): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] <= 1) continue;
    throw new ValueError(
      `${op}: the bytes of a bool tensor must be 0 or 1, got ${bytes[i]} at position ${i}; tensor() makes a converted copy`,
    );
  }
}

function fromView(op: string, data: ArrayBufferView, options: FromDataOptions, share: boolean): Tensor {
  const kind = arrayKind(data);
  if (kind === undefined) throw new ArgumentError(`${op}: data must be a typed array or lists, got a DataView`);
  const view = data as unknown as { readonly length: number } & ArrayLike<number>;
  if (view.length === 0 && isDetached(data.buffer)) {
    throw new ArgumentError(`${op}: the typed array's buffer is detached`);
  }
  const shape = shapeFor(op, options.shape, [view.length]);
  const own = dtypeOfKind[kind] ?? null;
  const dtype = options.dtype === undefined ? own : checkDType(op, options.dtype);
  const halves = kind === 'Uint16Array' && (dtype === 'float16' || dtype === 'bfloat16');
  if (halves || (own !== null && (dtype === own || (dtype === 'bool' && own === 'uint8' && share)))) {
    const stored = dtype as DType;
    // A view of this realm, whatever realm and subclass the given one is of.
    const content = new dtypes[stored].array(data.buffer as ArrayBuffer, data.byteOffset, view.length);
    // Integers serve as indices and bools as masks: another thread must not change them once they are checked or counted.
    if (share && (isFloating(stored) || !types.isSharedArrayBuffer(data.buffer))) {
      if (stored === 'bool') checkBooleans(op, content);
      return Tensor.wrap(content, shape, stored);
    }
    const out = Tensor.allocate(shape, stored, false);
    out.storage.array.set(content);
    if (stored === 'bool') checkBooleans(op, out.storage.array);
    return out;
  }
  if (kind === 'BigInt64Array' || kind === 'BigUint64Array') {
    return convert(op, Array.from(data as BigInt64Array, Number), shape, dtype ?? 'int32');
  }
  return convert(op, view, shape, dtype ?? 'int32');
}

/**
 * A tensor with a copy of the data, like `torch.tensor`.
 *
 * Numbers and nested lists give float32 unless `dtype` says otherwise, booleans bool; a typed array keeps its type
 * (Int32Array → int32, Float64Array → float64, Float16Array → float16) and takes its shape from `shape`. A list of
 * typed arrays gives one row for each: `tensor([Float32Array.of(1, 2), Float32Array.of(3, 4)])` has shape [2, 2].
 * @throws ShapeError for lists that are ragged or hold themselves, or a shape that doesn't fit; ArgumentError for
 *   anything that is no number; ValueError for numbers that an integer dtype can't hold.
 */
export function tensor(data: TensorData, options?: FromDataOptions): Tensor {
  const op = 'tensor';
  const opts = checkOptions(op, options, ['shape', ...creationKeys]);
  if (opts.dtype !== undefined) checkDType(op, opts.dtype);
  if (data instanceof Tensor) {
    if (data.isSparse) throw new ArgumentError(`${op}: data is a row-sparse gradient; use toDense() first`);
    checkReadable(op, data);
    const shape = shapeFor(op, opts.shape, data.shape);
    return finish(fromTensor(op, data, shape, opts.dtype ?? data.dtype), opts);
  }
  if (ArrayBuffer.isView(data)) return finish(fromView(op, data, opts, false), opts);
  if (typeof data === 'number' || typeof data === 'boolean') {
    const dtype = opts.dtype ?? (typeof data === 'number' ? 'float32' : 'bool');
    return finish(convert(op, [Number(data)], shapeFor(op, opts.shape, []), dtype), opts);
  }
  if (!Array.isArray(data)) {
    throw new ArgumentError(`${op}: data must be a number, nested lists or a typed array, got ${describe(data)}`);
  }
  const { shape, values, memory, dtype } = readLists(op, data);
  const out = convert(op, values, shapeFor(op, opts.shape, shape), opts.dtype ?? dtype);
  memory.recycle();
  return finish(out, opts);
}

/**
 * A tensor that shares the memory of a typed array (`torch.from_numpy`): writes to either show in both. Float32Array,
 * Float64Array, Float16Array, Int32Array and Uint8Array (as uint8, or bool on request) are shared, as is Uint16Array
 * with a 16-bit float dtype; anything else is converted into a copy, and so are integers and bools in a SharedArrayBuffer. A tensor is returned
 * as it is when no option changes it.
 */
export function asTensor(data: TensorData, options?: FromDataOptions): Tensor {
  const opts = checkOptions('asTensor', options, ['shape', ...creationKeys]);
  if (data instanceof Tensor && options === undefined) return data;
  if (ArrayBuffer.isView(data)) return finish(fromView('asTensor', data, opts, true), opts);
  return tensor(data, options);
}

function sizes(op: string, shape: readonly number[] | number): number[] {
  return checkShape(op, typeof shape === 'number' ? [shape] : shape);
}

function filled(
  op: string,
  shape: readonly number[] | number,
  value: number | boolean,
  fallback: DType,
  options?: TensorOptions,
) {
  const opts = checkOptions(op, options, creationKeys);
  const dtype = opts.dtype === undefined ? fallback : checkDType(op, opts.dtype);
  const size = sizes(op, shape);
  const element = elementOf(op, value, dtype);
  if (element === 0) return finish(Tensor.allocate(size, dtype), opts);
  const [bits] = convert(op, [element], [1], dtype).storage.array;
  const out = Tensor.allocate(size, dtype, false);
  out.storage.array.fill(bits);
  return finish(out, opts);
}

/** A tensor of zeros. Default dtype float32. */
export function zeros(shape: readonly number[] | number, options?: TensorOptions): Tensor {
  return filled('zeros', shape, 0, 'float32', options);
}

/** A tensor of ones. Default dtype float32. */
export function ones(shape: readonly number[] | number, options?: TensorOptions): Tensor {
  return filled('ones', shape, 1, 'float32', options);
}

function checkFill(op: string, value: unknown): void {
  if (typeof value === 'number' || typeof value === 'boolean') return;
  throw new ArgumentError(`${op}: value must be a number or boolean, got ${describe(value)}`);
}

/** A tensor filled with one value; float32 for numbers and bool for booleans by default. */
export function full(shape: readonly number[] | number, value: number | boolean, options?: TensorOptions): Tensor {
  checkFill('full', value);
  return filled('full', shape, value, typeof value === 'boolean' ? 'bool' : 'float32', options);
}

/** A tensor whose content is unspecified (at present zeros). */
export function empty(shape: readonly number[] | number, options?: TensorOptions): Tensor {
  return filled('empty', shape, 0, 'float32', options);
}

function like(op: string, other: Tensor, value: number | boolean, options?: TensorOptions): Tensor {
  if (!(other instanceof Tensor)) throw new ArgumentError(`${op}: input must be a Tensor, got ${describe(other)}`);
  return filled(op, other.shape, value, other.dtype, options);
}

/** Zeros of another tensor's shape and dtype. */
export function zerosLike(other: Tensor, options?: TensorOptions): Tensor {
  return like('zerosLike', other, 0, options);
}

/** Ones of another tensor's shape and dtype. */
export function onesLike(other: Tensor, options?: TensorOptions): Tensor {
  return like('onesLike', other, 1, options);
}

/** One value in another tensor's shape and dtype. */
export function fullLike(other: Tensor, value: number | boolean, options?: TensorOptions): Tensor {
  checkFill('fullLike', value);
  return like('fullLike', other, value, options);
}

/** An uninitialised tensor of another tensor's shape and dtype. */
export function emptyLike(other: Tensor, options?: TensorOptions): Tensor {
  return like('emptyLike', other, 0, options);
}

/** Bounds of a sequence in its dtype: those of integers lose their fractions before anything is computed, as in PyTorch. */
export function boundsIn(dtype: DType, ...bounds: number[]): number[] {
  return isFloating(dtype) ? bounds : bounds.map(Math.trunc);
}

/**
 * The numbers start, start + step, … below end. `arange(n)` counts from 0. int32 when all arguments are integers,
 * float32 otherwise. Each value is start + i · step, computed in double.
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: (number | TensorOptions | undefined)[]): Tensor {
  const { values, options } = readTrailingOptions<TensorOptions>(args);
  const opts = checkOptions('arange', options, creationKeys);
  const numbers = checkNumbers('arange', values);
  if (numbers.length === 0 || numbers.length > 3) {
    throw new ArgumentError(`arange: takes (end), (start, end) or (start, end, step), got ${numbers.length} numbers`);
  }
  const dtype = checkDType('arange', opts.dtype ?? (numbers.every(Number.isInteger) ? 'int32' : 'float32'));
  const given = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  const [start, , step] = boundsIn(dtype, ...given);
  // How many there are is decided before bytes lose their fractions, and after int32 does, as in PyTorch.
  const [from, end, by] = dtype === 'int32' ? boundsIn(dtype, ...given) : given;
  if (![from, end, by].every(Number.isFinite) || by === 0 || (end - from) * by < 0) {
    throw new ValueError(`arange: step ${by} does not lead from ${from} to ${end}`);
  }
  const n = Math.ceil((end - from) / by);
  checkShape('arange', [n]);
  return finish(
    convert(
      'arange',
      (Tensor.allocate([n], 'float64', false).storage.array as Float64Array).map((_, i) => start + i * step),
      [n],
      dtype,
    ),
    opts,
  );
}

/** `steps` numbers from start to end, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  const opts = checkOptions('linspace', options, creationKeys);
  if (!Number.isFinite(start) || !Number.isFinite(end)) {
    throw new ValueError(`linspace: start and end must be finite numbers, got ${describe(start)} and ${describe(end)}`);
  }
  const [n] = checkShape('linspace', [steps]);
  const dtype = checkDType('linspace', opts.dtype ?? 'float32');
  const [first, last] = boundsIn(dtype, start, end);
  const step = n > 1 ? (last - first) / (n - 1) : 0;
  const values = Float64Array.from({ length: n }, (_, i) => (i < n / 2 ? first + i * step : last - (n - 1 - i) * step));
  return finish(convert('linspace', values, [n], dtype), opts);
}

/** The n × m identity matrix (m defaults to n). */
export function eye(n: number, options?: TensorOptions): Tensor;
export function eye(n: number, m: number, options?: TensorOptions): Tensor;
export function eye(n: number, mOrOptions?: number | TensorOptions, options?: TensorOptions): Tensor {
  const given = readTrailingOptions<TensorOptions>([mOrOptions, options]);
  const [m = n] = checkNumbers('eye', given.values);
  const opts = checkOptions('eye', given.options, creationKeys);
  const dtype = checkDType('eye', opts.dtype ?? 'float32');
  const [rows, columns] = checkShape('eye', [n, m]);
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return finish(convert('eye', values, [rows, columns], dtype), opts);
}

/** @throws DTypeError unless dtype is float32 or float64; used by the random fills. */
export function checkFloatDType(op: string, dtype: DType): 'float32' | 'float64' {
  checkDType(op, dtype);
  if (dtype === 'float32' || dtype === 'float64') return dtype;
  const hint = isFloating(dtype) ? ' (fill float32 and convert)' : '';
  throw new DTypeError(`${op}: dtype must be float32 or float64, got ${dtype}${hint}`);
}
