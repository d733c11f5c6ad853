// Made by scripts/make_calls.mjs from native/binding/planned/softmax.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Slices {
  readonly outer: number;
  readonly rows: number;
  readonly inner: number;
}

export interface Operands {
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

export interface SoftmaxCall {
  readonly log: boolean;
  readonly slices: Slices;
  readonly out: Tensor;
  readonly x: Tensor;
}

/** The softmax, or its logarithm. */
export function callSoftmax(call: SoftmaxCall): void {
  const out = call.out.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x09e36a92;
  plan[1] = call.log ? 1 : 0;
  plan[2] = call.slices.outer;
  plan[3] = call.slices.rows;
  plan[4] = call.slices.inner;
  plan[5] = call.out.offset;
  plan[6] = call.x.offset;
  native.softmax(plan, out, x);
}

export interface SoftmaxBackwardCall {
  readonly log: boolean;
  readonly slices: Slices;
  readonly dx: Tensor;
  readonly dy: Tensor;
  readonly y: Tensor;
}

export function callSoftmaxBackward(call: SoftmaxBackwardCall): void {
  const dx = call.dx.storage.array;
  const dy = call.dy.storage.array;
  const y = call.y.storage.array;
  plan[0] = 0xbfe7d829;
  plan[1] = call.log ? 1 : 0;
  plan[2] = call.slices.outer;
  plan[3] = call.slices.rows;
  plan[4] = call.slices.inner;
  plan[5] = call.dx.offset;
  plan[6] = call.dy.offset;
  plan[7] = call.y.offset;
  native.softmaxBackward(plan, dx, dy, y);
}

export interface ClassLossCall {
  readonly operands: Operands;
  readonly loss: Tensor;
  readonly normaliser: Tensor | null;
  readonly scores: Tensor;
  readonly targets: Tensor;
  readonly weight: Tensor | null;
}

/** Cross entropy with a normaliser, negative log likelihood without; returns the first bad target's place, or -1. */
export function callClassLoss(call: ClassLossCall): number {
  const loss = call.loss.storage.array;
  const normaliser = call.normaliser === null ? null : call.normaliser.storage.array;
  const scores = call.scores.storage.array;
  const targets = call.targets.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  plan[0] = 0x113af151;
  plan[1] = call.operands.outer;
  plan[2] = call.operands.classes;
  plan[3] = call.operands.inner;
  plan[4] = call.operands.ignoreIndex;
  plan[5] = call.operands.labelSmoothing;
  plan[6] = call.loss.offset;
  plan[7] = call.normaliser === null ? 0 : call.normaliser.offset;
  plan[8] = call.scores.offset;
  plan[9] = call.targets.offset;
  plan[10] = call.weight === null ? 0 : call.weight.offset;
  return native.classLoss(plan, loss, normaliser, scores, targets, weight);
}

/** What `callClassLoss` left in the plan. */
export const resultsOfClassLoss = {
  get sum(): number {
    return plan[11];
  },
  get divisor(): number {
    return plan[12];
  },
};

export interface ClassLossBackwardCall {
  readonly operands: Operands;
  readonly perSample: boolean;
  readonly scale: number;
  readonly dscores: Tensor;
  readonly normaliser: Tensor | null;
  readonly scores: Tensor | null;
  readonly targets: Tensor;
  readonly weight: Tensor | null;
  readonly dloss: Tensor;
}

/** The gradient of the scores, from that of the losses: one for each sample, or one for all of them, times `scale`. */
export function callClassLossBackward(call: ClassLossBackwardCall): void {
  const dscores = call.dscores.storage.array;
  const normaliser = call.normaliser === null ? null : call.normaliser.storage.array;
  const scores = call.scores === null ? null : call.scores.storage.array;
  const targets = call.targets.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const dloss = call.dloss.storage.array;
  plan[0] = 0x7dbcf75a;
  plan[1] = call.operands.outer;
  plan[2] = call.operands.classes;
  plan[3] = call.operands.inner;
  plan[4] = call.operands.ignoreIndex;
  plan[5] = call.operands.labelSmoothing;
  plan[6] = call.perSample ? 1 : 0;
  plan[7] = call.scale;
  plan[8] = call.dscores.offset;
  plan[9] = call.normaliser === null ? 0 : call.normaliser.offset;
  plan[10] = call.scores === null ? 0 : call.scores.offset;
  plan[11] = call.targets.offset;
  plan[12] = call.weight === null ? 0 : call.weight.offset;
  plan[13] = call.dloss.offset;
  native.classLossBackward(plan, dscores, normaliser, scores, targets, weight, dloss);
}
