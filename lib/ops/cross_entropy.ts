import { needsGrad, record } from '../autograd/record.js';
import { type ClassLossOperands, classLossBackward, classLoss as runClassLoss } from '../calls/softmax.js';
import { ArgumentError, DTypeError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape, numelOf, type Shape, sameShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { type IndexInput, toIndices } from './index_argument.js';
import {
  checkReduction,
  constantWeight,
  type Reduction,
  type ReductionOption,
  scalarTensor,
} from './loss_reduction.js';
import { softTargetLoss } from './soft_target_loss.js';

export interface NllLossOptions extends ReductionOption {
  /** A factor for each class, shape [classes]; the mean divides by the factors of the samples' classes. Default null. */
  weight?: Tensor | null;
  /** Samples of this class count for nothing: neither in the sum nor in the mean's divisor. Default -100. */
  ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NllLossOptions {
  /** How much of a target is spread evenly over all classes, from 0 to 1. Default 0. */
  labelSmoothing?: number;
}

export const nllLossOptionNames = ['weight', 'ignoreIndex', 'reduction'] as const;
export const crossEntropyOptionNames = [...nllLossOptionNames, 'labelSmoothing'] as const;

/** Where the classes of an input lie: [classes], [N, classes] or [N, classes, ...]. */
interface ClassLayout {
  outer: number;
  classes: number;
  inner: number;
  /** The shape of the targets, and of the losses when they are not reduced. */
  samples: number[];
}

function classLayout(op: string, input: Tensor): ClassLayout {
  const { shape } = input;
  if (shape.length === 0) throw new ShapeError(`${op}: input must have a dimension of classes, got a 0-d tensor`);
  if (shape.length === 1) return { outer: 1, classes: shape[0], inner: 1, samples: [] };
  if (shape.length === 2) return { outer: shape[0], classes: shape[1], inner: 1, samples: [shape[0]] };
  const samples = [shape[0], ...shape.slice(2)];
  return { outer: shape[0], classes: shape[1], inner: numelOf(shape.slice(2)), samples };
}

/** @throws ShapeError, DTypeError unless there is one weight for each class, in the input's dtype. */
export function checkClassWeight(
  op: string,
  weight: Tensor | null | undefined,
  input: Tensor,
  classes: number,
): Tensor | null {
  if (weight === null || weight === undefined) return null;
  checkFloat(op, 'weight', weight);
  if (weight.ndim !== 1 || weight.shape[0] !== classes) {
    throw new ShapeError(
      `${op}: weight must have shape [${classes}], one number for each class, got ${formatShape(weight.shape)}`,
    );
  }
  if (weight.dtype !== input.dtype) {
    throw new DTypeError(`${op}: weight must be ${input.dtype} like the input, got ${weight.dtype}`);
  }
  return weight;
}

interface ClassLossCall {
  op: string;
  /** The node's name in PyTorch. */
  node: string;
  /** Scores are logits, and the loss goes through a softmax. */
  logits: boolean;
  weight: Tensor | null;
  ignoreIndex: number;
  labelSmoothing: number;
  reduction: Reduction;
}

/** The error for the target at a position, which is no class. */
export function badTarget(op: string, targets: Tensor, bad: number, classes: number, ignoreIndex: number): IndexError {
  const value = targets.storage.array[targets.offset + bad];
  return new IndexError(
    `${op}: target ${value} at position ${bad} is none of the ${classes} classes (0 to ${classes - 1}) and not ignoreIndex ${ignoreIndex}`,
    value,
    classes,
    bad,
  );
}

/** Where no sample counts, the mean is NaN, whatever label smoothing leaves of the others' weights. */
export function meanOf({ sum, divisor }: { readonly sum: number; readonly divisor: number }): number {
  return divisor === 0 ? Number.NaN : sum / divisor;
}

function classLoss(call: ClassLossCall, input: Tensor, targets: Tensor, at: ClassLayout): Tensor {
  const { op, logits, weight, reduction } = call;
  const { dtype } = input;
  const loss = Tensor.allocate(at.samples, dtype, false);
  const normaliser = logits ? Tensor.allocate([2, loss.numel], dtype, false) : null;
  const { outer, classes, inner } = at;
  const { ignoreIndex, labelSmoothing } = call;
  const scores = contiguous(input.detach());
  const operands: ClassLossOperands = {
    outer,
    classes,
    inner,
    ignoreIndex,
    labelSmoothing,
    scores,
    targets,
    weight,
    normaliser,
  };
  const { bad, sum, divisor } = runClassLoss(operands, loss);
  if (bad >= 0) throw badTarget(op, targets, bad, classes, ignoreIndex);
  const mean = meanOf({ sum, divisor });
  const out = reduction === 'none' ? loss : scalarTensor(reduction === 'mean' ? mean : sum, dtype);
  if (reduction !== 'none') loss.storage.recycle();
  if (!needsGrad(input)) {
    normaliser?.storage.recycle();
    return out;
  }
  const scale = reduction === 'mean' ? 1 / divisor : 1;
  const backward = (grad: Tensor) => [
    classLossBackward(operands, input, contiguous(grad), reduction === 'none', scale),
  ];
  record(call.node, [input], out, backward, logits ? [scores, targets] : [targets]);
  if (normaliser !== null) {
    const giveBack = () => normaliser.storage.recycle();
    out.gradFn!.onFreed = giveBack;
  }
  return out;
}

/** A hint for logits such as [batch, steps, classes], whose classes are not where PyTorch looks for them. */
function classesLast(input: Tensor, targets: Tensor): string {
  const { shape } = input;
  if (shape.length < 3 || !sameShape(shape.slice(0, -1), targets.shape)) return '';
  return `; classes are dimension 1, so that logits with the classes last are flattened: input.reshape([-1, ${shape[shape.length - 1]}]), target.reshape([-1])`;
}

/** @throws DTypeError for class numbers that came as floats; probabilities have the input's shape. */
function refuseFloatClasses(op: string, input: Tensor, target: Tensor, samples: Shape): void {
  if (sameShape(target.shape, input.shape)) return;
  if (!sameShape(target.shape, samples) && !sameShape(target.shape, input.shape.slice(0, -1))) return;
  throw new DTypeError(
    `${op}: a target of shape ${formatShape(target.shape)} holds class numbers, which must be integers, got ${target.dtype}; ` +
      "make it int32: tensor(labels, { dtype: 'int32' }), a DataLoader's or defaultCollate's { numberDType: 'int32' }, " +
      "or target.to('int32')",
  );
}

function checkTargets(op: string, target: IndexInput, at: ClassLayout, input: Tensor): Tensor {
  const targets = toIndices(op, 'target', target);
  if (!sameShape(targets.shape, at.samples)) {
    throw new ShapeError(
      `${op}: target must have shape ${formatShape(at.samples)} for an input of shape ${formatShape(input.shape)}, got ${formatShape(targets.shape)}${classesLast(input, targets)}`,
    );
  }
  return targets;
}

/** @throws ArgumentError unless ignoreIndex is an integer. */
export function checkIgnoreIndex(op: string, ignoreIndex: unknown): number {
  if (ignoreIndex === undefined) return -100;
  if (typeof ignoreIndex === 'number' && Number.isInteger(ignoreIndex)) return ignoreIndex;
  throw new ArgumentError(`${op}: ignoreIndex must be an integer, got ${describe(ignoreIndex)}`);
}

/** @throws ValueError unless labelSmoothing is from 0 to 1. */
export function checkLabelSmoothing(op: string, labelSmoothing: unknown): number {
  if (labelSmoothing === undefined) return 0;
  if (typeof labelSmoothing === 'number' && labelSmoothing >= 0 && labelSmoothing <= 1) return labelSmoothing;
  throw new ValueError(`${op}: labelSmoothing must be a number from 0 to 1, got ${describe(labelSmoothing)}`);
}

/**
 * Cross entropy between logits and targets: softmax and negative log likelihood in one pass, forward and backward.
 *
 * @param input logits, [classes], [N, classes] or [N, classes, ...].
 * @param target class numbers, the input's shape without the classes; or probabilities, a floating tensor of the
 *   input's shape.
 * @returns a 0-d tensor, or with `reduction: 'none'` the losses in the targets' shape.
 * @throws IndexError naming the position and value of a target that is no class; ShapeError, DTypeError, ValueError.
 *
 * As `torch.nn.functional.cross_entropy`: the mean divides by the classes' weights of the samples that count (by the
 * number of samples for probabilities), and is NaN when none does.
 */
export function crossEntropy(input: Tensor, target: IndexInput, options?: CrossEntropyOptions): Tensor {
  return crossEntropyOf('crossEntropy', input, target, checkOptions('crossEntropy', options, crossEntropyOptionNames));
}

/** The same in the name of another operation. */
export function crossEntropyOf(op: string, input: Tensor, target: IndexInput, given: CrossEntropyOptions): Tensor {
  checkFloat(op, 'input', input);
  const reduction = checkReduction(op, given.reduction);
  const labelSmoothing = checkLabelSmoothing(op, given.labelSmoothing);
  const at = classLayout(op, input);
  const weight = checkClassWeight(op, given.weight, input, at.classes);
  const ignoreIndex = checkIgnoreIndex(op, given.ignoreIndex);
  if (target instanceof Tensor && isFloating(target.dtype)) {
    if (ignoreIndex >= 0) {
      throw new ArgumentError(
        `${op}: ignoreIndex goes with class numbers as targets, not with probabilities; got ignoreIndex ${ignoreIndex} and a ${target.dtype} target`,
      );
    }
    refuseFloatClasses(op, input, target, at.samples);
    return softTargetLoss(op, input, target, { weight, labelSmoothing, reduction });
  }
  const targets = checkTargets(op, target, at, input);
  const node = 'NllLossBackward0';
  return classLoss(
    {
      op,
      node,
      logits: true,
      weight: weight && constantWeight(op, 'weight', weight),
      ignoreIndex,
      labelSmoothing,
      reduction,
    },
    input,
    targets,
    at,
  );
}

/**
 * The negative log likelihood of targets: -weight[target] * input[target].
 *
 * @param input log-probabilities, as from `logSoftmax`: [classes], [N, classes] or [N, classes, ...].
 * @param target class numbers, the input's shape without the classes.
 * As `torch.nn.functional.nll_loss`; see `crossEntropy` for the options and the mean's divisor.
 */
export function nllLoss(input: Tensor, target: IndexInput, options?: NllLossOptions): Tensor {
  const op = 'nllLoss';
  const given = checkOptions(op, options, nllLossOptionNames);
  checkFloat(op, 'input', input);
  const reduction = checkReduction(op, given.reduction);
  const at = classLayout(op, input);
  const weight = checkClassWeight(op, given.weight, input, at.classes);
  const ignoreIndex = checkIgnoreIndex(op, given.ignoreIndex);
  const targets = checkTargets(op, target, at, input);
  const node = input.ndim > 2 ? 'NllLoss2DBackward0' : 'NllLossBackward0';
  return classLoss(
    {
      op,
      node,
      logits: false,
      weight: weight && constantWeight(op, 'weight', weight),
      ignoreIndex,
      labelSmoothing: 0,
      reduction,
    },
    input,
    targets,
    at,
  );
}
