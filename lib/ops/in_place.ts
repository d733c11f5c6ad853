/** The common part of in-place operations, whose methods end in an underscore. They never record. */
import { needsGrad } from '../autograd/record.js';
import { AutogradError, DTypeError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { assertWritable } from './copy.js';
import { checkDense, checkInPlace, overwrite } from './operands.js';

/** @throws AutogradError when recording is on and writing `operands` into `target` would lose history. */
export function checkWritable(op: string, target: unknown, ...operands: unknown[]): Tensor {
  const t = checkDense(op, 'this', target);
  assertWritable(op, t);
  for (const operand of operands) {
    if (operand instanceof Tensor && needsGrad(operand)) {
      throw new AutogradError(
        `${op}: an operand requires a gradient, which an in-place operation would lose; use the out-of-place form`,
      );
    }
  }
  return t;
}

/**
 * Computes into `target`: straight into its memory (`direct`) when the result has its dtype, else by way of a fresh
 * result that is converted.
 */
export function writeInPlace(
  op: string,
  target: Tensor,
  dtype: DType,
  shape: Shape,
  compute: (out: Tensor | undefined) => Tensor,
): Tensor {
  checkInPlace(op, target, dtype, shape);
  if (dtype === target.dtype) {
    compute(target);
    target.storage.version++;
  } else {
    overwrite(target, compute(undefined));
  }
  return target;
}

/** `x.exp_()` and its kin: a finished out-of-place result moves into `target`. @throws DTypeError for integers to floats. */
export function replace(op: string, target: Tensor, result: Tensor): Tensor {
  if (result.dtype !== target.dtype && target.dtype !== 'float16' && target.dtype !== 'bfloat16') {
    throw new DTypeError(`${op}: the ${result.dtype} result can't be written into this ${target.dtype} tensor`);
  }
  overwrite(target, result);
  return target;
}
