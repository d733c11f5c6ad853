/** One native call each: elementwise losses and their gradients, without recording. */
import { native } from '../addon/native.js';
import { Tensor } from '../tensor/tensor.js';
import { callElementLoss, callElementLossBackward } from './planned/losses.js';

/** Codes of native/kernels/losses/element.h. */
const lossCodes = {
  mse: 0,
  l1: 1,
  smoothL1: 2,
  huber: 3,
  bce: 4,
  bceLogits: 5,
  softMargin: 6,
  hingeEmbedding: 7,
  poissonLog: 8,
  poissonLogFull: 9,
  poisson: 10,
  poissonFull: 11,
  gaussian: 12,
  gaussianFull: 13,
  gaussianVariance: 14,
} as const;

export type ElementLossKind = keyof typeof lossCodes;

/** Operands of one shape and dtype, contiguous. */
export interface ElementLossOperands {
  readonly kind: ElementLossKind;
  /** beta of the smooth L1 loss, delta of Huber's, a margin, or what keeps a logarithm or a quotient finite. */
  readonly parameter: number;
  readonly x: Tensor;
  readonly target: Tensor;
  /** Factors of the losses, and of positive targets; or the variances. */
  readonly weight: Tensor | null;
  readonly positive: Tensor | null;
}

/** Returns the sum of the losses; writes each into `losses` unless that is null. */
export function elementLoss(operands: ElementLossOperands, losses: Tensor | null): number {
  const { kind, parameter, x, target, weight, positive } = operands;
  return callElementLoss({ kind: lossCodes[kind], parameter, n: x.numel, out: losses, x, target, weight, positive });
}

/** The gradient of x, from that of the losses: one for each element, or one for all of them, times `scale`. */
export function elementLossBackward(
  operands: ElementLossOperands,
  dloss: Tensor,
  perElement: boolean,
  scale: number,
): Tensor {
  const { kind, parameter, x, target, weight, positive } = operands;
  const dx = Tensor.allocate(x.shape, x.dtype, false);
  callElementLossBackward({
    kind: lossCodes[kind],
    parameter,
    n: x.numel,
    perElement,
    scale,
    dx,
    x,
    target,
    weight,
    positive,
    dloss,
  });
  return dx;
}

/** The position of the first element of a contiguous tensor that lies outside [0, 1], or -1. */
export function findOutsideUnit(x: Tensor): number {
  return native.findOutsideUnit(x.numel, x.offset, x.storage.array);
}
