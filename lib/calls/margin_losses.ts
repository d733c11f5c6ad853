/** The addon's margin losses over classes, without recording. */
import { Tensor } from '../tensor/tensor.js';
import { callMarginLoss, callMarginLossBackward, resultsOfMarginLoss } from './planned/margin_losses.js';

/** Scores [rows, classes] and what is wanted of them; contiguous. */
export interface MarginLossOperands {
  readonly rows: number;
  readonly classes: number;
  /** Targets are rows of classes that end at the first -1; one class a row without. */
  readonly multilabel: boolean;
  readonly margin: number;
  readonly squared: boolean;
  readonly x: Tensor;
  /** int32 */
  readonly targets: Tensor;
  /** [classes], or null. */
  readonly weight: Tensor | null;
}

/** Writes the loss of each row. `bad` is the place of the first target that is no class, or -1: then nothing was written. */
export function marginLoss(operands: MarginLossOperands, loss: Tensor): { bad: number; sum: number } {
  const { multilabel, margin, squared, x, targets, weight } = operands;
  const bad = callMarginLoss({ shape: operands, multilabel, margin, squared, loss, x, targets, weight });
  return { bad, sum: resultsOfMarginLoss.sum };
}

/** The scores' gradient, from that of the losses: one for each row, or one for all of them, times `scale`. */
export function marginLossBackward(
  operands: MarginLossOperands,
  like: Tensor,
  dloss: Tensor,
  perRow: boolean,
  scale: number,
): Tensor {
  const { multilabel, margin, squared, x, targets, weight } = operands;
  const dx = Tensor.allocate(like.shape, like.dtype, false);
  callMarginLossBackward({
    shape: operands,
    multilabel,
    margin,
    squared,
    perRow,
    scale,
    dx,
    x,
    targets,
    weight,
    dloss,
  });
  return dx;
}
