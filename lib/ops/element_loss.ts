import { needsGrad, record } from '../autograd/record.js';
import {
  type ElementLossKind,
  type ElementLossOperands,
  elementLossBackward,
  findOutsideUnit,
  elementLoss as runElementLoss,
} from '../calls/losses.js';
import { DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { logSigmoid } from './activation.js';
import { div, mul, neg, sub } from './arithmetic.js';
import { contiguous } from './copy.js';
import {
  checkReduction,
  constantWeight,
  type Reduction,
  type ReductionOption,
  scalarTensor,
} from './loss_reduction.js';
import { log, log1p } from './pointwise.js';
import { mean, sum } from './reduction.js';
import { expand } from './view.js';

interface ElementLossCall {
  op: string;
  node: string;
  kind: ElementLossKind;
  /** beta of the smooth L1 loss, delta of Huber's, a margin, or what keeps a logarithm finite. */
  parameter: number;
  reduction: Reduction;
  /** Factors of the losses and of positive targets, in the input's shape. */
  weight: Tensor | null;
  positive: Tensor | null;
  /** d loss / d target of every element, without its factor; where there is none, the loss is one of the difference. */
  targetGradient?: (x: Tensor) => Tensor;
}

/** The loss of every element, or their mean or sum. Operands have one shape and dtype. */
export function lossOfElements(call: ElementLossCall, input: Tensor, target: Tensor): Tensor {
  const { reduction, kind } = call;
  const { dtype, numel: n, shape } = input;
  const x = contiguous(input.detach());
  const t = contiguous(target.detach());
  const operands: ElementLossOperands = {
    kind,
    parameter: call.parameter,
    x,
    target: t,
    weight: call.weight === null ? null : contiguous(call.weight),
    positive: call.positive === null ? null : contiguous(call.positive),
  };
  const none = reduction === 'none';
  const each = none ? Tensor.allocate(shape, dtype, false) : null;
  const sum = runElementLoss(operands, each);
  const out = each ?? scalarTensor(reduction === 'mean' ? sum / n : sum, dtype);
  if (!needsGrad(input, target)) return out;
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const dloss = contiguous(grad);
    const scale = reduction === 'mean' ? 1 / n : 1;
    const gradientOf = (sign: number) => elementLossBackward(operands, dloss, none, sign * scale);
    const ofTarget = () => {
      // Losses of the difference alone: d/dt = -d/dx.
      if (call.targetGradient === undefined) return gradientOf(-1);
      const each = mul(call.targetGradient(x), mul(grad, scale));
      return call.weight === null ? each : mul(each, call.weight);
    };
    return [needs[0] ? gradientOf(1) : null, needs[1] ? ofTarget() : null];
  };
  return record(call.node, [input, target], out, backward, [x, t]);
}

function checkPair(op: string, input: Tensor, target: Tensor): void {
  checkFloat(op, 'input', input);
  checkFloat(op, 'target', target);
  if (input.dtype !== target.dtype) {
    throw new DTypeError(`${op}: target must be ${input.dtype} like the input, got ${target.dtype}`);
  }
}

const warned = new Set<string>();

/** Input and target in their common shape. Like PyTorch, warns where they had to be broadcast: it is often a mistake. */
function matchShapes(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  checkPair(op, input, target);
  if (sameShape(input.shape, target.shape)) return [input, target];
  const shape = broadcastShapes(op, input.shape, target.shape);
  const message = `${op}: input of shape ${formatShape(input.shape)} and target of shape ${formatShape(target.shape)} differ and are broadcast to ${formatShape(shape)}; this is rarely meant`;
  if (!warned.has(message) && warned.size < 100) {
    warned.add(message);
    process.emitWarning(message);
  }
  return [expand(input, shape), expand(target, shape)];
}

export interface WeightedLossOptions extends ReductionOption {
  /**
   * A factor for each element, in the input's shape. The mean is divided by the sum of the factors; Huber's, as in PyTorch,
   * by the number of elements. Default null.
   */
  weight?: Tensor | null;
}

