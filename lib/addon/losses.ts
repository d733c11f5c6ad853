import type { PlannedLosses } from './planned/losses.js';
import type { TypedArray } from './typed_array.js';

/** The addon's elementwise losses: native/binding/losses.cc. */
export interface NativeLosses extends PlannedLosses {
  /** The position of the first value outside [0, 1], or -1. */
  findOutsideUnit(n: number, offset: number, x: TypedArray): number;
}
