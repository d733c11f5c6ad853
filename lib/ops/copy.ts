import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { ArgumentError, AutogradError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType, dtypes, isFloating } from '../tensor/dtype.js';
import { overlapsItself } from '../tensor/overlap.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';

export interface ToOptions {
  /** Copy even when the dtype is the tensor's own. Default false. */
  copy?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** This tensor when it is contiguous already, else a contiguous copy. */
    contiguous(): Tensor;
    /** A contiguous copy in memory of its own. */
    clone(): Tensor;
    /** The same values in another dtype (or another tensor's); this tensor itself when it has that dtype. */
    to(dtype: DType | Tensor, options?: ToOptions): Tensor;
    /** Another tensor's dtype. */
    typeAs(other: Tensor): Tensor;
    /** `to('float32')` */
    float(): Tensor;
    /** `to('float64')` */
    double(): Tensor;
    /** `to('int32')` */
    int(): Tensor;
    /** `to('bool')` */
    bool(): Tensor;
    /** `to('float16')`: storage in 16 bits. */
    half(): Tensor;
    /** `to('bfloat16')`: storage in 16 bits. */
    bfloat16(): Tensor;
  }
}

function checkDense(op: string, x: Tensor): void {
  checkTensor(op, 'input', x);
  if (x.isSparse) throw new ShapeError(`${op}: this gradient is row-sparse; use toDense() first`);
}

export function contiguous(x: Tensor): Tensor {
  if (x.isContiguous() && !x.isSparse) return x;
  return clone(x);
}

/** A contiguous copy; gradients flow back through it. */
export function clone(x: Tensor): Tensor {
  checkDense('clone', x);
  const out = copyOf(x);
  if (!needsGrad(x)) return out;
  return record('CloneBackward0', [x], out, (grad) => [grad]);
}

/**
 * Converts to another dtype. Floats become integers by dropping the fraction, anything not 0 becomes true; 16-bit floats
 * round to nearest, ties to even. Gradients flow between floating dtypes.
 */
export function to(x: Tensor, dtype: DType | Tensor, options?: ToOptions): Tensor {
  checkDense('to', x);
  if (dtype instanceof Tensor) return to(x, dtype.dtype, options);
  checkDType('to', dtype);
  const { copy = false } = checkOptions('to', options, ['copy']);
  if (typeof copy !== 'boolean') throw new ArgumentError(`to: copy must be true or false, got ${describe(copy)}`);
  if (dtype === x.dtype) return copy ? clone(x) : x;
  const out = copyOf(x, dtype);
  if (!isFloating(dtype) || !needsGrad(x)) return out;
  // Gradients of 16-bit tensors travel in float32.
  const carried = dtypes[x.dtype].computes ? x.dtype : 'float32';
  return record('ToCopyBackward0', [x], out, (grad) => [grad.dtype === carried ? grad : copyOf(grad, carried)]);
}

/**
 * @throws AutogradError when recording is on and `x` requires a gradient, so that writing into it would lose history;
 *   ShapeError for an expanded view, whose elements share memory.
 */
export function assertWritable(op: string, x: Tensor): void {
  assertFillable(op, x);
  if (overlapsItself(x)) {
    throw new ShapeError(
      `${op}: several elements of this expanded tensor of shape ${formatShape(x.shape)} share memory; write into a clone()`,
    );
  }
}

/** `assertWritable` for writes that may meet one place several times. */
export function assertFillable(op: string, x: Tensor): void {
  if (needsGrad(x)) {
    const what = x.isLeaf ? 'a leaf that requires a gradient' : 'a tensor with a recorded history';
    throw new AutogradError(`${op}: cannot change ${what} in place; use noGrad(() => …) or an out-of-place operation`);
  }
}

/** @throws ShapeError unless `from` broadcasts to `target`. */
export function checkBroadcastsTo(op: string, from: Shape, target: Shape): void {
  const lead = target.length - from.length;
  const fits = lead >= 0 && from.every((size, i) => size === 1 || size === target[i + lead]);
  if (!fits) {
    throw new ShapeError(`${op}: shape ${formatShape(from)} does not broadcast to ${formatShape(target)}`);
  }
}

installMethods({
  contiguous(this: Tensor) {
    return contiguous(this);
  },
  clone(this: Tensor) {
    return clone(this);
  },
  to(this: Tensor, dtype: DType | Tensor, options?: ToOptions) {
    return to(this, dtype, options);
  },
  typeAs(this: Tensor, other: Tensor) {
    return to(this, checkTensor('typeAs', 'other', other).dtype);
  },
  float(this: Tensor) {
    return to(this, 'float32');
  },
  double(this: Tensor) {
    return to(this, 'float64');
  },
  int(this: Tensor) {
    return to(this, 'int32');
  },
  bool(this: Tensor) {
    return to(this, 'bool');
  },
  half(this: Tensor) {
    return to(this, 'float16');
  },
  bfloat16(this: Tensor) {
    return to(this, 'bfloat16');
  },
});
