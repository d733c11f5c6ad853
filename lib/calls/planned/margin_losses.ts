// Made by scripts/make_calls.mjs from native/binding/planned/margin_losses.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Shape {
  readonly rows: number;
  readonly classes: number;
}

export interface MarginLossCall {
  readonly shape: Shape;
  readonly multilabel: boolean;
  readonly margin: number;
  readonly squared: boolean;
  readonly loss: Tensor;
  readonly x: Tensor;
  readonly targets: Tensor;
  readonly weight: Tensor | null;
}

/**
 * Writes each row's loss and leaves their sum; with `multilabel`, targets are rows of classes. Returns the first bad
 * target's place, or -1.
 */
export function callMarginLoss(call: MarginLossCall): number {
  const loss = call.loss.storage.array;
  const x = call.x.storage.array;
  const targets = call.targets.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  plan[0] = 0x772d92ba;
  plan[1] = call.shape.rows;
  plan[2] = call.shape.classes;
  plan[3] = call.multilabel ? 1 : 0;
  plan[4] = call.margin;
  plan[5] = call.squared ? 1 : 0;
  plan[6] = call.loss.offset;
  plan[7] = call.x.offset;
  plan[8] = call.targets.offset;
  plan[9] = call.weight === null ? 0 : call.weight.offset;
  return native.marginLoss(plan, loss, x, targets, weight);
}

/** What `callMarginLoss` left in the plan. */
export const resultsOfMarginLoss = {
  get sum(): number {
    return plan[10];
  },
};

export interface MarginLossBackwardCall {
  readonly shape: Shape;
  readonly multilabel: boolean;
  readonly margin: number;
  readonly squared: boolean;
  readonly perRow: boolean;
  readonly scale: number;
  readonly dx: Tensor;
  readonly x: Tensor;
  readonly targets: Tensor;
  readonly weight: Tensor | null;
  readonly dloss: Tensor;
}

/** The gradient of x, from that of the losses: one for each row, or one for all of them, times `scale`. */
export function callMarginLossBackward(call: MarginLossBackwardCall): void {
  const dx = call.dx.storage.array;
  const x = call.x.storage.array;
  const targets = call.targets.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const dloss = call.dloss.storage.array;
  plan[0] = 0x4cae7d79;
  plan[1] = call.shape.rows;
  plan[2] = call.shape.classes;
  plan[3] = call.multilabel ? 1 : 0;
  plan[4] = call.margin;
  plan[5] = call.squared ? 1 : 0;
  plan[6] = call.perRow ? 1 : 0;
  plan[7] = call.scale;
  plan[8] = call.dx.offset;
  plan[9] = call.x.offset;
  plan[10] = call.targets.offset;
  plan[11] = call.weight === null ? 0 : call.weight.offset;
  plan[12] = call.dloss.offset;
  native.marginLossBackward(plan, dx, x, targets, weight, dloss);
}
