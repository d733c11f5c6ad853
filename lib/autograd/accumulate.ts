import { contiguousStrides } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { addRows, RowSparse } from './row_sparse.js';

/** A gradient in contiguous memory that nothing else shares. */
export function ownCopy(grad: Tensor): Tensor {
  if (grad instanceof RowSparse)
    return new RowSparse(ownCopy(grad.indices), ownCopy(grad.values), grad.shape, grad.isCoalesced);
  const out = Tensor.allocate(grad.shape, grad.dtype, false);
  const target = out.data;
  if (grad.isContiguous()) target.set(grad.data);
  else for (let i = 0; i < target.length; i++) target[i] = grad.at(i);
  return out;
}

function concatenate(a: RowSparse, b: RowSparse): RowSparse {
  const join = (x: Tensor, y: Tensor) => {
    const shape = [x.shape[0] + y.shape[0], ...x.shape.slice(1)];
    const out = Tensor.allocate(shape, x.dtype, false);
    out.data.set(x.data);
    out.data.set(y.data, x.numel);
    return out;
  };
  return new RowSparse(join(a.indices, b.indices), join(a.values, b.values), a.shape);
}

/**
 * a + b for two gradients of one tensor. Writes into `a` when `intoA` says that nothing else sees it and both are dense;
 * two row-sparse gradients are joined, uncoalesced, as in PyTorch.
 */
export function addGradients(a: Tensor, b: Tensor, intoA: boolean): Tensor {
  if (a instanceof RowSparse && b instanceof RowSparse) return concatenate(a, b);
  if (a instanceof RowSparse) return addGradients(b, a, false);
  const out = intoA && a.isContiguous() ? a : ownCopy(a);
  const sum = out.data;
  if (b instanceof RowSparse) {
    addRows(sum, b);
  } else if (b.isContiguous()) {
    const other = b.data;
    for (let i = 0; i < sum.length; i++) sum[i] += other[i];
  } else {
    for (let i = 0; i < sum.length; i++) sum[i] += b.at(i);
  }
  return out;
}

/** True when `grad` fills its own memory exactly, so that a leaf may keep it as it is. */
export function standsAlone(grad: Tensor): boolean {
  if (grad instanceof RowSparse) return true;
  if (grad.offset !== 0 || grad.storage.array.length !== grad.numel) return false;
  const strides = contiguousStrides(grad.shape);
  return grad.isContiguous() || strides.every((s, i) => s === grad.strides[i]);
}
