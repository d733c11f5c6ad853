import type { TypedArray } from './typed_array.js';

/** The addon's optimizer updates, and what gradient clipping needs: native/binding/optim.cc. */
export interface NativeOptim {
  /** One optimizer update of one parameter; returns the position of the first bad row index, or -1. */
  updateParameter(
    plan: Float64Array,
    weight: TypedArray,
    state0: TypedArray | null,
    state1: TypedArray | null,
    state2: TypedArray | null,
    values: TypedArray,
    indices: TypedArray | null,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** Σ |x|^p, or the largest |x| for p = Infinity. */
  sumOfPowers(n: number, offset: number, p: number, x: TypedArray): number;
  scaleInPlace(n: number, offset: number, factor: number, x: TypedArray): void;
  clampInPlace(n: number, offset: number, limit: number, x: TypedArray): void;
}
