/** What two-operand operations agree on before any kernel runs: kinds, dtype promotion, broadcast shape. */

import { copyInto, copyOf } from '../calls/copy.js';
import type { Operand } from '../calls/elementwise.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError, withArticle } from '../errors.js';
import { type DType, dtypes, isFloating, promote, promoteScalar } from '../tensor/dtype.js';
import { shareMemory } from '../tensor/overlap.js';
import { broadcastShapes, formatShape, type Shape, sameShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { to } from './copy.js';

/** Two operands brought to one dtype that kernels compute in. At least one is a tensor. */
export interface Operands {
  a: Operand;
  b: Operand;
  dtype: DType;
  shape: Shape;
}

/** @throws ArgumentError unless `x` is a Tensor, number or boolean; DTypeError for row-sparse tensors. */
export function checkOperand(op: string, argument: string, x: unknown): Operand {
  if (typeof x === 'number' || typeof x === 'boolean') return x;
  if (x instanceof Tensor) return checkDense(op, argument, x);
  throw new ArgumentError(`${op}: ${argument} must be a Tensor or a number, got ${describe(x)}`);
}

/** @throws ArgumentError unless `x` is a Tensor; DTypeError when it is a row-sparse gradient. */
export function checkDense(op: string, argument: string, x: unknown): Tensor {
  const t = checkTensor(op, argument, x);
  if (t.isSparse) throw new DTypeError(`${op}: ${argument} is a row-sparse gradient; use toDense() first`);
  return t;
}

const category = (dtype: DType): number => (isFloating(dtype) ? 2 : dtype === 'bool' ? 0 : 1);

/**
 * PyTorch's result type: a tensor of dimensions outranks a 0-dimensional one of the same category (bool, integer,
 * float), which outranks a plain number.
 */
export function resultType(a: Operand, b: Operand): DType {
  if (!(a instanceof Tensor)) return promoteScalar((b as Tensor).dtype, a);
  if (!(b instanceof Tensor)) return promoteScalar(a.dtype, b);
  if (a.dtype === b.dtype) return a.dtype;
  if ((a.ndim === 0) !== (b.ndim === 0)) {
    const [tensor, scalar] = a.ndim === 0 ? [b, a] : [a, b];
    if (category(scalar.dtype) <= category(tensor.dtype)) return tensor.dtype;
  }
  return promote(a.dtype, b.dtype);
}

/** The dtype that kernels run in: 16-bit floats are computed as float32. */
export function computeType(dtype: DType): DType {
  return dtypes[dtype].computes ? dtype : 'float32';
}

/** The dtype in which sums at places of an index are made: bools, bytes and 16-bit floats have wider ones. */
export function sumType(dtype: DType): DType {
  return dtype === 'bool' || dtype === 'uint8' ? 'int32' : computeType(dtype);
}

/** The operand in `dtype`; the conversion of a tensor is recorded. @throws ValueError when a number does not fit. */
export function convert(op: string, x: Operand, dtype: DType): Operand {
  if (x instanceof Tensor) return x.dtype === dtype ? x : to(x, dtype);
  if (isFloating(dtype) || typeof x === 'boolean') return x;
  if (dtype === 'bool') return x !== 0;
  if (Math.abs(x) > 2147483648 || x === 2147483648) {
    throw new ValueError(`${op}: the number ${x} does not fit an ${dtype} tensor`);
  }
  return x;
}

/**
 * Checks both operands and brings them to their result type, or to `force` (true division: float32 for integers).
 * @throws ArgumentError, ShapeError
 */
export function resolve(op: string, input: unknown, other: unknown, integersToFloat = false): Operands {
  const a = checkOperand(op, 'input', input);
  const b = checkOperand(op, 'other', other);
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) {
    throw new ArgumentError(`${op}: input or other must be a Tensor, got two numbers`);
  }
  let dtype = computeType(resultType(a, b));
  if (integersToFloat && !isFloating(dtype)) dtype = 'float32';
  return { a: convert(op, a, dtype), b: convert(op, b, dtype), dtype, shape: sharedShape(op, a, b) };
}

function sharedShape(op: string, a: Operand, b: Operand): Shape {
  if (!(a instanceof Tensor)) return (b as Tensor).shape;
  if (!(b instanceof Tensor) || sameShape(a.shape, b.shape)) return a.shape;
  return broadcastShapes(op, a.shape, b.shape);
}

/**
 * Checks that `target` can take a result of `dtype` and `shape` in place: the shape is its own, its category is as
 * high, and nothing that the graph still needs is lost.
 */
export function checkInPlace(op: string, target: Tensor, dtype: DType, shape: Shape): void {
  if (!sameShape(shape, target.shape)) {
    throw new ShapeError(
      `${op}: the result has shape ${formatShape(shape)}, which does not fit into this tensor of ${formatShape(target.shape)}`,
    );
  }
  if (category(dtype) > category(target.dtype)) {
    throw new DTypeError(`${op}: ${withArticle(dtype)} result can't be written into this ${target.dtype} tensor`);
  }
}

/** An operand that a kernel writing to `target` may read: copied when it shares target's memory in another layout. */
export function apart<T extends Operand>(x: T, target: Tensor): T {
  if (!(x instanceof Tensor) || !shareMemory(x, target)) return x;
  const same =
    x.storage === target.storage &&
    x.offset === target.offset &&
    sameShape(x.shape, target.shape) &&
    sameShape(x.strides, target.strides);
  return same ? x : (copyOf(x) as T & Tensor);
}

/** Writes a finished result into `target`, converting, and counts the change. */
export function overwrite(target: Tensor, result: Tensor): void {
  copyInto(target, apart(result, target));
  target.storage.version++;
}

/** The tensor in a dtype that kernels compute in; the conversion is recorded. */
export function toComputing(x: Tensor): Tensor {
  return dtypes[x.dtype].computes ? x : to(x, 'float32');
}

/** The tensor as float32 or float64; integers and 16-bit floats become float32, recorded. */
export function toFloating(x: Tensor): Tensor {
  return x.dtype === 'float32' || x.dtype === 'float64' ? x : to(x, 'float32');
}
