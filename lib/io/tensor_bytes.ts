import { types } from 'node:util';
import { copyInto } from '../calls/copy.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { contiguousStrides } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';

/** The bytes of a contiguous tensor, in place. */
export function bytesOf(tensor: Tensor): Uint8Array {
  const { array } = tensor.storage;
  // A window on nothing may begin behind the end of its memory.
  if (tensor.numel === 0) return new Uint8Array(0);
  return new Uint8Array(array.buffer, array.byteOffset + tensor.offset * tensor.elementSize, tensor.nbytes);
}

/**
 * A tensor that can be written to a file.
 * @param what how the message calls it, such as `tensor "weight"`
 * @throws ArgumentError for what is no tensor or has lost its memory, DTypeError for a row-sparse one
 */
export function checkSavable(op: string, what: string, value: unknown): Tensor {
  const tensor = checkTensor(op, what, value);
  if (tensor.isSparse) throw new DTypeError(`${op}: ${what} is row-sparse; save its toDense(), or indices and values`);
  return tensor;
}

/** Of memory that is not the pool's, which would use it again while only bytes refer to it. */
function lastingCopy(tensor: Tensor): Tensor {
  const storage = Storage.lasting(tensor.dtype, tensor.numel);
  const copy = new Tensor(storage, tensor.shape, contiguousStrides(tensor.shape), 0);
  copyInto(copy, tensor);
  return copy;
}

/** The elements in order, as bytes that nobody else writes to meanwhile. */
export function savedBytes(tensor: Tensor): Uint8Array {
  const bytes = bytesOf(tensor.isContiguous() ? tensor : lastingCopy(tensor));
  return types.isSharedArrayBuffer(bytes.buffer) ? Uint8Array.from(bytes) : bytes;
}

/**
 * Tensors by name, checked but for the tensors themselves.
 * @throws ArgumentError saying how to come from a module or an optimizer to its tensors
 */
export function namedTensors(op: string, tensors: unknown): [name: string, value: unknown][] {
  if (typeof tensors !== 'object' || tensors === null || Array.isArray(tensors) || tensors instanceof Tensor) {
    throw new ArgumentError(`${op}: tensors must be an object or a Map from name to Tensor, got ${describe(tensors)}`);
  }
  if (typeof (tensors as { stateDict?: unknown }).stateDict === 'function') {
    throw new ArgumentError(
      `${op}: tensors must be an object or a Map from name to Tensor, got ${describe(tensors)}; save its stateDict()`,
    );
  }
  const pairs = types.isMap(tensors) ? [...tensors] : Object.entries(tensors);
  for (const [name] of pairs) checkName(op, 'names', name);
  return pairs as [string, unknown][];
}

/** @throws ArgumentError unless `value` is a string that UTF-8 can hold: a lone surrogate would become another name. */
export function checkName(op: string, what: string, value: unknown): string {
  if (typeof value !== 'string') throw new ArgumentError(`${op}: ${what} must be strings, got ${describe(value)}`);
  if (!/\p{Surrogate}/u.test(value)) return value;
  throw new ArgumentError(`${op}: ${what} must be well-formed, but ${describe(value)} holds half of a surrogate pair`);
}
