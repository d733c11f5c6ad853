/** The common part of in-place operations, whose methods end in an underscore. They never record. */
import { makerOf } from '../autograd/node.js';
import { needsGrad } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { AutogradError, DTypeError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { assertFillable, assertWritable, to } from './copy.js';
import { checkDense, checkInPlace, overwrite } from './operands.js';

/**
 * @throws AutogradError when recording is on and writing `operands` into `target` would lose history; ShapeError for an
 *   expanded target.
 */
export function checkWritable(op: string, target: unknown, ...operands: unknown[]): Tensor {
  const t = checkDense(op, 'this', target);
  assertWritable(op, t);
  return checkOperands(op, t, operands);
}

/** `checkWritable` for operations that write the same into all places: they take expanded views, as in PyTorch. */
export function checkFillable(op: string, target: unknown, ...operands: unknown[]): Tensor {
  const t = checkDense(op, 'this', target);
  assertFillable(op, t);
  return checkOperands(op, t, operands);
}

function checkOperands(op: string, t: Tensor, operands: readonly unknown[]): Tensor {
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

/**
 * The option `inplace`: the result of `compute` moves into the memory of `x`, and x takes its place in the graph. Unlike the
 * methods that end in an underscore this records, as in PyTorch.
 *
 * @param keepsInput whether the gradient needs the input's values, which are about to go.
 * @throws AutogradError for a leaf that requires a gradient, and where recorded views share the memory: their history would
 *   no longer say how their values came about.
 */
export function moveInto(op: string, x: Tensor, keepsInput: boolean, compute: (before: Tensor) => Tensor): Tensor {
  if (!needsGrad(x)) {
    overwrite(checkWritable(op, x), compute(x));
    return x;
  }
  if (x.isLeaf) {
    throw new AutogradError(`${op}: a leaf that requires a gradient can't be changed in place; leave out inplace`);
  }
  if (x.storage.viewed) {
    throw new AutogradError(`${op}: recorded views share the input's memory; leave out inplace`);
  }
  let before = x;
  if (keepsInput) {
    before = copyOf(x);
    before.gradFn = x.gradFn;
    before.outputIndex = x.outputIndex;
  }
  const result = to(compute(before), x.dtype);
  const [from, node] = [makerOf(x), makerOf(result)];
  overwrite(x, result);
  if (from?.retained?.[x.outputIndex] === x && node !== null) {
    from.retained[x.outputIndex] = null;
    node.retained = [x];
  }
  x.gradFn = result.gradFn;
  x.outputIndex = result.outputIndex;
  return x;
}
