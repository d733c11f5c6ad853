import { needsGrad, record } from '../autograd/record.js';
import { AutogradError, ShapeError } from '../errors.js';
import { native } from '../native.js';
import { checkDType, type DType, dtypes, isFloating } from '../tensor/dtype.js';
import { plan } from '../tensor/plan.js';
import { broadcastStrides, formatShape, type Shape } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** This tensor when it is contiguous already, else a contiguous copy. */
    contiguous(): Tensor;
    /** A contiguous copy in memory of its own. */
    clone(): Tensor;
    /** The same values in another dtype; this tensor itself when it has that dtype. */
    to(dtype: DType): Tensor;
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

/** Writes `src` (broadcast, converted) into the window `dst`, without recording. Shapes are checked by the caller. */
export function copyInto(dst: Tensor, src: Tensor): void {
  const ndim = fillPlan(dst.shape, dst.strides, broadcastStrides(src.shape, src.strides, dst.shape));
  if (ndim < 0) return;
  const { storage: to } = dst;
  const { storage: from } = src;
  native.copy(to.array, dtypes[dst.dtype].code, dst.offset, from.array, dtypes[src.dtype].code, src.offset, plan);
}

/** Merges neighbouring dimensions that step evenly; returns the number left, or -1 when there is nothing to copy. */
function fillPlan(shape: Shape, a: readonly number[], b: readonly number[]): number {
  const size: number[] = [];
  const sa: number[] = [];
  const sb: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 0) return -1;
    if (shape[i] === 1) continue;
    const k = size.length - 1;
    if (k >= 0 && sa[k] === a[i] * shape[i] && sb[k] === b[i] * shape[i]) {
      size[k] *= shape[i];
      sa[k] = a[i];
      sb[k] = b[i];
    } else {
      size.push(shape[i]);
      sa.push(a[i]);
      sb.push(b[i]);
    }
  }
  if (size.length === 0) {
    size.push(1);
    sa.push(1);
    sb.push(1);
  }
  const n = size.length;
  plan[0] = n;
  for (let i = 0; i < n; i++) {
    plan[1 + i] = size[i];
    plan[1 + n + i] = sa[i];
    plan[1 + 2 * n + i] = sb[i];
  }
  return n;
}

/** A fresh contiguous tensor with the values of `x`, without recording. */
export function copyOf(x: Tensor, dtype: DType = x.dtype): Tensor {
  const out = Tensor.allocate(x.shape, dtype, false);
  copyInto(out, x);
  return out;
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
export function to(x: Tensor, dtype: DType): Tensor {
  checkDense('to', x);
  checkDType('to', dtype);
  if (dtype === x.dtype) return x;
  const out = copyOf(x, dtype);
  if (!isFloating(dtype) || !needsGrad(x)) return out;
  return record('ToCopyBackward0', [x], out, (grad) => [copyOf(grad, x.dtype)]);
}

/** @throws AutogradError when recording is on and `x` requires a gradient, so that writing into it would lose history. */
export function assertWritable(op: string, x: Tensor): void {
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
  to(this: Tensor, dtype: DType) {
    return to(this, dtype);
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
