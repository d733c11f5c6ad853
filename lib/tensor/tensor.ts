import { kindOfAnyCopy, markClass } from '../copies.js';
import { ArgumentError, AutogradError, DTypeError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { borrowerOf } from './borrowed.js';
import { compareByValue } from './comparison_by_value.js';
import { type DType, dtypes, isFloating, type TypedArray } from './dtype.js';
import type { GraphNode } from './graph.js';
import { bfloat16ToNumber, float16ToNumber } from './half.js';
import { type NestedList, nestedList } from './nested_list.js';
import { formatTensor } from './print.js';
import { contiguousStrides, formatShape, isContiguous, numelOf, type Shape, sameShape, wrapDim } from './shape.js';
import { Storage } from './storage.js';

export type { NestedList };

/** Leaves a tensor's memory to V8: somebody outside the library may hold it from now on. */
function keep(t: Tensor): void {
  if (!t.isRows) t.storage.serial = 0;
}

/** @throws ArgumentError, ShapeError or DTypeError for what can't be the gradient of a tensor, as in PyTorch. */
function checkAssignedGrad(t: Tensor, value: unknown): void {
  if (!(value instanceof Tensor)) throw new ArgumentError(`grad: must be a Tensor or null, got ${describe(value)}`);
  if (!sameShape(value.shape, t.shape)) {
    throw new ShapeError(`grad: must have the tensor's shape ${formatShape(t.shape)}, got ${formatShape(value.shape)}`);
  }
  if (value.dtype !== t.dtype) throw new DTypeError(`grad: must be ${t.dtype} like the tensor, got ${value.dtype}`);
}

/**
 * A dense array of any number of dimensions, and, when it requires a gradient, a place in the recorded graph.
 *
 * It is a strided window on a Storage, as in PyTorch: `view`, `select`, `transpose` and their kin share memory.
 * Operations are added by the files in `lib/ops`, each beside its backward.
 */
export class Tensor {
  readonly storage: Storage;
  /** The sizes of the dimensions. */
  readonly shape: Shape;
  /** Steps between neighbours along each dimension, in elements. */
  readonly strides: readonly number[];
  /** Where the first element lies in the storage, in elements. */
  readonly offset: number;
  readonly dtype: DType;
  /** The number of elements. */
  readonly numel: number;

  /** The gradient as the library alone sees it: it is read without taking its memory out of the allocator's hands. */
  heldGrad: Tensor | null = null;
  /** The operation that made this tensor; null for leaves. */
  gradFn: GraphNode | null = null;
  /** Which of gradFn's outputs this is. */
  outputIndex = 0;
  /** The node that accumulates into this leaf's grad; made by the engine on demand. */
  accumulator: GraphNode | null = null;
  private leafRequiresGrad = false;

  constructor(storage: Storage, shape: Shape, strides: readonly number[], offset: number) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.dtype = storage.dtype;
    this.numel = numelOf(shape);
  }

  /** The accumulated gradient of a leaf, set by `backward`; row-sparse for `sparse: true` tables. */
  get grad(): Tensor | null {
    const held = this.heldGrad;
    if (held !== null) keep(held);
    return held;
  }

  set grad(value: Tensor | null) {
    if (value !== null) checkAssignedGrad(this, value);
    this.clearGrad();
    if (value !== null) keep(value);
    this.heldGrad = value;
  }

  /** Forgets the gradient. Its memory serves again at once when nobody outside the library has seen it. */
  clearGrad(): void {
    const held = this.heldGrad;
    this.heldGrad = null;
    if (held instanceof Tensor && !held.isRows) held.storage.recycle();
  }

  /** True for gradients that are known by the rows that an index named: their memory is not this tensor's own. */
  get isRows(): boolean {
    return false;
  }

  /** A contiguous tensor in fresh memory. */
  static allocate(shape: Shape, dtype: DType, zeroed = true): Tensor {
    return new Tensor(Storage.allocate(dtype, numelOf(shape), zeroed), shape, contiguousStrides(shape), 0);
  }

  /** A contiguous tensor over an existing typed array, without a copy. */
  static wrap(array: TypedArray, shape: Shape, dtype: DType): Tensor {
    return new Tensor(new Storage(array, dtype), shape, contiguousStrides(shape), 0);
  }

  /** True for leaves that ask for a gradient and for everything computed from them. Settable on leaves. */
  get requiresGrad(): boolean {
    return this.leafRequiresGrad || this.gradFn !== null;
  }

  set requiresGrad(value: boolean) {
    if (typeof value !== 'boolean') {
      throw new ArgumentError(`requiresGrad: must be true or false, got ${describe(value)}`);
    }
    if (this.gradFn !== null) {
      if (value) return;
      throw new AutogradError('requiresGrad: can only be changed on leaves; use detach() to leave the graph');
    }
    if (value && !isFloating(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: only floating-point tensors can require gradients, this one is ${this.dtype}`,
      );
    }
    this.leafRequiresGrad = value;
  }

  /** PyTorch's `requires_grad_`: sets the flag and returns this tensor. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value;
    return this;
  }

  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** True for row-sparse gradients. */
  get isSparse(): boolean {
    return false;
  }

  get ndim(): number {
    return this.shape.length;
  }

  /** PyTorch's spelling of `ndim`. */
  dim(): number {
    return this.shape.length;
  }

  /** The shape, or the size of one dimension (which may count from the end). */
  size(): number[];
  size(dim: number): number;
  size(dim?: number): number | number[] {
    if (dim === undefined) return this.shape.slice();
    if (this.shape.length === 0) throw new ValueError(`size: a 0-dimensional tensor has no dimension ${describe(dim)}`);
    return this.shape[wrapDim('size', dim, this.shape.length)];
  }

  /** PyTorch's spelling of the strides, in elements: of all dimensions, or of one (which may count from the end). */
  stride(): number[];
  stride(dim: number): number;
  stride(dim?: number): number | number[] {
    if (dim === undefined) return this.strides.slice();
    if (this.shape.length === 0)
      throw new ValueError(`stride: a 0-dimensional tensor has no dimension ${describe(dim)}`);
    return this.strides[wrapDim('stride', dim, this.shape.length)];
  }

  isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }

  /** Bytes of one element. */
  get elementSize(): number {
    return dtypes[this.dtype].bytes;
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.numel * dtypes[this.dtype].bytes;
  }

  /** How often this memory was written in place. */
  get version(): number {
    return this.storage.version;
  }

  /**
   * The elements as a typed array, without a copy: writes show in the tensor and in all its views.
   * Inside the library use `storage.array` and `offset`: this getter takes the memory out of the result pool.
   * float16 and bfloat16 give their bits as a Uint16Array, bool a Uint8Array of 0 and 1.
   * @throws ShapeError when the tensor is not contiguous (a transposed view, say): call `contiguous()` first.
   */
  get data(): TypedArray {
    if (!this.isContiguous()) {
      throw new ShapeError(
        `data: a tensor of shape ${formatShape(this.shape)} with strides ${formatShape(this.strides)} is not contiguous in memory; use contiguous().data for a copy`,
      );
    }
    checkReadable('data', this);
    const array = this.storage.escape();
    return array.length === this.numel ? array : array.subarray(this.offset, this.offset + this.numel);
  }

  /**
   * The number at a row-major position, whatever the strides and dtype; for printing and lists.
   * @throws IndexError unless the position is an integer from 0 to numel - 1; ArgumentError when the memory is gone.
   */
  at(flatIndex: number): number {
    if (!Number.isInteger(flatIndex) || flatIndex < 0 || flatIndex >= this.numel) refusePosition(flatIndex, this.numel);
    let place = this.offset;
    let rest = flatIndex;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      const size = this.shape[i];
      const k = rest % size;
      place += k * this.strides[i];
      rest = (rest - k) / size;
    }
    const bits = this.storage.array[place];
    if (bits === undefined) refuseDetached('at', 'this tensor', this);
    if (this.dtype === 'float16') return float16ToNumber(bits);
    if (this.dtype === 'bfloat16') return bfloat16ToNumber(bits);
    return bits;
  }

  /** The value of a tensor with one element, as a number (0 or 1 for bool). */
  item(): number {
    if (this.numel !== 1) {
      throw new ShapeError(`item: needs a tensor with one element, this one has shape ${formatShape(this.shape)}`);
    }
    checkReadable('item', this);
    return this.at(0);
  }

  /**
   * The elements as nested arrays; a number (or boolean) for a 0-dimensional tensor.
   * @throws ValueError when there are more than V8's heap has room for.
   */
  tolist(): NestedList {
    checkReadable('tolist', this);
    let read: (i: number) => number | boolean = (i) => this.at(i);
    if (this.dtype === 'bool') read = (i) => this.at(i) !== 0;
    else if (dtypes[this.dtype].computes && this.isContiguous()) {
      const { array } = this.storage;
      const { offset } = this;
      read = (i) => array[offset + i];
    }
    return nestedList('tolist', this.shape, this.numel, read);
  }

  /** The same memory outside the graph. */
  detach(): Tensor {
    return new Tensor(this.storage, this.shape, this.strides, this.offset);
  }

  /** Takes this tensor itself out of the graph: it is a leaf without a gradient from here on. */
  detach_(): this {
    this.gradFn = null;
    this.outputIndex = 0;
    this.leafRequiresGrad = false;
    return this;
  }

  /** PyTorch's printed form. */
  toString(): string {
    checkReadable('toString', this);
    return formatTensor(this, {
      gradFn: this.gradFn?.name,
      requiresGrad: this.gradFn === null && this.leafRequiresGrad,
    });
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** `tolist()`: what JSON.stringify writes. JSON knows neither NaN nor infinities and writes null for them. */
  toJSON(): NestedList {
    return this.tolist();
  }

  /**
   * The number of a tensor with one element, so that `loss < best`, `sum + loss` and `Math.exp(loss)` compute with it;
   * text where text is asked for, as in a template.
   * @throws ShapeError when there are several elements and a number is needed.
   */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): number | string {
    if (hint === 'string') return this.toString();
    if (this.numel === 1) return this.item();
    throw new ShapeError(
      `a tensor of shape ${formatShape(this.shape)} is no number: reduce it (sum(), mean(), all()), compare and compute by its ` +
        'methods (lt, eq, add, …), take its elements by tolist(), or its text by toString()',
    );
  }
}

markClass('Tensor', Tensor);
compareByValue(Tensor);

// PyTorch's `x.data = y`: TypeScript knows that it can't be; others are told what to write.
Object.defineProperty(Tensor.prototype, 'data', {
  ...Object.getOwnPropertyDescriptor(Tensor.prototype, 'data'),
  set(value: unknown) {
    throw new ArgumentError(
      `data: can't be replaced (by ${describe(value)}); write the numbers in place: noGrad(() => x.copy_(other))`,
    );
  },
});