function differenceLoss(
  op: string,
  node: string,
  kind: ElementLossKind,
  input: Tensor,
  target: Tensor,
  { reduction, weight = null }: WeightedLossOptions,
  parameter = 1,
): Tensor {
  const [x, t] = matchShapes(op, input, target);
  const how = checkReduction(op, reduction);
  if (weight !== null) {
    checkFloat(op, 'weight', weight);
    if (!sameShape(weight.shape, input.shape)) {
      throw new ShapeError(
        `${op}: weight must have the input's shape ${formatShape(input.shape)}, got ${formatShape(weight.shape)}`,
      );
    }
    const losses = lossOfElements({ op, node, kind, parameter, reduction: 'none', weight: null, positive: null }, x, t);
    const weighted = mul(losses, weight);
    if (how === 'none') return weighted;
    return how === 'sum' ? sum(weighted) : kind === 'huber' ? mean(weighted) : div(sum(weighted), sum(weight));
  }
  return lossOfElements({ op, node, kind, parameter, reduction: how, weight: null, positive: null }, x, t);
}

/** (input - target)², averaged by default. As `torch.nn.functional.mse_loss`. */
export function mseLoss(input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor {
  const given = checkOptions('mseLoss', options, ['reduction', 'weight']);
  return differenceLoss('mseLoss', 'MseLossBackward0', 'mse', input, target, given);
}

/** |input - target|, averaged by default. As `torch.nn.functional.l1_loss`. */
export function l1Loss(input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor {
  const given = checkOptions('l1Loss', options, ['reduction', 'weight']);
  return differenceLoss('l1Loss', 'MeanBackward0', 'l1', input, target, given);
}

export interface SmoothL1Options extends ReductionOption {
  /** Where the parabola meets the straight line; 0 is the L1 loss. Default 1. */
  beta?: number;
}

/** @throws ValueError unless beta is a number of at least 0. */
export function checkBeta(op: string, beta: unknown): number {
  if (typeof beta === 'number' && beta >= 0) return beta;
  throw new ValueError(`${op}: beta must be a number of at least 0, got ${describe(beta)}`);
}

/** @throws ValueError unless delta is a number above 0. */
export function checkDelta(op: string, delta: unknown): number {
  if (typeof delta === 'number' && delta > 0) return delta;
  throw new ValueError(`${op}: delta must be a number above 0, got ${describe(delta)}`);
}

/** d² / (2 beta) where d = |input - target| < beta, else d - beta / 2. As `torch.nn.functional.smooth_l1_loss`. */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1Options): Tensor {
  const { reduction, beta = 1 } = checkOptions('smoothL1Loss', options, ['reduction', 'beta']);
  checkBeta('smoothL1Loss', beta);
  return differenceLoss('smoothL1Loss', 'SmoothL1LossBackward0', 'smoothL1', input, target, { reduction }, beta);
}

export interface HuberOptions extends ReductionOption {
  /** Where the parabola meets the straight line. Default 1. */
  delta?: number;
}

/** d² / 2 where d = |input - target| ≤ delta, else delta (d - delta / 2). As `torch.nn.functional.huber_loss`. */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberOptions & WeightedLossOptions): Tensor {
  const { reduction, weight, delta = 1 } = checkOptions('huberLoss', options, ['reduction', 'delta', 'weight']);
  checkDelta('huberLoss', delta);
  return differenceLoss('huberLoss', 'HuberLossBackward0', 'huber', input, target, { reduction, weight }, delta);
}

