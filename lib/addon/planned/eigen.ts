// Made by scripts/make_calls.mjs from native/binding/planned/eigen.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's eigenvalues of symmetric matrices. */
export interface PlannedEigen {
  /**
   * Eigenvalues, the largest first, and eigenvectors as rows; `matrix` is overwritten. `done` is 0 where the steps
   * came to no end.
   */
  symmetricEigen(plan: Float64Array, values: TypedArray, vectors: TypedArray, matrix: TypedArray): void;
}
