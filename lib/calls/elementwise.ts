/** One native call each: elementwise kernels on tensors, broadcasting and strides included, without recording. */

import { native } from '../addon/native.js';
import { DTypeError } from '../errors.js';
import { type DType, dtypes, type TypedArray } from '../tensor/dtype.js';
import { type Shape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import {
  type BinaryName,
  binaryCode,
  type CompareName,
  compareCode,
  type IntegerBinaryName,
  type IntegerUnaryName,
  integerBinaryCode,
  integerUnaryCode,
  type TernaryName,
  ternaryCode,
  type UnaryName,
  unaryCode,
} from './opcodes.js';
import { plan } from './plan.js';

/** What an elementwise operation takes: a tensor, or a plain number or boolean. */
export type Operand = Tensor | number | boolean;

/** A plain number as native code gets it; 0 for tensors, which travel as arrays. */
function numberOf(x: Operand): number {
  return typeof x === 'number' ? x : x === true ? 1 : 0;
}

function arrayOf(x: Operand): TypedArray | null {
  return x instanceof Tensor ? x.storage.array : null;
}

function offsetOf(x: Operand): number {
  return x instanceof Tensor ? x.offset : 0;
}

/** Writes ndim, sizes and the strides of each operand, broadcast to `shape`. Numbers take a row of zeros. */
function fillPlan(shape: Shape, out: Tensor, a: Operand, b?: Operand, c?: Operand): void {
  const n = shape.length;
  if (isPlain(out, shape) && isPlain(a, shape) && isPlain(b, shape) && isPlain(c, shape)) {
    plan[0] = 1;
    plan[1] = out.numel;
    plan[2] = plan[3] = plan[4] = plan[5] = 1;
    return;
  }
  plan[0] = n;
  for (let i = 0; i < n; i++) plan[1 + i] = shape[i];
  let at = writeStrides(1 + n, shape, out);
  at = writeStrides(at, shape, a);
  if (b !== undefined) at = writeStrides(at, shape, b);
  if (c !== undefined) writeStrides(at, shape, c);
}

function isPlain(x: Operand | undefined, shape: Shape): boolean {
  return !(x instanceof Tensor) || (sameShape(x.shape, shape) && x.isContiguous());
}

function writeStrides(at: number, shape: Shape, x: Operand): number {
  const n = shape.length;
  if (!(x instanceof Tensor)) {
    plan.fill(0, at, at + n);
    return at + n;
  }
  const lead = n - x.shape.length;
  for (let i = 0; i < n; i++) plan[at + i] = i < lead || x.shape[i - lead] === 1 ? 0 : x.strides[i - lead];
  return at + n;
}

/** Codes of the float or the integer family. @throws DTypeError where integers have no such operation. */
function codeFor(
  op: string,
  dtype: DType,
  float: number | undefined,
  integers: { readonly [name: string]: number | undefined },
): number {
  const code = dtypes[dtype].floating ? float : integers[op];
  if (code === undefined) throw new DTypeError(`${op}: is not defined for ${dtype} tensors`);
  return code;
}

/** op(x) in x's dtype; `out` (of x's shape and dtype, possibly x itself) receives it when given. */
export function unary(op: UnaryName | IntegerUnaryName, x: Tensor, p0 = 0, p1 = 0, out?: Tensor): Tensor {
  const code = codeFor(op, x.dtype, unaryCode[op as UnaryName], integerUnaryCode);
  const y = out ?? Tensor.allocate(x.shape, x.dtype, false);
  if (y.numel === 0) return y;
  fillPlan(x.shape, y, x);
  native.unary(code, p0, p1, y.storage.array, y.offset, x.storage.array, x.offset, plan);
  return y;
}

/**
 * op(a, b) for operands of one dtype (or numbers) that broadcast to `shape`; `out` receives it when given.
 * At least one operand is a tensor.
 */
export function binary(
  op: BinaryName | IntegerBinaryName,
  a: Operand,
  b: Operand,
  shape: Shape,
  p0 = 0,
  p1 = 0,
  out?: Tensor,
): Tensor {
  const dtype = a instanceof Tensor ? a.dtype : (b as Tensor).dtype;
  const code = codeFor(op, dtype, binaryCode[op as BinaryName], integerBinaryCode);
  const y = out ?? Tensor.allocate(shape, dtype, false);
  if (y.numel === 0) return y;
  const number = a instanceof Tensor ? numberOf(b) : numberOf(a);
  fillPlan(shape, y, a, b);
  native.binary(
    code,
    p0,
    p1,
    number,
    y.storage.array,
    y.offset,
    arrayOf(a),
    offsetOf(a),
    arrayOf(b),
    offsetOf(b),
    plan,
  );
  return y;
}

/** A fused gradient: op(grad, saved), both of the same shape. */
export function backwardOf(op: BinaryName, grad: Tensor, saved: Tensor, p0 = 0, p1 = 0): Tensor {
  return binary(op, grad, saved, saved.shape, p0, p1);
}

/** op(a, b, c) for float operands of one dtype that broadcast to `shape`. */
export function ternary(
  op: TernaryName,
  a: Tensor,
  b: Tensor,
  c: Tensor | number,
  shape: Shape,
  p0 = 0,
  out?: Tensor,
): Tensor {
  const y = out ?? Tensor.allocate(shape, a.dtype, false);
  if (y.numel === 0) return y;
  fillPlan(shape, y, a, b, c);
  native.ternary(
    ternaryCode[op],
    p0,
    numberOf(c),
    y.storage.array,
    y.offset,
    a.storage.array,
    a.offset,
    b.storage.array,
    b.offset,
    arrayOf(c),
    offsetOf(c),
    plan,
  );
  return y;
}

/** A bool tensor: where op(a, b) holds, for operands of one dtype that broadcast to `shape`. */
export function compare(op: CompareName, a: Tensor, b: Operand, shape: Shape, out?: Tensor): Tensor {
  const y = out ?? Tensor.allocate(shape, 'bool', false);
  if (y.numel === 0) return y;
  fillPlan(shape, y, a, b);
  native.compare(
    compareCode[op],
    numberOf(b),
    y.storage.array,
    y.offset,
    a.storage.array,
    a.offset,
    arrayOf(b),
    offsetOf(b),
    plan,
  );
  return y;
}

/** mask ? a : b, for values of `dtype` (or numbers) that broadcast with the mask to `shape`. */
export function choose(mask: Tensor, a: Operand, b: Operand, shape: Shape, dtype: DType, out?: Tensor): Tensor {
  const y = out ?? Tensor.allocate(shape, dtype, false);
  if (y.numel === 0) return y;
  fillPlan(shape, y, mask, a, b);
  native.where(
    numberOf(a),
    numberOf(b),
    y.storage.array,
    y.offset,
    mask.storage.array,
    mask.offset,
    arrayOf(a),
    offsetOf(a),
    arrayOf(b),
    offsetOf(b),
    plan,
  );
  return y;
}

/** x · scale where the mask (uint8 or bool, of x's shape) is set, else 0: dropout, forward and backward. */
export function maskScale(x: Tensor, mask: Tensor, scale: number): Tensor {
  const y = Tensor.allocate(x.shape, x.dtype, false);
  if (y.numel === 0) return y;
  fillPlan(x.shape, y, x, mask);
  native.maskScale(scale, y.storage.array, y.offset, x.storage.array, x.offset, mask.storage.array, mask.offset, plan);
  return y;
}