function spread(op: string, name: string, factor: Tensor | null | undefined, input: Tensor): Tensor | null {
  if (factor === null || factor === undefined) return null;
  checkFloat(op, name, factor);
  if (factor.dtype !== input.dtype) {
    throw new DTypeError(`${op}: ${name} must be ${input.dtype} like the input, got ${factor.dtype}`);
  }
  const lead = input.ndim - factor.ndim;
  if (lead < 0 || factor.shape.some((size, i) => size !== 1 && size !== input.shape[i + lead])) {
    throw new ShapeError(
      `${op}: ${name} must broadcast to the input's shape ${formatShape(input.shape)}, got ${formatShape(factor.shape)}`,
    );
  }
  return expand(constantWeight(op, name, factor), input.shape);
}

function checkSameShape(op: string, input: Tensor, target: Tensor): void {
  checkPair(op, input, target);
  if (sameShape(input.shape, target.shape)) return;
  throw new ShapeError(
    `${op}: target must have the input's shape ${formatShape(input.shape)}, got ${formatShape(target.shape)}`,
  );
}

function checkUnit(op: string, argument: string, x: Tensor): Tensor {
  const dense = contiguous(x.detach());
  const bad = findOutsideUnit(dense);
  if (bad < 0) return dense;
  const value = dense.storage.array[dense.offset + bad];
  throw new ValueError(`${op}: ${argument} must hold numbers from 0 to 1, got ${value} at position ${bad}`);
}

export interface BinaryCrossEntropyOptions extends ReductionOption {
  /** A factor for each element, broadcast to the input's shape. Default null. */
  weight?: Tensor | null;
}

/**
 * -target log(input) - (1 - target) log(1 - input) of probabilities, logarithms cut off at -100. Gradients flow into the
 * target, too, for distillation. As `torch.nn.functional.binary_cross_entropy`. @throws ValueError naming a value outside [0, 1].
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BinaryCrossEntropyOptions): Tensor {
  const op = 'binaryCrossEntropy';
  const given = checkOptions(op, options, ['weight', 'reduction']);
  checkSameShape(op, input, target);
  const reduction = checkReduction(op, given.reduction);
  const weight = spread(op, 'weight', given.weight, input);
  checkUnit(op, 'input', input);
  checkUnit(op, 'target', target);
  const node = 'BinaryCrossEntropyBackward0';
  // As in PyTorch, these logarithms are not cut off.
  const targetGradient = (x: Tensor) => sub(log1p(neg(x)), log(x));
  const call = { op, node, kind: 'bce' as const, parameter: 0, reduction, weight, positive: null, targetGradient };
  return lossOfElements(call, input, target);
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** A factor for positive targets, broadcast to the input's shape (one for each class, say). Default null. */
  posWeight?: Tensor | null;
}

/**
 * (1 - target) input + (1 + (posWeight - 1) target) log(1 + e^-input): binary cross entropy of sigmoid(input), stable
 * for every input. Gradients flow into the target, too. As `torch.nn.functional.binary_cross_entropy_with_logits`.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options?: BinaryCrossEntropyWithLogitsOptions,
): Tensor {
  const op = 'binaryCrossEntropyWithLogits';
  const given = checkOptions(op, options, ['weight', 'reduction', 'posWeight']);
  const reduction = checkReduction(op, given.reduction);
  const node = 'BinaryCrossEntropyWithLogitsBackward0';
  return logitLoss(op, node, input, target, given.weight, given.posWeight, reduction);
}

/** Binary cross entropy of logits, in the name of another operation. */
export function logitLoss(
  op: string,
  node: string,
  input: Tensor,
  target: Tensor,
  weights: Tensor | null | undefined,
  posWeight: Tensor | null | undefined,
  reduction: Reduction,
): Tensor {
  checkSameShape(op, input, target);
  const weight = spread(op, 'weight', weights, input);
  const positive = spread(op, 'posWeight', posWeight, input);
  const targetGradient = (x: Tensor) =>
    positive === null ? neg(x) : sub(logSigmoid(neg(x)), mul(positive, logSigmoid(x)));
  const call = { op, node, kind: 'bceLogits' as const, parameter: 0, reduction, weight, positive, targetGradient };
  return lossOfElements(call, input, target);
}
