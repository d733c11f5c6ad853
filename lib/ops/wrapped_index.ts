import { DTypeError, IndexError } from '../errors.js';
import { isInteger } from '../tensor/dtype.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';

/** An int32 copy in which places that count from the end are ordinary ones. @throws IndexError, DTypeError */
export function wrappedIndex(op: string, argument: string, index: unknown, size: number): Tensor {
  const given = checkTensor(op, argument, index);
  if (!isInteger(given.dtype)) throw new DTypeError(`${op}: ${argument} must hold integers, got ${given.dtype}`);
  const out = Tensor.allocate(given.shape, 'int32', false);
  const { array } = out.storage;
  const dense = given.contiguous();
  for (let i = 0; i < out.numel; i++) {
    const place = dense.storage.array[dense.offset + i];
    if (place < -size || place >= size) {
      throw new IndexError(
        `${op}: index ${place} at position ${i} is outside the ${size} places that there are`,
        place,
        size,
        i,
      );
    }
    array[i] = place < 0 ? place + size : place;
  }
  return out;
}
