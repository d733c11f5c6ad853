import { ValueError } from '../errors.js';
import type { DTypeInfo, TypedArray } from './dtype.js';

/** Views of this size and up start on a cache line; V8 puts large buffers at 16 bytes past one. */
const alignFrom = 4096;
const alignment = 64;

/** A typed array of `n` elements in memory of its own. Always zeroed at present; callers that overwrite all say so. */
export function allocateArray(info: DTypeInfo, n: number, _zeroed: boolean): TypedArray {
  const bytes = n * info.bytes;
  try {
    if (bytes < alignFrom) return new info.array(new ArrayBuffer(bytes), 0, n);
    return new info.array(new ArrayBuffer(bytes + alignment), 48, n);
  } catch (cause) {
    throw new ValueError(`out of memory: ${n} elements of ${info.name} need ${bytes} bytes`, { cause });
  }
}
