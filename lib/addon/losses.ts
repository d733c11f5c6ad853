import type { TypedArray } from './typed_array.js';

/** The addon's elementwise losses: native/binding/losses.cc. */
export interface NativeLosses {
  /** The position of the first value outside [0, 1], or -1. */
  findOutsideUnit(n: number, offset: number, x: TypedArray): number;
}
