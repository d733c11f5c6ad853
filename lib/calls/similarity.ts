/** One native call each: cosines of pairs of rows and their gradients, without recording. */
import { native } from '../addon/native.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

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

/** `k`: where the plan holds the rows. */
function setPairs({ a, b, n, eps }: CosineOperands, pairs: number, k: number): void {
  plan[0] = pairs;
  plan[1] = n;
  plan[2] = eps;
  plan[k] = a.tensor.offset;
  plan[k + 1] = a.steps ? 1 : 0;
  plan[k + 2] = b.tensor.offset;
  plan[k + 3] = b.steps ? 1 : 0;
}

/** The cosine of each pair, in the shape that counts the pairs; and the lengths of both, [pairs, 2], for backward. */
export function cosinesOf(operands: CosineOperands, shape: Shape): { cosines: Tensor; lengths: Tensor } {
  const { dtype, storage } = operands.a.tensor;
  const cosines = Tensor.allocate(shape, dtype, false);
  const lengths = Tensor.allocate([cosines.numel, 2], dtype, false);
  setPairs(operands, cosines.numel, 5);
  plan[3] = cosines.offset;
  plan[4] = lengths.offset;
  native.cosines(plan, cosines.storage.array, lengths.storage.array, storage.array, operands.b.tensor.storage.array);
  return { cosines, lengths };
}

/** Overwrites the gradients of both rows of each pair, [pairs, n], where they are given. */
export function cosinesBackward(
  da: Tensor | null,
  db: Tensor | null,
  grad: Tensor,
  { cosines, lengths }: { cosines: Tensor; lengths: Tensor },
  operands: CosineOperands,
): void {
  setPairs(operands, cosines.numel, 8);
  plan[3] = da === null ? 0 : da.offset;
  plan[4] = db === null ? 0 : db.offset;
  plan[5] = grad.offset;
  plan[6] = cosines.offset;
  plan[7] = lengths.offset;
  native.cosinesBackward(
    plan,
    da === null ? null : da.storage.array,
    db === null ? null : db.storage.array,
    grad.storage.array,
    cosines.storage.array,
    lengths.storage.array,
    operands.a.tensor.storage.array,
    operands.b.tensor.storage.array,
  );
}
