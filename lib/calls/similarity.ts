/** One native call each: cosines of pairs of rows and their gradients, without recording. */
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { callCosines, callCosinesBackward } from './planned/similarity.js';

/** Rows of n numbers: one after the other, or where they don't step, one row for all pairs. */
export interface Rows {
  readonly tensor: Tensor;
  readonly steps: boolean;
}

/** Pairs of rows. */
export interface CosineOperands {
  readonly a: Rows;
  readonly b: Rows;
  readonly n: number;
  /** The least length that a row counts with. */
  readonly eps: number;
}

/** The cosine of each pair, in the shape that counts the pairs; and the lengths of both, [pairs, 2], for backward. */
export function cosinesOf(operands: CosineOperands, shape: Shape): { cosines: Tensor; lengths: Tensor } {
  const { a, b, n, eps } = operands;
  const { dtype } = a.tensor;
  const cosines = Tensor.allocate(shape, dtype, false);
  const lengths = Tensor.allocate([cosines.numel, 2], dtype, false);
  callCosines({
    rows: cosines.numel,
    n,
    eps,
    aSteps: a.steps,
    bSteps: b.steps,
    cosines,
    lengths,
    a: a.tensor,
    b: b.tensor,
  });
  return { cosines, lengths };
}

/** Overwrites the gradients of both rows of each pair, [pairs, n], where they are given. */
export function cosinesBackward(
  da: Tensor | null,
  db: Tensor | null,
  grad: Tensor,
  { cosines, lengths }: { cosines: Tensor; lengths: Tensor },
  { a, b, n, eps }: CosineOperands,
): void {
  callCosinesBackward({
    rows: cosines.numel,
    n,
    eps,
    aSteps: a.steps,
    bSteps: b.steps,
    da,
    db,
    grad,
    cosines,
    lengths,
    a: a.tensor,
    b: b.tensor,
  });
}
