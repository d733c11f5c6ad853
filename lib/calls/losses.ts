/** One native call each: elementwise losses and their gradients, without recording. */
import { native } from '../addon/native.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

/** Codes of native/kernels/losses/element.h. */
const lossCodes = { mse: 0, l1: 1, smoothL1: 2, huber: 3, bce: 4, bceLogits: 5 } as const;

export type ElementLossKind = keyof typeof lossCodes;

/** Operands of one shape and dtype, contiguous. */
export interface ElementLossOperands {
  readonly kind: ElementLossKind;
  /** beta of the smooth L1 loss, delta of Huber's. */
  readonly parameter: number;
  readonly x: Tensor;
  readonly target: Tensor;
  /** Factors of the losses and of positive targets. */
  readonly weight: Tensor | null;
  readonly positive: Tensor | null;
}

function setElementLoss(operands: ElementLossOperands, first: Tensor | null): void {
  const { x, weight, positive } = operands;
  plan[0] = lossCodes[operands.kind];
  plan[1] = operands.parameter;
  plan[2] = x.numel;
  plan[3] = first === null ? 0 : first.offset;
  plan[4] = x.offset;
  plan[5] = operands.target.offset;
  plan[6] = weight === null ? 0 : weight.offset;
  plan[7] = positive === null ? 0 : positive.offset;
}

/** Returns the sum of the losses; writes each into `losses` unless that is null. */
export function elementLoss(operands: ElementLossOperands, losses: Tensor | null): number {
  const { weight, positive } = operands;
  setElementLoss(operands, losses);
  return native.elementLoss(
    plan,
    losses === null ? null : losses.storage.array,
    operands.x.storage.array,
    operands.target.storage.array,
    weight === null ? null : weight.storage.array,
    positive === null ? null : positive.storage.array,
  );
}

/** The gradient of x, from that of the losses: one for each element, or one for all of them, times `scale`. */
export function elementLossBackward(
  operands: ElementLossOperands,
  dloss: Tensor,
  perElement: boolean,
  scale: number,
): Tensor {
  const { x, weight, positive } = operands;
  const dx = Tensor.allocate(x.shape, x.dtype, false);
  setElementLoss(operands, dx);
  plan[8] = dloss.offset;
  plan[9] = perElement ? 1 : 0;
  plan[10] = scale;
  native.elementLossBackward(
    plan,
    dx.storage.array,
    x.storage.array,
    operands.target.storage.array,
    weight === null ? null : weight.storage.array,
    positive === null ? null : positive.storage.array,
    dloss.storage.array,
  );
  return dx;
}

/** The position of the first element of a contiguous tensor that lies outside [0, 1], or -1. */
export function findOutsideUnit(x: Tensor): number {
  return native.findOutsideUnit(x.numel, x.offset, x.storage.array);
}
