/** One native call each: softmax and the losses over classes, with their gradients, without recording. */
import { native } from '../addon/native.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
import type { Layout } from './select.js';

function setSlices(at: Layout, log: boolean): void {
  plan[0] = log ? 1 : 0;
  plan[1] = at.outer;
  plan[2] = at.rows;
  plan[3] = at.inner;
}

/** The softmax, or its logarithm, along the middle of a contiguous tensor seen as [outer, rows, inner]. */
export function softmaxOf(x: Tensor, at: Layout, log: boolean): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype, false);
  setSlices(at, log);
  plan[4] = out.offset;
  plan[5] = x.offset;
  native.softmax(plan, out.storage.array, x.storage.array);
  return out;
}

/** The input's gradient, from the result y and its gradient dy, both contiguous. */
export function softmaxBackward(dy: Tensor, y: Tensor, at: Layout, log: boolean): Tensor {
  const dx = Tensor.allocate(y.shape, y.dtype, false);
  setSlices(at, log);
  plan[4] = dx.offset;
  plan[5] = dy.offset;
  plan[6] = y.offset;
  native.softmaxBackward(plan, dx.storage.array, dy.storage.array, y.storage.array);
  return dx;
}

/** A loss of scores [outer, classes, inner] against class numbers [outer, inner]. All tensors are contiguous. */
export interface ClassLossOperands {
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly scores: Tensor;
  /** int32 */
  readonly targets: Tensor;
  /** [classes], or null. */
  readonly weight: Tensor | null;
  /** [2, samples], kept for backward, where the scores are logits; null where they are logarithms of probabilities. */
  readonly normaliser: Tensor | null;
}

/** `first`: the memory that the call writes, the losses or the scores' gradient. */
function setClassLoss(operands: ClassLossOperands, first: Tensor): void {
  const { normaliser, weight } = operands;
  plan[0] = operands.outer;
  plan[1] = operands.classes;
  plan[2] = operands.inner;
  plan[3] = operands.ignoreIndex;
  plan[4] = operands.labelSmoothing;
  plan[5] = first.offset;
  plan[6] = normaliser === null ? 0 : normaliser.offset;
  plan[7] = operands.scores.offset;
  plan[8] = operands.targets.offset;
  plan[9] = weight === null ? 0 : weight.offset;
}

export interface ClassLossSums {
  /** The position of the first target that is no class, or -1: then nothing was written. */
  readonly bad: number;
  readonly sum: number;
  /** What the mean divides by: the weights of the samples that count. */
  readonly divisor: number;
}

/** Writes the loss of each sample, and the normalisers where they are given. */
export function classLoss(operands: ClassLossOperands, loss: Tensor): ClassLossSums {
  const { normaliser, weight } = operands;
  setClassLoss(operands, loss);
  const bad = native.classLoss(
    plan,
    loss.storage.array,
    normaliser === null ? null : normaliser.storage.array,
    operands.scores.storage.array,
    operands.targets.storage.array,
    weight === null ? null : weight.storage.array,
  );
  return { bad, sum: plan[0], divisor: plan[1] };
}

/**
 * The scores' gradient, in shape and dtype of `like`, from that of the losses: one for each sample, or one for all of them, times
 * `scale`.
 */
export function classLossBackward(
  operands: ClassLossOperands,
  like: Tensor,
  dloss: Tensor,
  perSample: boolean,
  scale: number,
): Tensor {
  const { normaliser, weight } = operands;
  const dscores = Tensor.allocate(like.shape, like.dtype, false);
  setClassLoss(operands, dscores);
  plan[10] = dloss.offset;
  plan[11] = perSample ? 1 : 0;
  plan[12] = scale;
  native.classLossBackward(
    plan,
    dscores.storage.array,
    normaliser === null ? null : normaliser.storage.array,
    normaliser === null ? null : operands.scores.storage.array,
    operands.targets.storage.array,
    weight === null ? null : weight.storage.array,
    dloss.storage.array,
  );
  return dscores;
}
