import type { TypedArray } from './typed_array.js';

/** The addon's optimizer updates, and what gradient clipping needs: native/binding/optim.cc. */
export interface NativeOptim {
  /** Σ |x|^p, or the largest |x| for p = Infinity. */
  sumOfPowers(n: number, offset: number, p: number, x: TypedArray): number;
  scaleInPlace(n: number, offset: number, factor: number, x: TypedArray): void;
  clampInPlace(n: number, offset: number, limit: number, x: TypedArray): void;
}
