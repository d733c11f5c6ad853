import { copyOf } from '../calls/copy.js';
import { numberRange } from '../calls/running.js';
import { DTypeError, IndexError } from '../errors.js';
import { isInteger } from '../tensor/dtype.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';

/** An int32 copy in which places that count from the end are ordinary ones. @throws IndexError, DTypeError */
export function wrappedIndex(op: string, argument: string, index: unknown, size: number): Tensor {
  return wrapInto(op, copyOf(integers(op, argument, index), 'int32'), size);
}

/**
 * The same without a copy where the index is int32, contiguous, and has nothing to wrap: for operations that say by what they
 * save that the index must not change until backward.
 */
export function wrappedOrSame(op: string, argument: string, index: unknown, size: number): Tensor {
  const given = integers(op, argument, index);
  if (given.dtype === 'int32' && given.isContiguous()) {
    if (given.numel === 0) return given;
    const { least, most } = numberRange(given);
    if (least >= 0 && most < size) return given;
  }
  return wrapInto(op, copyOf(given, 'int32'), size);
}

function integers(op: string, argument: string, index: unknown): Tensor {
  const given = checkTensor(op, argument, index);
  if (!isInteger(given.dtype)) throw new DTypeError(`${op}: ${argument} must hold integers, got ${given.dtype}`);
  return given;
}

function wrapInto(op: string, out: Tensor, size: number): Tensor {
  if (out.numel === 0) return out;
  // Mostly nothing is to be done, which one pass in native code sees.
  const { least, most } = numberRange(out);
  if (least >= 0 && most < size) return out;
  const array = out.storage.array as Int32Array;
  for (let i = 0; i < out.numel; i++) {
    const place = array[i];
    if (place < -size || place >= size) {
      throw new IndexError(
        `${op}: index ${place} at position ${i} is outside the ${size} places that there are`,
        place,
        size,
        i,
      );
    }
    if (place < 0) array[i] = place + size;
  }
  return out;
}
