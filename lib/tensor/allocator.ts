import { ValueError } from '../errors.js';
import { makeBlock } from './block.js';
import type { DTypeInfo, TypedArray } from './dtype.js';
import { pool } from './pool.js';

/** Below this a weak reference costs more than fresh memory does. */
const smallBelow = 128 * 1024;
/** Long-lived arrays of this size and up lie on their own pages, huge ones where the system has them. */
const pagesFrom = 1 << 20;
const pageSize = 4096;
const cacheLine = 64;

/** Recycled small buffers by class. Nothing refers to them but these lists. */
const small: ArrayBuffer[][] = [];
const mostOfOneSize = 32;

/** Four classes per power of two, from 64 bytes on, so that results of like sizes share buffers. */
function smallClass(bytes: number): number {
  if (bytes <= 64) return 0;
  const log = 31 - Math.clz32(bytes - 1);
  return 4 * (log - 6) + (((bytes - 1) >> (log - 2)) & 3) + 1;
}

function bytesOfClass(index: number): number {
  return index === 0 ? 64 : (5 + ((index - 1) & 3)) << (4 + ((index - 1) >> 2));
}

const smallClasses = smallClass(smallBelow) + 1;
for (let i = 0; i < smallClasses; i++) small.push([]);

function takeSmall(info: DTypeInfo, n: number, zeroed: boolean): TypedArray {
  // Wherever V8 puts it: steps of small models take as long as with results on cache lines.
  const index = smallClass(n * info.bytes);
  const recycled = small[index].pop() ?? null;
  const array = new info.array(recycled ?? new ArrayBuffer(bytesOfClass(index)), 0, n);
  if (zeroed && recycled !== null) array.fill(0);
  return array;
}

/** Whether the pool is asked for a result of this size. */
export function isPooled(bytes: number): boolean {
  return bytes >= smallBelow;
}

/** Takes back a buffer that `allocateArray` made, not in the pool, and that nothing will read again. */
export function recycleSmall(buffer: ArrayBuffer): void {
  const { byteLength } = buffer;
  const index = smallClass(byteLength);
  if (index >= smallClasses || bytesOfClass(index) !== byteLength) return;
  const list = small[index];
  if (list.length < mostOfOneSize) list.push(buffer);
}

function outOfMemory(info: DTypeInfo, n: number, cause: unknown): ValueError {
  return new ValueError(`out of memory: ${n} elements of ${info.name} need ${n * info.bytes} bytes`, { cause });
}

/**
 * A typed array for a result: plain memory when small, the pool's when large. Its content is unspecified unless `zeroed`
 * (callers that say false write all of it).
 * @throws ValueError when there is no such amount of memory.
 */
export function allocateArray(info: DTypeInfo, n: number, zeroed: boolean): TypedArray {
  const bytes = n * info.bytes;
  try {
    if (!isPooled(bytes)) return takeSmall(info, n, zeroed);
    return pool.take(info, n, zeroed) ?? allocateLasting(info, n);
  } catch (cause) {
    throw outOfMemory(info, n, cause);
  }
}

/** A zeroed typed array that lives long: a table, a parameter, an optimizer's moments. Page-aligned when large. */
export function allocateLasting(info: DTypeInfo, n: number): TypedArray {
  const bytes = n * info.bytes;
  const large = bytes >= pagesFrom;
  const boundary = large ? pageSize : cacheLine;
  try {
    const { buffer, begin } = makeBlock(bytes + boundary, boundary, large);
    return new info.array(buffer, begin, n);
  } catch (cause) {
    throw outOfMemory(info, n, cause);
  }
}
