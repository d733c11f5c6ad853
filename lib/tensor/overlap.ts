/** Which tensors lie in the same memory, so that writing into one would disturb the other, or the tensor itself. */
import { numelOf } from './shape.js';
import { Tensor } from './tensor.js';

/**
 * Whether two tensors lie in one memory. What came from the allocator has a storage to itself; what users gave may be
 * one buffer behind several.
 */
export function shareMemory(a: Tensor, b: Tensor): boolean {
  if (a.storage === b.storage) return true;
  if (a.storage.serial !== 0 || b.storage.serial !== 0) return false;
  return a.storage.array.buffer === b.storage.array.buffer;
}

/** Whether several elements are one place in memory, as along the dimensions of an expanded view. */
export function overlapsItself(t: Tensor): boolean {
  const { shape, strides } = t;
  for (let i = 0; i < shape.length; i++) if (strides[i] === 0 && shape[i] > 1) return numelOf(shape) > 0;
  return false;
}

/** Each place in the memory of a view once: its repeated dimensions have size 1. */
export function withoutRepeats(t: Tensor): Tensor {
  const shape = t.shape.map((size, i) => (t.strides[i] === 0 && size > 1 ? 1 : size));
  return new Tensor(t.storage, shape, t.strides, t.offset);
}
