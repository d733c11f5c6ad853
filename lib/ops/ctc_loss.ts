import { needsGrad, record } from '../autograd/record.js';
import { type CtcOperands, ctcBackward, ctcForward } from '../calls/ctc.js';
import { ArgumentError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { type IndexInput, toIndices } from './index_argument.js';
import { checkReduction, type Reduction, type ReductionOption, scalarTensor } from './loss_reduction.js';

export interface CtcLossOptions extends ReductionOption {
  /** The class that stands for no label. Default 0. */
  blank?: number;
  /**
   * 'mean' (the default: each loss divided by the number of its labels, at least 1, then averaged over the batch), 'sum', or
   * 'none'.
   */
  reduction?: Reduction;
  /** Samples that can't be aligned, their inputs being too short, count 0 and have gradients of 0. Default false. */
  zeroInfinity?: boolean;
}

export const ctcOptionNames = ['blank', 'reduction', 'zeroInfinity'] as const;

/** @throws ArgumentError, ValueError naming the option. */
export function checkCtcOptions(op: string, given: CtcLossOptions) {
  const { blank = 0, zeroInfinity = false } = given;
  if (!Number.isInteger(blank) || blank < 0) {
    throw new ValueError(`${op}: blank must be the number of a class, got ${describe(blank)}`);
  }
  if (typeof zeroInfinity !== 'boolean') {
    throw new ArgumentError(`${op}: zeroInfinity must be true or false, got ${describe(zeroInfinity)}`);
  }
  return { blank, zeroInfinity };
}

/** A length for each sample, copied, from 0 to `most`. */
function checkLengths(
  op: string,
  name: string,
  given: IndexInput,
  batch: number,
  most: number,
  of: string,
): Int32Array {
  const lengths = toIndices(op, name, given);
  if (lengths.numel !== batch || lengths.ndim > 1) {
    throw new ShapeError(
      `${op}: ${name} must hold ${batch} ${batch === 1 ? 'length' : 'lengths'}, one for each sample, got shape ${formatShape(lengths.shape)}`,
    );
  }
  const { array } = lengths.storage;
  const copy = Int32Array.from({ length: batch }, (_, i) => array[lengths.offset + i]);
  for (const [i, length] of copy.entries()) {
    if (length >= 0 && length <= most) continue;
    throw new IndexError(
      `${op}: ${name} must be from 0 to ${most}, the ${of}; got ${length} at position ${i}`,
      length,
      most + 1,
      i,
    );
  }
  return copy;
}

/** Where each sample's labels begin, in targets that are padded to rows or one after the other. */
function layTargets(
  op: string,
  targets: Tensor,
  lengths: (most: number) => Int32Array,
  batch: number,
  single: boolean,
) {
  const padded = targets.ndim === 2 || single;
  if (targets.ndim > 2 || targets.ndim === 0 || (targets.ndim === 2 && targets.shape[0] !== batch)) {
    throw new ShapeError(
      `${op}: targets must be [${batch}, labels], padded, or all labels one after the other; got shape ${formatShape(targets.shape)}`,
    );
  }
  const width = targets.shape[targets.ndim - 1];
  const targetLengths = lengths(width);
  const starts = new Int32Array(batch);
  let total = 0;
  for (let i = 0; i < batch; i++) {
    starts[i] = padded ? i * width : total;
    total += targetLengths[i];
  }
  if (!padded && total !== width) {
    throw new ShapeError(
      `${op}: targets one after the other must be as many as targetLengths say, ${total}, got ${width}`,
    );
  }
  return { starts, targetLengths };
}

/**
 * Connectionist temporal classification: -log of the probability of all ways to align labels with the steps of an input, where
 * each step shows a label or a blank and repeated labels are one (Graves et al., 2006). As `torch.nn.functional.ctc_loss`.
 *
 * @param logProbs logarithms of probabilities (`logSoftmax`), [steps, N, classes], or [steps, classes] of one sample.
 * @param targets labels, [N, longest] with padding of any kind, or those of all samples one after the other; [labels] of one
 *   sample.
 * @param inputLengths how many steps each sample has, [N].
 * @param targetLengths how many labels each sample has, [N].
 * @returns a 0-d tensor, or with `reduction: 'none'` the loss of each sample; infinite for one that can't be aligned.
 * @throws IndexError naming a label that is no class or the blank, or a length that is out of range; ShapeError, DTypeError.
 *
 * The gradient is PyTorch's: that of the logits, before `logSoftmax`, which passes it on as it is. It is NaN for a sample that
 * can't be aligned, unless `zeroInfinity` is true.
 *
 * @example
 * const logProbs = model.forward(sound).logSoftmax(2); // [steps, N, classes]
 * nn.functional.ctcLoss(logProbs, labels, soundLengths, labelLengths, { zeroInfinity: true }).backward();
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: IndexInput,
  inputLengths: IndexInput,
  targetLengths: IndexInput,
  options?: CtcLossOptions,
): Tensor {
  const op = 'ctcLoss';
  const given = checkOptions(op, options, ctcOptionNames);
  const { blank, zeroInfinity } = checkCtcOptions(op, given);
  const reduction = checkReduction(op, given.reduction);
  const x = checkFloat(op, 'logProbs', logProbs);
  if (x.ndim !== 2 && x.ndim !== 3) {
    throw new ShapeError(
      `${op}: logProbs must be [steps, N, classes] or [steps, classes], got shape ${formatShape(x.shape)}`,
    );
  }
  const single = x.ndim === 2;
  const steps = x.shape[0];
  const batch = single ? 1 : x.shape[1];
  const classes = x.shape[x.ndim - 1];
  if (x.numel === 0) throw new ShapeError(`${op}: logProbs must not be empty, got shape ${formatShape(x.shape)}`);
  if (blank >= classes) {
    throw new ValueError(`${op}: blank must be one of the ${classes} classes (0 to ${classes - 1}), got ${blank}`);
  }
  const labels = toIndices(op, 'targets', targets);
  const ofInputs = checkLengths(op, 'inputLengths', inputLengths, batch, steps, 'number of steps');
  const lengths = (most: number) =>
    checkLengths(op, 'targetLengths', targetLengths, batch, most, 'number of labels that targets hold');
  const laid = layTargets(op, labels, lengths, batch, single);
  const operands: CtcOperands = {
    steps,
    batch,
    classes,
    longest: laid.targetLengths.reduce((a, b) => Math.max(a, b), 0),
    blank,
    targetCount: labels.numel,
    logProbs: contiguous(x.detach()),
    targets: labels,
    starts: laid.starts,
    inputLengths: ofInputs,
    targetLengths: laid.targetLengths,
  };
  const found = ctcForward(operands);
  if (found.bad >= 0) {
    const value = labels.storage.array[labels.offset + found.bad];
    const why = value === blank ? 'the blank' : `none of the ${classes} classes (0 to ${classes - 1})`;
    throw new IndexError(`${op}: target ${value} at position ${found.bad} is ${why}`, value, classes, found.bad);
  }
  return reduceAligned(operands, found, x, reduction, zeroInfinity);
}

function reduceAligned(
  operands: CtcOperands,
  found: ReturnType<typeof ctcForward>,
  x: Tensor,
  reduction: Reduction,
  zeroInfinity: boolean,
): Tensor {
  const { batch, targetLengths } = operands;
  const { dtype } = x;
  const none = reduction === 'none';
  const losses = found.loss.storage.array;
  const { offset } = found.loss;
  /** What each sample's loss counts with. */
  const share = (n: number) => (reduction === 'mean' ? 1 / (Math.max(1, targetLengths[n]) * batch) : 1);
  const lossOf = (n: number) => {
    const loss = losses[offset + n];
    return zeroInfinity && loss === Number.POSITIVE_INFINITY ? 0 : loss;
  };
  let out: Tensor;
  if (none) {
    out = Tensor.allocate(x.ndim === 2 ? [] : [batch], dtype, false);
    for (let n = 0; n < batch; n++) out.storage.array[out.offset + n] = lossOf(n);
  } else {
    let total = 0;
    for (let n = 0; n < batch; n++) total += lossOf(n) * share(n);
    out = scalarTensor(total, dtype);
  }
  if (!needsGrad(x)) {
    found.alpha.storage.recycle();
    return out;
  }
  const backward = (grad: Tensor) => {
    const g = contiguous(grad);
    const dloss = Tensor.allocate([batch], dtype, false);
    for (let n = 0; n < batch; n++) {
      dloss.storage.array[dloss.offset + n] = g.storage.array[g.offset + (none ? n : 0)] * share(n);
    }
    return [ctcBackward(operands, found, dloss, zeroInfinity, x)];
  };
  record('CtcLossBackward0', [x], out, backward, [operands.logProbs, operands.targets]);
  out.gradFn!.onFreed = () => found.alpha.storage.recycle();
  return out;
}
