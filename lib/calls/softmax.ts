/** One native call each: softmax and the losses over classes, with their gradients, without recording. */
import { Tensor } from '../tensor/tensor.js';
import {
  callClassLoss,
  callClassLossBackward,
  callSoftmax,
  callSoftmaxBackward,
  resultsOfClassLoss,
} from './planned/softmax.js';
import type { Layout } from './select.js';

/** The softmax, or its logarithm, along the middle of a contiguous tensor seen as [outer, rows, inner]. */
export function softmaxOf(x: Tensor, slices: Layout, log: boolean): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype, false);
  callSoftmax({ log, slices, out, x });
  return out;
}

/** The input's gradient, from the result y and its gradient dy, both contiguous. */
export function softmaxBackward(dy: Tensor, y: Tensor, slices: Layout, log: boolean): Tensor {
  const dx = Tensor.allocate(y.shape, y.dtype, false);
  callSoftmaxBackward({ log, slices, dx, dy, y });
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

export interface ClassLossSums {
  /** The position of the first target that is no class, or -1: then nothing was written. */
  readonly bad: number;
  readonly sum: number;
  /** What the mean divides by: the weights of the samples that count. */
  readonly divisor: number;
}

/** Writes the loss of each sample, and the normalisers where they are given. */
export function classLoss(operands: ClassLossOperands, loss: Tensor): ClassLossSums {
  const { scores, targets, weight, normaliser } = operands;
  const bad = callClassLoss({ operands, loss, normaliser, scores, targets, weight });
  return { bad, sum: resultsOfClassLoss.sum, divisor: resultsOfClassLoss.divisor };
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
  const { targets, weight, normaliser } = operands;
  const dscores = Tensor.allocate(like.shape, like.dtype, false);
  const scores = normaliser === null ? null : operands.scores;
  callClassLossBackward({ operands, perSample, scale, dscores, normaliser, scores, targets, weight, dloss });
  return dscores;
}
