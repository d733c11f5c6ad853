import { native } from '../addon/native.js';
import { contiguousStrides, type Shape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyOf } from './copy.js';
import { reduceCode } from './opcodes.js';

/** Sums along the middle of a contiguous float tensor seen as [outer, n, inner]; the result is flat. */
function sumMiddle(x: Tensor, outer: number, n: number, inner: number): Tensor {
  const out = Tensor.allocate([outer * inner], x.dtype, false);
  native.reduce(
    reduceCode.sum,
    0,
    1,
    out.storage.array,
    out.offset,
    x.storage.array,
    x.offset,
    null,
    0,
    outer,
    n,
    inner,
  );
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
    x = sumMiddle(x, outer, n, inner);
  }
  return new Tensor(x.storage, shape, contiguousStrides(shape), x.offset);
}
