import { copyOf } from '../calls/copy.js';
import { describe, ValueError } from '../errors.js';
import { contiguousStrides, formatShape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/** One entry of a parameter's state. */
export type StateValue = Tensor | number | null | StateValue[];

/** How an entry of a state is kept, written into a state dict and read from one. */
export interface StateEntry {
  /** Whether a state can be without it. */
  readonly optional: boolean;
  /** As a state dict holds it; sharing the optimizer's memory unless `copied`. */
  write(value: StateValue, copied: boolean): StateValue;
  /** As the optimizer keeps it, in memory of its own. @throws ValueError saying what it must be. */
  read(value: unknown, parameter: Tensor): StateValue;
}

/** The entries of every parameter's state, by PyTorch's names. */
export interface StateLayout {
  readonly [name: string]: StateEntry;
}

/** A 0-dimensional float32 tensor, as which PyTorch keeps single numbers. */
export function scalarTensor(value: number): Tensor {
  return Tensor.wrap(Float32Array.of(value), [], 'float32');
}

/** The number that is given as one or as a tensor with one element. */
export function numberFrom(value: unknown): unknown {
  return value instanceof Tensor && !value.isSparse && value.numel === 1 ? value.item() : value;
}

function readCount(value: unknown): number {
  const count = numberFrom(value);
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw new ValueError(`must be an integer of at least 0, got ${describe(count)}`);
}

function readNumber(value: unknown): number {
  const number = numberFrom(value);
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new ValueError(`must be a finite number, got ${describe(number)}`);
}

/** A contiguous copy in lasting memory, in another tensor's dtype. */
export function lastingCopy(source: Tensor, dtype = source.dtype): Tensor {
  const storage = Storage.lasting(dtype, source.numel);
  storage.array.set(copyOf(source, dtype).data);
  return new Tensor(storage, source.shape, contiguousStrides(source.shape), 0);
}

/** @throws ValueError unless it is a dense tensor of the shape; `whose` words the shape. */
export function readTensor(value: unknown, shape: readonly number[], whose: string, dtype: Tensor['dtype']): Tensor {
  if (!(value instanceof Tensor)) throw new ValueError(`must be a Tensor, got ${describe(value)}`);
  if (value.isSparse || !sameShape(value.shape, shape)) {
    const got = value.isSparse ? 'a row-sparse tensor' : `shape ${formatShape(value.shape)}`;
    throw new ValueError(`must have ${whose} ${formatShape(shape)}, got ${got}`);
  }
  return lastingCopy(value, dtype);
}

function writeTensor(value: StateValue, copied: boolean): StateValue {
  return copied && value instanceof Tensor ? lastingCopy(value) : value;
}

/** The count of steps: a number here, a 0-dimensional tensor in state dicts. */
export const count: StateEntry = {
  optional: false,
  write: (value) => scalarTensor(value as number),
  read: readCount,
};

/** A count that is a plain number in state dicts too. */
export const plainCount: StateEntry = { optional: false, write: (value) => value, read: readCount };

/** Another number: kept as one, a 0-dimensional tensor in state dicts. */
export const scalar: StateEntry = {
  optional: false,
  write: (value) => scalarTensor(value as number),
  read: readNumber,
};

/** A tensor of the parameter's shape and dtype. */
export const alike: StateEntry = {
  optional: false,
  write: writeTensor,
  read: (value, parameter) => readTensor(value, parameter.shape, "its parameter's shape", parameter.dtype),
};

/** A tensor of a shape that follows from the parameter's. */
export function shaped(shapeOf: (shape: readonly number[]) => readonly number[]): StateEntry {
  return {
    optional: false,
    write: writeTensor,
    read: (value, parameter) => readTensor(value, shapeOf(parameter.shape), 'shape', parameter.dtype),
  };
}

/** An entry that a state can be without. */
export function optional(entry: StateEntry): StateEntry {
  return { ...entry, optional: true };
}
