import { native } from '../addon/native.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { broadcastStrides, type Shape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

/** Writes `src` (broadcast, converted) into the window `dst`, without recording. Shapes are checked by the caller. */
export function copyInto(dst: Tensor, src: Tensor): void {
  if (dst.isContiguous() && src.isContiguous() && sameShape(src.shape, dst.shape)) {
    if (dst.numel === 0) return;
    plan[0] = 1;
    plan[1] = dst.numel;
    plan[2] = 1;
    plan[3] = 1;
  } else if (fillPlan(dst.shape, dst.strides, broadcastStrides(src.shape, src.strides, dst.shape)) < 0) {
    return;
  }
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

/** Sets the elements of a window to a number, converted to its dtype, without recording. */
export function fillWith(target: Tensor, value: number): void {
  const { shape, strides } = target;
  if (target.numel === 0) return;
  const n = shape.length;
  plan[0] = n;
  for (let i = 0; i < n; i++) {
    plan[1 + i] = shape[i];
    plan[1 + n + i] = strides[i];
  }
  native.fill(target.storage.array, dtypes[target.dtype].code, target.offset, value, plan);
  target.storage.version++;
}
