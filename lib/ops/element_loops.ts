/** Elementwise functions that have no kernel: plain loops over doubles, results rounded to the tensor's dtype. */

import { copyOf } from '../calls/copy.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { Operands } from './operands.js';
import { expand } from './view.js';

const dense = (x: Tensor) => (x.isContiguous() ? x : copyOf(x));

/** f of each element, unrecorded. */
export function mapOne(x: Tensor, f: (value: number) => number, dtype: DType = x.dtype): Tensor {
  const source = dense(x.detach());
  const out = Tensor.allocate(x.shape, dtype, false);
  const [from, to] = [source.storage.array, out.storage.array];
  const [start, target] = [source.offset, out.offset];
  for (let i = 0; i < out.numel; i++) to[target + i] = f(from[start + i]);
  return out;
}

/** f of each pair of elements, broadcast, unrecorded. Numbers are rounded to the dtype of the tensors first. */
export function mapTwo({ a, b, shape, dtype }: Operands, f: (a: number, b: number) => number, to = dtype): Tensor {
  const array = (x: Tensor) => dense(expand(x.detach(), shape));
  const out = Tensor.allocate(shape, to, false);
  const { storage, offset } = out;
  if (a instanceof Tensor && b instanceof Tensor) {
    const [x, y] = [array(a), array(b)];
    const [first, second] = [x.storage.array, y.storage.array];
    for (let i = 0; i < out.numel; i++) storage.array[offset + i] = f(first[x.offset + i], second[y.offset + i]);
  } else if (a instanceof Tensor) {
    const x = array(a);
    const value = rounded(b as number | boolean, dtype);
    for (let i = 0; i < out.numel; i++) storage.array[offset + i] = f(x.storage.array[x.offset + i], value);
  } else {
    const y = array(b as Tensor);
    const value = rounded(a, dtype);
    for (let i = 0; i < out.numel; i++) storage.array[offset + i] = f(value, y.storage.array[y.offset + i]);
  }
  return out;
}

function rounded(value: number | boolean, dtype: DType): number {
  const number = Number(value);
  return isFloating(dtype) && dtype !== 'float64' ? Math.fround(number) : number;
}
