import { copyOf } from '../calls/copy.js';
import { kindOfAnyCopy } from '../copies.js';
import { ArgumentError, DTypeError, describe, IndexError, ShapeError } from '../errors.js';
import { arrayKind } from '../tensor/dtype.js';
import { checkShape, formatShape, mostDims, wrapDim } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';

/** Indices or class numbers as users have them at hand: an integer tensor, an Int32Array, nested lists, a number. */
export type IndexInput = Tensor | Int32Array | number | readonly IndexList[];
export type IndexList = number | readonly IndexList[];

function checkNumber(op: string, argument: string, value: unknown, position: number): number {
  if (typeof value !== 'number') {
    const hint = typeof value === 'bigint' ? '; Number() converts it' : '';
    throw new ArgumentError(
      `${op}: ${argument} must hold integers, got ${describe(value)} at position ${position}${hint}`,
    );
  }
  if (!Number.isInteger(value) || value < -2147483648 || value > 2147483647) {
    throw new IndexError(
      `${op}: ${argument} must hold integers of 32 bits, got ${value} at position ${position}`,
      value,
      2147483647,
      position,
    );
  }
  return value;
}

function fromLists(op: string, argument: string, lists: readonly IndexList[]): Tensor {
  const shape: number[] = [];
  for (let level: IndexList = lists; Array.isArray(level); level = level[0]) {
    if (shape.length === mostDims) {
      throw new ShapeError(`${op}: ${argument} are nested more than ${mostDims} deep, or hold themselves`);
    }
    shape.push(level.length);
  }
  const values = Tensor.allocate(checkShape(op, shape), 'int32');
  const { array } = values.storage;
  let next = 0;
  const visit = (level: IndexList, dim: number): void => {
    if (dim === shape.length) {
      array[next] = checkNumber(op, argument, level, next);
      next++;
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[dim]) {
      const got = Array.isArray(level) ? `one of ${level.length}` : describe(level);
      throw new ShapeError(
        `${op}: ${argument} must be a regular list of shape ${formatShape(shape)}, got ${got} where a list of ${shape[dim]} is due (padSequence makes lists equally long)`,
      );
    }
    for (const item of level) visit(item, dim + 1);
  };
  visit(lists, 0);
  return values;
}

/**
 * `input` as a contiguous int32 tensor. An Int32Array is copied: its owner may refill it before the gradients are made.
 * Whether the numbers fit a table is for native code to say.
 * @throws DTypeError for tensors and arrays that hold no integers; ArgumentError and ShapeError for bad lists.
 */
export function toIndices(op: string, argument: string, input: IndexInput): Tensor {
  if (input instanceof Tensor) {
    if (input.dtype === 'int32') return contiguous(input);
    if (input.dtype === 'uint8') return copyOf(input, 'int32');
    throw new DTypeError(
      `${op}: ${argument} must be an integer tensor (int32 or uint8), got ${input.dtype}; ` +
        "plain numbers become float32 unless told otherwise: tensor([0, 1], { dtype: 'int32' }), or to('int32') afterwards",
    );
  }
  if (ArrayBuffer.isView(input) && arrayKind(input) === 'Int32Array') {
    const values = Int32Array.from(input as Int32Array);
    return Tensor.wrap(values, [values.length], 'int32');
  }
  if (typeof input === 'number') return Tensor.wrap(Int32Array.of(checkNumber(op, argument, input, 0)), [], 'int32');
  if (Array.isArray(input)) return fromLists(op, argument, input);
  if (ArrayBuffer.isView(input)) {
    const hint = arrayKind(input) === undefined ? '' : '; Int32Array.from(array, Number) converts it';
    throw new DTypeError(`${op}: ${argument} must be an Int32Array, got ${describe(input)}${hint}`);
  }
  const packed = kindOfAnyCopy(input) === 'PackedSequence';
  const hint = packed ? '; embed its rows: packed.withData(embedding.forward(packed.data))' : '';
  throw new ArgumentError(
    `${op}: ${argument} must be an integer tensor, an Int32Array, nested lists or a number, got ${describe(input)}${hint}`,
  );
}

/** A contiguous int32 index, converted from uint8 where it is that. */
export function checkIndex(op: string, index: Tensor): Tensor {
  checkTensor(op, 'index', index);
  if (index.dtype === 'uint8') return copyOf(index, 'int32');
  if (index.dtype !== 'int32') throw new DTypeError(`${op}: index must be an int32 tensor, got ${index.dtype}`);
  return contiguous(index);
}

/** @throws ValueError unless `dim` is a dimension of `x`. A tensor without any counts as a list of one, as in PyTorch. */
export function checkDim(op: string, x: Tensor, dim: number): number {
  return wrapDim(op, dim, checkTensor(op, 'input', x).ndim);
}
