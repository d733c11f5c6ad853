import { native } from '../addon/native.js';
import type { TypedArray } from './dtype.js';

/** A buffer, and where in it arrays begin: on a multiple of some boundary. */
export interface Block {
  readonly buffer: ArrayBuffer;
  readonly begin: number;
}

/**
 * A new, zeroed buffer of `bytes`, in which arrays begin on a multiple of `boundary`, a power of two; V8 puts buffers on
 * multiples of 16. `huge` asks for huge pages.
 */
export function makeBlock(bytes: number, boundary: number, huge: boolean): Block {
  const buffer = new ArrayBuffer(bytes);
  const whole = new Uint8Array(buffer) as TypedArray;
  if (huge) native.adviseHugePages(whole);
  return { buffer, begin: native.bytesToBoundary(whole, boundary) };
}