/**
 * Somebody wrote into a tensor's shape. Freezing every shape would keep it whole, but a small training step takes 40 %
 * longer with it; so what operations are given is counted.
 */
function refuseShape(op: string, argument: string, t: Tensor): never {
  throw new ShapeError(
    `${op}: the shape of ${argument} was changed from outside to ${formatShape(t.shape)}: it has ${t.numel} elements; use reshape()`,
  );
}

/** @throws ArgumentError when somebody else has a tensor's memory now; ShapeError when somebody wrote into its shape. */
export function checkReadable(op: string, t: Tensor): void {
  if (numelOf(t.shape) !== t.numel) refuseShape(op, 'this tensor', t);
  if (t.numel > 0 && !t.isSparse && t.storage.array.length === 0) refuseDetached(op, 'this tensor', t);
}

function refusePosition(position: unknown, numel: number): never {
  throw new IndexError(
    `at: the position must be an integer from 0 to ${numel - 1}, got ${describe(position)}`,
    typeof position === 'number' ? position : Number.NaN,
    numel,
  );
}

function refuseDetached(op: string, what: string, t: Tensor): never {
  const borrower = borrowerOf(t.storage);
  if (borrower !== null) {
    throw new ArgumentError(
      `${op}: the memory of ${what} belongs to ${borrower}, which is under way; wait for it first: work.wait()`,
    );
  }
  throw new ArgumentError(
    `${op}: the memory of ${what} is gone: its buffer was transferred away (detached, by structuredClone or to a worker)`,
  );
}

