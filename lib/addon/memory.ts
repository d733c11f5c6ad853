import type { TypedArray } from './typed_array.js';

/** What the addon knows of JavaScript's memory: native/binding/memory.cc. */
export interface NativeMemory {
  /** Remembers weakly that a slot belongs to an array. */
  trackWeak(slot: number, array: TypedArray): void;
  /** Forgets a slot whose array is still alive. */
  releaseWeak(slot: number): void;
  /** Writes slots whose arrays have been collected to `out` and frees them; returns how many. */
  pollWeak(out: Int32Array): number;
  /** Asks for huge pages under memory that is about to be touched for the first time. */
  adviseHugePages(array: TypedArray): void;
  /** The bytes from where an array begins to the next multiple of `boundary`, a power of two. */
  bytesToBoundary(array: TypedArray, boundary: number): number;
}
