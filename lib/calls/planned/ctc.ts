// Made by scripts/make_calls.mjs from native/binding/planned/ctc.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly classes: number;
  readonly longest: number;
  readonly blank: number;
  readonly targetCount: number;
}

export interface CtcLossCall {
  readonly sizes: Sizes;
  readonly loss: Tensor;
  readonly alpha: Tensor;
  readonly shifts: Tensor;
  readonly logProbs: Tensor;
  readonly targets: Tensor;
  readonly starts: TypedArray;
  readonly inputLengths: TypedArray;
  readonly targetLengths: TypedArray;
}

/**
 * The loss of each sample, and for the gradient alpha [batch, steps, 2 longest + 3] and what was taken from it,
 * [batch, steps]. Returns the place of the first label that is no class or is the blank, or -1.
 */
export function callCtcLoss(call: CtcLossCall): number {
  const loss = call.loss.storage.array;
  const alpha = call.alpha.storage.array;
  const shifts = call.shifts.storage.array;
  const logProbs = call.logProbs.storage.array;
  const targets = call.targets.storage.array;
  const starts = call.starts;
  const inputLengths = call.inputLengths;
  const targetLengths = call.targetLengths;
  plan[0] = 0x08ef6f48;
  plan[1] = call.sizes.steps;
  plan[2] = call.sizes.batch;
  plan[3] = call.sizes.classes;
  plan[4] = call.sizes.longest;
  plan[5] = call.sizes.blank;
  plan[6] = call.sizes.targetCount;
  plan[7] = call.loss.offset;
  plan[8] = call.alpha.offset;
  plan[9] = call.shifts.offset;
  plan[10] = call.logProbs.offset;
  plan[11] = call.targets.offset;
  return native.ctcLoss(plan, loss, alpha, shifts, logProbs, targets, starts, inputLengths, targetLengths);
}

export interface CtcLossBackwardCall {
  readonly sizes: Sizes;
  readonly zeroInfinity: boolean;
  readonly dlogProbs: Tensor;
  readonly dloss: Tensor;
  readonly loss: Tensor;
  readonly alpha: Tensor;
  readonly shifts: Tensor;
  readonly logProbs: Tensor;
  readonly targets: Tensor;
  readonly starts: TypedArray;
  readonly inputLengths: TypedArray;
  readonly targetLengths: TypedArray;
}

/** The gradient of logProbs from that of each sample's loss. */
export function callCtcLossBackward(call: CtcLossBackwardCall): void {
  const dlogProbs = call.dlogProbs.storage.array;
  const dloss = call.dloss.storage.array;
  const loss = call.loss.storage.array;
  const alpha = call.alpha.storage.array;
  const shifts = call.shifts.storage.array;
  const logProbs = call.logProbs.storage.array;
  const targets = call.targets.storage.array;
  const starts = call.starts;
  const inputLengths = call.inputLengths;
  const targetLengths = call.targetLengths;
  plan[0] = 0x15ae4762;
  plan[1] = call.sizes.steps;
  plan[2] = call.sizes.batch;
  plan[3] = call.sizes.classes;
  plan[4] = call.sizes.longest;
  plan[5] = call.sizes.blank;
  plan[6] = call.sizes.targetCount;
  plan[7] = call.zeroInfinity ? 1 : 0;
  plan[8] = call.dlogProbs.offset;
  plan[9] = call.dloss.offset;
  plan[10] = call.loss.offset;
  plan[11] = call.alpha.offset;
  plan[12] = call.shifts.offset;
  plan[13] = call.logProbs.offset;
  plan[14] = call.targets.offset;
  native.ctcLossBackward(
    plan,
    dlogProbs,
    dloss,
    loss,
    alpha,
    shifts,
    logProbs,
    targets,
    starts,
    inputLengths,
    targetLengths,
  );
}
