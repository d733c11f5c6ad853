// Made by scripts/make_calls.mjs from native/binding/planned/losses.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface ElementLossCall {
  readonly kind: number;
  readonly parameter: number;
  readonly n: number;
  readonly out: Tensor | null;
  readonly x: Tensor;
  readonly target: Tensor;
  readonly weight: Tensor | null;
  readonly positive: Tensor | null;
}

/** Writes each loss unless `out` is null; returns their sum. */
export function callElementLoss(call: ElementLossCall): number {
  const out = call.out === null ? null : call.out.storage.array;
  const x = call.x.storage.array;
  const target = call.target.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const positive = call.positive === null ? null : call.positive.storage.array;
  plan[0] = 0x98ccd008;
  plan[1] = call.kind;
  plan[2] = call.parameter;
  plan[3] = call.n;
  plan[4] = call.out === null ? 0 : call.out.offset;
  plan[5] = call.x.offset;
  plan[6] = call.target.offset;
  plan[7] = call.weight === null ? 0 : call.weight.offset;
  plan[8] = call.positive === null ? 0 : call.positive.offset;
  return native.elementLoss(plan, out, x, target, weight, positive);
}

export interface ElementLossBackwardCall {
  readonly kind: number;
  readonly parameter: number;
  readonly n: number;
  readonly perElement: boolean;
  readonly scale: number;
  readonly dx: Tensor;
  readonly x: Tensor;
  readonly target: Tensor;
  readonly weight: Tensor | null;
  readonly positive: Tensor | null;
  readonly dloss: Tensor;
}

/** The gradient of x, from that of the losses: one for each element, or one for all of them, times `scale`. */
export function callElementLossBackward(call: ElementLossBackwardCall): void {
  const dx = call.dx.storage.array;
  const x = call.x.storage.array;
  const target = call.target.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const positive = call.positive === null ? null : call.positive.storage.array;
  const dloss = call.dloss.storage.array;
  plan[0] = 0x7bf70d9a;
  plan[1] = call.kind;
  plan[2] = call.parameter;
  plan[3] = call.n;
  plan[4] = call.perElement ? 1 : 0;
  plan[5] = call.scale;
  plan[6] = call.dx.offset;
  plan[7] = call.x.offset;
  plan[8] = call.target.offset;
  plan[9] = call.weight === null ? 0 : call.weight.offset;
  plan[10] = call.positive === null ? 0 : call.positive.offset;
  plan[11] = call.dloss.offset;
  native.elementLossBackward(plan, dx, x, target, weight, positive, dloss);
}
