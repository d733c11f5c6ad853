import { copyInto, copyOf } from '../calls/copy.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { borrow, giveBack } from '../tensor/borrowed.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';

/** What a collective takes: a tensor, or one for each rank. */
export type TensorOrList = Tensor | readonly Tensor[];

/** The contiguous memory that MPI reads or writes for some tensors. */
export interface Memory {
  readonly tensors: readonly Tensor[];
  /** One window on all of it; a tensor itself where that is possible. */
  readonly window: Tensor;
  /** Elements of each tensor. */
  readonly counts: readonly number[];
  readonly dtype: DType;
  /** Whether the window is a copy, whose content goes back into the tensors. */
  readonly isCopy: boolean;
}

function checkOne(op: string, name: string, value: unknown): Tensor {
  const t = checkTensor(op, name, value);
  if (t.isSparse) {
    throw new DTypeError(
      `${op}: ${name} is a row-sparse gradient, of which each rank has other rows; DistributedDataParallel exchanges those, or use toDense()`,
    );
  }
  return t;
}

/** @throws ArgumentError, DTypeError unless it is a dense tensor, or a list of `size` of them with one dtype */
export function checkTensors(op: string, name: string, value: unknown, size: number): readonly Tensor[] {
  if (!Array.isArray(value)) return [checkOne(op, name, value)];
  if (value.length !== size) {
    throw new ArgumentError(
      `${op}: ${name} must be a Tensor or a list of ${size}, one for each rank, got ${value.length}`,
    );
  }
  const tensors = value.map((item, i) => checkOne(op, `${name}[${i}]`, item));
  const other = tensors.find(({ dtype }) => dtype !== tensors[0].dtype);
  if (other !== undefined) {
    throw new DTypeError(`${op}: ${name} must have one dtype, got ${tensors[0].dtype} and ${other.dtype}`);
  }
  return tensors;
}

/** @throws DTypeError, ShapeError unless what is received can hold what is sent */
export function checkSame(op: string, a: readonly Tensor[], b: readonly Tensor[]): void {
  if (a[0].dtype === b[0].dtype) return;
  throw new DTypeError(`${op}: output and input must have one dtype, got ${a[0].dtype} and ${b[0].dtype}`);
}

/**
 * Memory for tensors.
 * @param use whether their content is read, or written, or both
 * @param dtype that of the memory, where it is another one than the tensors': sums of 16 bits are made in float32
 */
export function memoryFor(
  tensors: readonly Tensor[],
  use: 'read' | 'write' | 'both',
  dtype = tensors[0].dtype,
): Memory {
  const counts = tensors.map(({ numel }) => numel);
  const [only] = tensors;
  const facts = { tensors, counts, dtype };
  // Rows of a gradient that are not written out yet have no memory to lend.
  const isPlain = only.storage instanceof Storage && only.isContiguous() && only.dtype === dtype;
  if (tensors.length === 1 && isPlain) return { ...facts, window: only, isCopy: false };
  if (tensors.length === 1 && use !== 'write') return { ...facts, window: copyOf(only, dtype), isCopy: true };
  const window = Tensor.allocate([counts.reduce((a, b) => a + b, 0)], dtype, false);
  const memory = { ...facts, window, isCopy: true };
  if (use !== 'write') for (const [part, tensor] of partsOf(memory)) copyInto(part, tensor);
  return memory;
}

/** Each tensor, and where in the window it lies. */
function partsOf({ window, tensors, counts }: Memory): [part: Tensor, tensor: Tensor][] {
  let at = window.offset;
  return tensors.map((tensor, i) => {
    const part = new Tensor(window.storage, tensor.shape, contiguousStrides(tensor.shape), at);
    at += counts[i];
    return [part, tensor];
  });
}

/** What was received goes to where the user wants it. */
export function settleMemory(memory: Memory): void {
  if (memory.isCopy) for (const [part, tensor] of partsOf(memory)) copyInto(tensor, part);
  for (const { storage } of memory.tensors) storage.version++;
}

/** Takes the memory of all tensors away from them; returns what gives it back. */
export function lend(memories: readonly Memory[], borrower: string): () => void {
  const storages = new Set(memories.flatMap(({ tensors }) => tensors.map(({ storage }) => storage)));
  const lent = [...storages].filter((storage) => storage instanceof Storage && storage.array.length > 0);
  for (const storage of lent) borrow(storage, borrower);
  return () => {
    for (const storage of lent) giveBack(storage);
  };
}

/** @throws ShapeError */
export function refuseSizes(
  op: string,
  size: number,
  output: readonly Tensor[],
  input: readonly Tensor[],
  rule: string,
): never {
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => formatShape(shape)).join(', ');
  throw new ShapeError(`${op}: with ${size} ranks ${rule}, got output ${shapes(output)} and input ${shapes(input)}`);
}

/** The name of the elements for MPI. */
export function elementOf(dtype: DType): 'float32' | 'float64' | 'int32' | 'uint8' | 'bits16' {
  if (dtype === 'bool') return 'uint8';
  return dtype === 'float16' || dtype === 'bfloat16' ? 'bits16' : dtype;
}

/** @throws ArgumentError unless it is true or false */
export function checkAsync(op: string, asyncOp: unknown): boolean {
  if (typeof asyncOp === 'boolean') return asyncOp;
  throw new ArgumentError(`${op}: asyncOp must be true or false, got ${describe(asyncOp)}`);
}

/** Whether sums of a dtype are made in it. */
export function computesIn(dtype: DType): DType {
  return dtypes[dtype].floating && !dtypes[dtype].computes ? 'float32' : dtype;
}
