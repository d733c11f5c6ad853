/** The addon's loss of connectionist temporal classification, without recording. */
import { Tensor } from '../tensor/tensor.js';
import { callCtcLoss, callCtcLossBackward } from './planned/ctc.js';

/** Samples to align. Lengths and starts are arrays of this library's own: nobody changes them between check and use. */
export interface CtcOperands {
  readonly steps: number;
  readonly batch: number;
  readonly classes: number;
  /** The most labels of a sample. */
  readonly longest: number;
  readonly blank: number;
  readonly targetCount: number;
  /** [steps, batch, classes], contiguous. */
  readonly logProbs: Tensor;
  /** int32, contiguous. */
  readonly targets: Tensor;
  /** Where each sample's labels begin. */
  readonly starts: Int32Array;
  readonly inputLengths: Int32Array;
  readonly targetLengths: Int32Array;
}

export interface CtcForward {
  /** The place of the first label that is no class or is the blank, or -1: then nothing was computed. */
  readonly bad: number;
  /** [batch] */
  readonly loss: Tensor;
  /** What the gradient needs: logarithms of forward probabilities, and what was taken from each step's. */
  readonly alpha: Tensor;
  readonly shifts: Tensor;
}

export function ctcForward(operands: CtcOperands): CtcForward {
  const { steps, batch, longest, logProbs, targets, starts, inputLengths, targetLengths } = operands;
  const { dtype } = logProbs;
  const loss = Tensor.allocate([batch], dtype, false);
  const alpha = Tensor.allocate([batch, steps, 2 * longest + 3], dtype, false);
  const shifts = Tensor.allocate([batch, steps], 'float64', false);
  const bad = callCtcLoss({
    sizes: operands,
    loss,
    alpha,
    shifts,
    logProbs,
    targets,
    starts,
    inputLengths,
    targetLengths,
  });
  return { bad, loss, alpha, shifts };
}

/** The gradient of logProbs, in the shape of `like`, from that of each sample's loss. */
export function ctcBackward(
  operands: CtcOperands,
  { loss, alpha, shifts }: CtcForward,
  dloss: Tensor,
  zeroInfinity: boolean,
  like: Tensor,
): Tensor {
  const { logProbs, targets, starts, inputLengths, targetLengths } = operands;
  const dlogProbs = Tensor.allocate(like.shape, like.dtype, false);
  callCtcLossBackward({
    sizes: operands,
    zeroInfinity,
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
  });
  return dlogProbs;
}
