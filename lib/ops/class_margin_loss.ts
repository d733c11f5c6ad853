import { needsGrad, record } from '../autograd/record.js';
import { type MarginLossOperands, marginLoss, marginLossBackward } from '../calls/margin_losses.js';
import { describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { contiguous, to } from './copy.js';
import { checkClassWeight } from './cross_entropy.js';
import { logitLoss } from './element_loss.js';
import { type IndexInput, toIndices } from './index_argument.js';
import {
  checkReduction,
  constantWeight,
  type Reduction,
  type ReductionOption,
  scalarTensor,
} from './loss_reduction.js';
import { checkMargin } from './margin_loss.js';
import { mean } from './reduction.js';

export interface MultiMarginOptions extends ReductionOption {
  /** The exponent of the hinge, 1 (the default) or 2. */
  p?: 1 | 2;
  /** How much larger than the others a target's score must be to cost nothing. Default 1. */
  margin?: number;
  /** A factor for each class, [classes]. Default null. */
  weight?: Tensor | null;
}

/** @throws ValueError unless p is 1 or 2. */
export function checkHingePower(op: string, p: unknown): 1 | 2 {
  if (p === 1 || p === 2) return p;
  throw new ValueError(`${op}: p must be 1 or 2, got ${describe(p)}`);
}

/** Scores [classes] or [N, classes]; one number is the score of one class. */
function checkScores(op: string, input: unknown): { x: Tensor; rows: number; classes: number; samples: number[] } {
  const x = checkFloat(op, 'input', input);
  const { shape } = x;
  if (shape.length > 2) {
    throw new ShapeError(`${op}: input must be [classes] or [N, classes], got shape ${formatShape(shape)}`);
  }
  const classes = shape.length === 0 ? 1 : shape[shape.length - 1];
  if (classes === 0) throw new ShapeError(`${op}: input must have classes, got shape ${formatShape(shape)}`);
  const samples = shape.slice(0, -1);
  return { x, rows: samples[0] ?? 1, classes, samples };
}

function run(
  call: { op: string; node: string; reduction: Reduction; least: number },
  x: Tensor,
  operands: MarginLossOperands,
  samples: readonly number[],
): Tensor {
  const { op, node, reduction, least } = call;
  const { rows, classes, targets } = operands;
  const loss = Tensor.allocate(samples, x.dtype, false);
  const { bad, sum } = marginLoss(operands, loss);
  if (bad >= 0) {
    const value = targets.storage.array[targets.offset + bad];
    const ends = least === 0 ? '' : ', nor the -1 that ends a row';
    throw new IndexError(
      `${op}: target ${value} at position ${bad} is none of the ${classes} classes (0 to ${classes - 1})${ends}`,
      value,
      classes,
      bad,
    );
  }
  const none = reduction === 'none';
  const out = none ? loss : scalarTensor(reduction === 'mean' ? sum / rows : sum, x.dtype);
  if (!needsGrad(x)) return out;
  const scale = reduction === 'mean' ? 1 / rows : 1;
  const backward = (grad: Tensor) => [marginLossBackward(operands, x, contiguous(grad), none, scale)];
  return record(node, [x], out, backward, [operands.x, targets]);
}

/**
 * A hinge over classes: Σ_c max(0, margin - input[y] + input[c])^p · weight[y] / classes for each sample, over the classes c other
 * than the target y. As `torch.nn.functional.multi_margin_loss` (Crammer and Singer, 2001).
 *
 * @param input scores, [N, classes] or [classes].
 * @param target class numbers, [N] or a number.
 * @returns a 0-d tensor, or with `reduction: 'none'` the losses in the targets' shape.
 * @throws IndexError naming the position and value of a target that is no class; ShapeError, DTypeError, ValueError.
 */
export function multiMarginLoss(input: Tensor, target: IndexInput, options?: MultiMarginOptions): Tensor {
  const op = 'multiMarginLoss';
  const given = checkOptions(op, options, ['p', 'margin', 'weight', 'reduction']);
  const { x, rows, classes, samples } = checkScores(op, input);
  const reduction = checkReduction(op, given.reduction);
  const squared = checkHingePower(op, given.p ?? 1) === 2;
  const margin = checkMargin(op, given.margin ?? 1);
  const weight = checkClassWeight(op, given.weight, x, classes);
  const targets = toIndices(op, 'target', target);
  const single = samples.length === 0 && sameShape(targets.shape, [1]);
  if (!sameShape(targets.shape, samples) && !single) {
    throw new ShapeError(
      `${op}: target must have shape ${formatShape(samples)} for an input of shape ${formatShape(x.shape)}, got ${formatShape(targets.shape)}`,
    );
  }
  const operands = {
    rows,
    classes,
    multilabel: false,
    margin,
    squared,
    x: contiguous(x.detach()),
    targets,
    weight: weight && constantWeight(op, 'weight', weight),
  };
  return run({ op, node: 'MultiMarginLossBackward0', reduction, least: 0 }, x, operands, targets.shape);
}

/**
 * A hinge between the classes that a sample has and those that it has not: Σ max(0, 1 - input[y] + input[c]) / classes over its
 * targets y and the other classes c. As `torch.nn.functional.multilabel_margin_loss`.
 *
 * @param input scores, [N, classes] or [classes].
 * @param target class numbers in the input's shape; a row ends at its first -1.
 * @returns a 0-d tensor, or with `reduction: 'none'` the loss of each row.
 * @throws IndexError naming the position and value of a target that is no class; ShapeError, DTypeError, ValueError.
 */
export function multilabelMarginLoss(input: Tensor, target: IndexInput, options?: ReductionOption): Tensor {
  const op = 'multilabelMarginLoss';
  const given = checkOptions(op, options, ['reduction']);
  const { x, rows, classes, samples } = checkScores(op, input);
  const reduction = checkReduction(op, given.reduction);
  const targets = toIndices(op, 'target', target);
  if (!sameShape(targets.shape, x.shape)) {
    throw new ShapeError(
      `${op}: target must have the input's shape ${formatShape(x.shape)}, got ${formatShape(targets.shape)}`,
    );
  }
  const operands = {
    rows,
    classes,
    multilabel: true,
    margin: 1,
    squared: false,
    x: contiguous(x.detach()),
    targets,
    weight: null,
  };
  return run({ op, node: 'MultilabelMarginLossBackward0', reduction, least: -1 }, x, operands, samples);
}

export interface MultilabelSoftMarginOptions extends ReductionOption {
  /** A factor for each element, broadcast to the input's shape: [classes], mostly. Default null. */
  weight?: Tensor | null;
}

/**
 * Binary cross entropy of each class's logit, averaged over the classes (the last dimension):
 * -Σ_c weight[c] (target[c] log σ(input[c]) + (1 - target[c]) log σ(-input[c])) / classes. Gradients flow into the target, too.
 * As `torch.nn.functional.multilabel_soft_margin_loss`.
 *
 * @param input logits, [..., classes].
 * @param target of the input's shape: 1 where a sample has the class, else 0; whole numbers take the input's dtype.
 * @returns a 0-d tensor, or with `reduction: 'none'` the loss of each sample, [...].
 * @throws ShapeError, DTypeError, ValueError
 */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, options?: MultilabelSoftMarginOptions): Tensor {
  const op = 'multilabelSoftMarginLoss';
  const given = checkOptions(op, options, ['weight', 'reduction']);
  const x = checkFloat(op, 'input', input);
  if (x.ndim === 0) throw new ShapeError(`${op}: input must have a dimension of classes, got a 0-d tensor`);
  const reduction = checkReduction(op, given.reduction);
  const t = checkTensor(op, 'target', target);
  const chances = t.dtype === 'int32' || t.dtype === 'uint8' || t.dtype === 'bool' ? to(t, x.dtype) : t;
  const losses = logitLoss(op, 'MultilabelSoftMarginLossBackward0', x, chances, given.weight, null, reduction);
  if (reduction === 'none') return mean(losses, -1);
  return reduction === 'sum' ? div(losses, x.shape[x.ndim - 1]) : losses;
}
