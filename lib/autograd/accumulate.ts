import { copyOf } from '../calls/copy.js';
import { binary } from '../calls/elementwise.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import type { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { DenseRows } from './dense_rows.js';
import { addRows, RowSparse } from './row_sparse.js';

/** A gradient in contiguous memory that nothing else shares. */
export function ownCopy(grad: Tensor): Tensor {
  if (grad instanceof DenseRows) return grad.copy();
  return grad instanceof RowSparse ? grad.clone() : copyOf(grad);
}

/** The tensor that holds a gradient's numbers. */
export function numbersOf(grad: Tensor): Tensor {
  return grad instanceof RowSparse || (grad instanceof DenseRows && grad.isPending) ? grad.rowList.base : grad;
}

/** The memory that holds a gradient's numbers. */
export function memoryOf(grad: Tensor): Storage {
  return numbersOf(grad).storage;
}

/** A gradient as a walk carries it: 16 bits in float32, in which sums are exact enough and kernels compute. */
export function widened(grad: Tensor): Tensor {
  return dtypes[grad.dtype].computes ? grad : copyOf(grad, 'float32');
}

/** A gradient that a walk carried, in the dtype of the tensor that it belongs to. */
export function narrowed(grad: Tensor, dtype: DType): Tensor {
  return dtypes[dtype].computes ? grad : copyOf(grad, dtype);
}

function concatenate(a: RowSparse, b: RowSparse): RowSparse {
  const join = (x: Tensor, y: Tensor) => {
    const out = Tensor.allocate([x.shape[0] + y.shape[0], ...x.shape.slice(1)], x.dtype, false);
    const { array } = out.storage;
    for (const [part, at] of [
      [x, 0],
      [y, x.numel],
    ] as const) {
      const { storage, offset } = part.isContiguous() ? part : copyOf(part);
      array.set(storage.array.subarray(offset, offset + part.numel), at);
    }
    return out;
  };
  return new RowSparse(join(a.indices, b.indices), join(a.values, b.values), a.shape);
}

/**
 * a + b for two gradients of one tensor. Writes into `a` when `intoA` says that nothing else sees it and it is dense;
 * two row-sparse gradients are joined, uncoalesced, as in PyTorch.
 */
export function addGradients(a: Tensor, b: Tensor, intoA: boolean): Tensor {
  if (a instanceof RowSparse && b instanceof RowSparse) return concatenate(a, b);
  if (a instanceof RowSparse) return addGradients(b, a, false);
  if (a instanceof DenseRows && b instanceof DenseRows) {
    const both = a.joined(b, intoA);
    if (both !== null) return both;
  }
  if (b instanceof RowSparse) {
    const out = intoA ? a : copyOf(a);
    addRows(out, b);
    out.storage.version++;
    return out;
  }
  if (!intoA) return binary('add', a, b, a.shape, 1);
  binary('add', a, b, a.shape, 1, 0, a);
  a.storage.version++;
  return a;
}

/** True when `grad` fills its own memory exactly, so that a leaf may keep it as it is. */
export function standsAlone(grad: Tensor): boolean {
  const dense = numbersOf(grad);
  return dense.offset === 0 && dense.storage.array.length === dense.numel && dense.isContiguous();
}
