/** The addon's cross entropy of a projection, without recording. */
import { Tensor } from '../tensor/tensor.js';
import { callLinearCrossEntropy, resultsOfLinearCrossEntropy } from './planned/linear_cross_entropy.js';
import type { ClassLossSums } from './softmax.js';

/** All tensors are contiguous, and of one dtype but for the targets. */
export interface LinearLossOperands {
  /** [rows, features] */
  readonly x: Tensor;
  /** [classes, features] */
  readonly w: Tensor;
  /** [classes], or null. */
  readonly bias: Tensor | null;
  /** A factor for each class, or null. */
  readonly weight: Tensor | null;
  /** [rows], int32. */
  readonly targets: Tensor;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  /** How many rows' logits are held at a time; null for what suits the number of classes. */
  readonly chunkRows: number | null;
}

/** What gradients are multiplied by: that of the losses, one for each row or one for all (1 where it is null). */
export interface LinearLossScale {
  readonly dloss: Tensor | null;
  readonly perRow: boolean;
  /** Divide by the weights of the rows that count. */
  readonly mean: boolean;
}

export interface LinearLossGradients {
  readonly dx: Tensor | null;
  readonly dw: Tensor | null;
  readonly dbias: Tensor | null;
}

/**
 * Logits held at a time: as few as let a product of a chunk run at its full speed where there are 100,000 classes. The weight's
 * gradient is read and written once for each chunk, so chunks shouldn't be smaller.
 */
const chunkBytes = 25 << 20;
const fewestRows = 64;

function rowsOfChunk(rows: number, classes: number, bytesEach: number): number {
  const fit = Math.floor(chunkBytes / Math.max(1, classes * bytesEach));
  const most = Math.max(fewestRows, fit);
  // Chunks of one size, so that the last isn't a small one.
  return Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(rows / most))));
}

/** The gradients that are needed, and, where `loss` is given, the loss of each row. */
export function linearCrossEntropyCall(
  operands: LinearLossOperands,
  loss: Tensor | null,
  scale: LinearLossScale,
  needs: readonly [x: boolean, w: boolean, bias: boolean],
): ClassLossSums & LinearLossGradients {
  const { x, w, bias, weight, targets, ignoreIndex, labelSmoothing } = operands;
  const { dtype } = x;
  const [rows, features] = x.shape;
  const [classes] = w.shape;
  const bytesEach = dtype === 'float64' ? 8 : 4;
  const chunkRows = Math.min(operands.chunkRows ?? rowsOfChunk(rows, classes, bytesEach), Math.max(1, rows));
  const dx = needs[0] ? Tensor.allocate(x.shape, dtype, false) : null;
  const dw = needs[1] ? Tensor.allocate(w.shape, dtype, false) : null;
  const dbias = needs[2] ? Tensor.allocate([classes], dtype, false) : null;
  const logits = Tensor.allocate([chunkRows, classes], dtype, false);
  const bad = callLinearCrossEntropy({
    rows,
    features,
    classes,
    chunkRows,
    ignoreIndex,
    labelSmoothing,
    perRow: scale.perRow,
    mean: scale.mean,
    loss,
    dx,
    dw,
    dbias,
    logits,
    x,
    w,
    bias,
    weight,
    targets,
    dloss: scale.dloss,
  });
  logits.storage.recycle();
  const { sum, divisor } = resultsOfLinearCrossEntropy;
  return { bad, sum, divisor, dx, dw, dbias };
}
