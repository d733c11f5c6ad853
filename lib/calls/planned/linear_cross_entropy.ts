// Made by scripts/make_calls.mjs from native/binding/planned/linear_cross_entropy.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface LinearCrossEntropyCall {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  readonly chunkRows: number;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly perRow: boolean;
  readonly mean: boolean;
  readonly loss: Tensor | null;
  readonly dx: Tensor | null;
  readonly dw: Tensor | null;
  readonly dbias: Tensor | null;
  readonly logits: Tensor;
  readonly x: Tensor;
  readonly w: Tensor;
  readonly bias: Tensor | null;
  readonly weight: Tensor | null;
  readonly targets: Tensor;
  readonly dloss: Tensor | null;
}

/**
 * The loss of each row and the gradients, those that are given; `logits` is working memory of [chunkRows, classes].
 * Gradients are scaled by `dloss`, one for each row or one for all of them (1 without), and divided by the divisor
 * of a mean. Returns the first bad target's place, or -1.
 */
export function callLinearCrossEntropy(call: LinearCrossEntropyCall): number {
  const loss = call.loss === null ? null : call.loss.storage.array;
  const dx = call.dx === null ? null : call.dx.storage.array;
  const dw = call.dw === null ? null : call.dw.storage.array;
  const dbias = call.dbias === null ? null : call.dbias.storage.array;
  const logits = call.logits.storage.array;
  const x = call.x.storage.array;
  const w = call.w.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const targets = call.targets.storage.array;
  const dloss = call.dloss === null ? null : call.dloss.storage.array;
  plan[0] = 0x870cdb1d;
  plan[1] = call.rows;
  plan[2] = call.features;
  plan[3] = call.classes;
  plan[4] = call.chunkRows;
  plan[5] = call.ignoreIndex;
  plan[6] = call.labelSmoothing;
  plan[7] = call.perRow ? 1 : 0;
  plan[8] = call.mean ? 1 : 0;
  plan[9] = call.loss === null ? 0 : call.loss.offset;
  plan[10] = call.dx === null ? 0 : call.dx.offset;
  plan[11] = call.dw === null ? 0 : call.dw.offset;
  plan[12] = call.dbias === null ? 0 : call.dbias.offset;
  plan[13] = call.logits.offset;
  plan[14] = call.x.offset;
  plan[15] = call.w.offset;
  plan[16] = call.bias === null ? 0 : call.bias.offset;
  plan[17] = call.weight === null ? 0 : call.weight.offset;
  plan[18] = call.targets.offset;
  plan[19] = call.dloss === null ? 0 : call.dloss.offset;
  return native.linearCrossEntropy(plan, loss, dx, dw, dbias, logits, x, w, bias, weight, targets, dloss);
}

/** What `callLinearCrossEntropy` left in the plan. */
export const resultsOfLinearCrossEntropy = {
  get sum(): number {
    return plan[20];
  },
  get divisor(): number {
    return plan[21];
  },
};
