// Made by scripts/make_calls.mjs from native/binding/planned/similarity.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface CosinesCall {
  readonly rows: number;
  readonly n: number;
  readonly eps: number;
  readonly aSteps: boolean;
  readonly bSteps: boolean;
  readonly cosines: Tensor;
  readonly lengths: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
}

/** The cosines of pairs of rows, and the lengths of both. */
export function callCosines(call: CosinesCall): void {
  const cosines = call.cosines.storage.array;
  const lengths = call.lengths.storage.array;
  const a = call.a.storage.array;
  const b = call.b.storage.array;
  plan[0] = 0xb94d3bef;
  plan[1] = call.rows;
  plan[2] = call.n;
  plan[3] = call.eps;
  plan[4] = call.aSteps ? 1 : 0;
  plan[5] = call.bSteps ? 1 : 0;
  plan[6] = call.cosines.offset;
  plan[7] = call.lengths.offset;
  plan[8] = call.a.offset;
  plan[9] = call.b.offset;
  native.cosines(plan, cosines, lengths, a, b);
}

export interface CosinesBackwardCall {
  readonly rows: number;
  readonly n: number;
  readonly eps: number;
  readonly aSteps: boolean;
  readonly bSteps: boolean;
  readonly da: Tensor | null;
  readonly db: Tensor | null;
  readonly grad: Tensor;
  readonly cosines: Tensor;
  readonly lengths: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
}

/** Overwrites the gradients that are given. */
export function callCosinesBackward(call: CosinesBackwardCall): void {
  const da = call.da === null ? null : call.da.storage.array;
  const db = call.db === null ? null : call.db.storage.array;
  const grad = call.grad.storage.array;
  const cosines = call.cosines.storage.array;
  const lengths = call.lengths.storage.array;
  const a = call.a.storage.array;
  const b = call.b.storage.array;
  plan[0] = 0x35892195;
  plan[1] = call.rows;
  plan[2] = call.n;
  plan[3] = call.eps;
  plan[4] = call.aSteps ? 1 : 0;
  plan[5] = call.bSteps ? 1 : 0;
  plan[6] = call.da === null ? 0 : call.da.offset;
  plan[7] = call.db === null ? 0 : call.db.offset;
  plan[8] = call.grad.offset;
  plan[9] = call.cosines.offset;
  plan[10] = call.lengths.offset;
  plan[11] = call.a.offset;
  plan[12] = call.b.offset;
  native.cosinesBackward(plan, da, db, grad, cosines, lengths, a, b);
}
