/** One native call each: reductions along the middle of a contiguous tensor, without recording. */
import { native } from '../addon/native.js';
import { contiguousStrides, type Shape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyOf } from './copy.js';
import { type ReduceName, reduceCode } from './opcodes.js';

/** A contiguous tensor seen as [outer, n, inner], of which n goes, and the shape of what is left. */
export interface Reduction {
  readonly source: Tensor;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly outShape: Shape;
}

/** (the reduction of floats over n) / divisor. `p`: the power of sumPowers; `center`: of deviations. */
export function reduceFloats(op: ReduceName, at: Reduction, p = 0, divisor = 1, center?: Tensor): Tensor {
  const { source, outer, n, inner } = at;
  const out = Tensor.allocate(at.outShape, source.dtype, false);
  native.reduce(
    reduceCode[op],
    p,
    divisor,
    out.storage.array,
    out.offset,
    source.storage.array,
    source.offset,
    center === undefined ? null : center.storage.array,
    center === undefined ? 0 : center.offset,
    outer,
    n,
    inner,
  );
  return out;
}

/** The reduction (sum, prod, max, min) of int32 or uint8 into int32, or the first result that does not fit. */
export function reduceIntegers(op: ReduceName, at: Reduction): Tensor | number {
  const { source, outer, n, inner } = at;
  const out = Tensor.allocate(at.outShape, 'int32', false);
  const misfit = native.reduceIntegers(
    reduceCode[op],
    out.storage.array,
    out.offset,
    source.storage.array,
    source.offset,
    outer,
    n,
    inner,
  );
  return misfit >= 0 ? misfit : out;
}

/** Whether all (or any) elements over n are not zero: bool, or uint8 for uint8. */
export function allOrAny(all: boolean, at: Reduction): Tensor {
  const { source, outer, n, inner } = at;
  const out = Tensor.allocate(at.outShape, source.dtype === 'uint8' ? 'uint8' : 'bool', false);
  native.allOrAny(all, out.storage.array, out.offset, source.storage.array, source.offset, outer, n, inner);
  return out;
}

/** The running sums over n, from the end when `reverse`, in the input's shape. */
export function runningSums(reverse: boolean, at: Reduction, shape: Shape): Tensor {
  const { source, outer, n, inner } = at;
  const out = Tensor.allocate(shape, source.dtype, false);
  if (out.numel === 0) return out;
  native.cumulativeSum(reverse, out.storage.array, out.offset, source.storage.array, source.offset, outer, n, inner);
  return out;
}

/** Undoes broadcasting: sums a gradient over the dimensions along which `shape` was repeated, without recording. */
export function sumTo(grad: Tensor, shape: Shape): Tensor {
  if (sameShape(grad.shape, shape)) return grad;
  const lead = grad.ndim - shape.length;
  const repeated = grad.shape.map((size, i) => i < lead || (shape[i - lead] === 1 && size !== 1));
  let x = grad.isContiguous() ? grad : copyOf(grad);
  // Groups of neighbouring repeated dimensions, from the innermost outwards: each is one reduction.
  let inner = 1;
  for (let i = grad.ndim - 1; i >= 0; ) {
    if (!repeated[i]) {
      inner *= grad.shape[i--];
      continue;
    }
    let n = 1;
    while (i >= 0 && repeated[i]) n *= grad.shape[i--];
    let outer = 1;
    for (let d = 0; d <= i; d++) outer *= grad.shape[d];
    x = reduceFloats('sum', { source: x, outer, n, inner, outShape: [outer * inner] });
  }
  return new Tensor(x.storage, shape, contiguousStrides(shape), x.offset);
}
