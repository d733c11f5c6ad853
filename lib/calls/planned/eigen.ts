// Made by scripts/make_calls.mjs from native/binding/planned/eigen.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface SymmetricEigenCall {
  readonly n: number;
  readonly values: Tensor;
  readonly vectors: Tensor;
  readonly matrix: Tensor;
}

/**
 * Eigenvalues, the largest first, and eigenvectors as rows; `matrix` is overwritten. `done` is 0 where the steps
 * came to no end.
 */
export function callSymmetricEigen(call: SymmetricEigenCall): void {
  const values = call.values.storage.array;
  const vectors = call.vectors.storage.array;
  const matrix = call.matrix.storage.array;
  plan[0] = 0x18a43f29;
  plan[1] = call.n;
  plan[2] = call.values.offset;
  plan[3] = call.vectors.offset;
  plan[4] = call.matrix.offset;
  native.symmetricEigen(plan, values, vectors, matrix);
}

/** What `callSymmetricEigen` left in the plan. */
export const resultsOfSymmetricEigen = {
  get done(): number {
    return plan[5];
  },
};