/** Adds operations to Tensor; used by the files in `lib/ops` next to their `declare module` block. */
export function installMethods(methods: { [name: string]: (this: Tensor, ...args: never[]) => unknown }): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** How what was given leads to a tensor, where it is something that often stands in for one. */
function wayToTensor(value: unknown): string {
  if (Array.isArray(value)) {
    return value[0] instanceof Tensor
      ? '; the first of them is what recurrent layers return as output: const [output] = lstm.forward(x)'
      : '; tensor(list) makes one';
  }
  const kind = kindOfAnyCopy(value);
  if (kind === 'PackedSequence') return '; its rows are the tensor packed.data, and padPackedSequence pads it again';
  if (kind === 'Module') return '; call its forward';
  if (ArrayBuffer.isView(value)) return '; tensor(array) makes one';
  return '';
}

/** @throws ArgumentError unless `value` is a Tensor that has its memory; ShapeError when somebody wrote into its shape. */
export function checkTensor(op: string, argument: string, value: unknown): Tensor {
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(`${op}: ${argument} must be a Tensor, got ${describe(value)}${wayToTensor(value)}`);
  }
  if (numelOf(value.shape) !== value.numel) refuseShape(op, argument, value);
  if (!value.isRows && value.numel > 0 && value.storage.array.length === 0) refuseDetached(op, argument, value);
  return value;
}

/** @throws DTypeError unless the tensor is float32 or float64, and no row-sparse gradient. */
export function checkFloat(op: string, argument: string, value: unknown): Tensor {
  const t = checkTensor(op, argument, value);
  if (t.isSparse) throw new DTypeError(`${op}: ${argument} is a row-sparse gradient; use toDense() first`);
  if (t.dtype === 'float32' || t.dtype === 'float64') return t;
  throw new DTypeError(`${op}: ${argument} must be float32 or float64, got ${t.dtype}`);
}
