import { needsGrad, record } from '../autograd/record.js';
import { elementLoss, elementLossBackward } from '../calls/losses.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, Tensor } from '../tensor/tensor.js';
import { add, div, neg } from './arithmetic.js';
import { gt } from './comparison.js';
import { contiguous, to } from './copy.js';
import { full } from './creation.js';
import { lossOfElements } from './element_loss.js';
import { checkReduction, type ReductionOption, scalarTensor } from './loss_reduction.js';
import { where } from './masking.js';
import { log } from './pointwise.js';
import { checkAtLeastZero } from './similarity.js';
import { expand, unsqueeze } from './view.js';

/** @throws ArgumentError unless the flag is true or false. */
function checkLossFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

/**
 * An input and a target that broadcast with it. Whole numbers and truth values take the input's dtype.
 * @throws ShapeError, DTypeError
 */
export function inputAndTarget(op: string, input: unknown, target: unknown): [Tensor, Tensor] {
  const x = checkFloat(op, 'input', input);
  let t = checkTensor(op, 'target', target);
  if (t.dtype === 'int32' || t.dtype === 'uint8' || t.dtype === 'bool') t = to(t, x.dtype);
  if (t.dtype !== x.dtype) throw new DTypeError(`${op}: target must be ${x.dtype} like the input, got ${t.dtype}`);
  if (sameShape(x.shape, t.shape)) return [x, t];
  const shape = broadcastShapes(op, x.shape, t.shape);
  return [expand(x, shape), expand(t, shape)];
}

export interface PoissonNllOptions extends ReductionOption {
  /** The input holds logarithms of rates. Default true. */
  logInput?: boolean;
  /** Add Stirling's approximation of log target!, for targets above 1. Default false. */
  full?: boolean;
  /** Added to rates before their logarithm, where `logInput` is false. Default 1e-8. */
  eps?: number;
}

export const poissonOptionNames = ['logInput', 'full', 'eps', 'reduction'] as const;

/** @throws ArgumentError, ValueError naming the option. */
export function checkPoissonOptions(op: string, given: PoissonNllOptions) {
  return {
    logInput: checkLossFlag(op, 'logInput', given.logInput ?? true),
    full: checkLossFlag(op, 'full', given.full ?? false),
    eps: checkAtLeastZero(op, 'eps', given.eps ?? 1e-8),
  };
}

/**
 * The negative log likelihood of counts under Poisson's distribution: e^input - target · input for logarithms of rates,
 * input - target · log(input + eps) for rates; without log target!, unless `full` adds Stirling's approximation of it.
 * As `torch.nn.functional.poisson_nll_loss`; gradients flow into the target, too.
 *
 * @param input of any shape.
 * @param target counts, broadcast with the input; whole numbers take its dtype.
 * @throws ShapeError, DTypeError, ValueError
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options?: PoissonNllOptions): Tensor {
  const op = 'poissonNllLoss';
  const given = checkOptions(op, options, poissonOptionNames);
  const { logInput, full, eps } = checkPoissonOptions(op, given);
  const reduction = checkReduction(op, given.reduction);
  const [x, t] = inputAndTarget(op, input, target);
  const kind = logInput ? (full ? 'poissonLogFull' : 'poissonLog') : full ? 'poissonFull' : 'poisson';
  const counts = t.detach();
  const targetGradient = (dense: Tensor) => {
    const own = neg(logInput ? dense : log(add(dense, eps)));
    return full ? add(own, where(gt(counts, 1), add(log(counts), div(0.5, counts)), 0)) : own;
  };
  const call = {
    op,
    node: 'PoissonNllLossBackward0',
    kind,
    parameter: eps,
    reduction,
    weight: null,
    positive: null,
  } as const;
  return lossOfElements({ ...call, targetGradient }, x, t);
}

export interface GaussianNllOptions extends ReductionOption {
  /** Add log(2π) / 2. Default false. */
  full?: boolean;
  /** The least variance; above 0. Default 1e-6. */
  eps?: number;
}

export const gaussianOptionNames = ['full', 'eps', 'reduction'] as const;

/** @throws ArgumentError, ValueError naming the option. */
export function checkGaussianOptions(op: string, given: GaussianNllOptions) {
  const full = checkLossFlag(op, 'full', given.full ?? false);
  const { eps = 1e-6 } = given;
  if (typeof eps === 'number' && eps > 0) return { full, eps };
  throw new ValueError(`${op}: eps must be a number above 0, got ${describe(eps)}`);
}

/** Variances in a shape that broadcasts to the input's: one for each element, for each row, or for all. */
function variances(op: string, input: Tensor, variance: unknown): Tensor {
  if (typeof variance === 'number') {
    if (!(variance >= 0)) throw new ValueError(`${op}: variance must be at least 0, got ${variance}`);
    return full([], variance, { dtype: input.dtype as 'float32' });
  }
  const v = checkFloat(op, 'variance', variance);
  if (v.dtype !== input.dtype)
    throw new DTypeError(`${op}: variance must be ${input.dtype} like the input, got ${v.dtype}`);
  const dense = contiguous(v.detach());
  const { array } = dense.storage;
  for (let i = 0; i < v.numel; i++) {
    const value = array[dense.offset + i];
    if (value < 0)
      throw new ValueError(`${op}: variance must hold numbers of at least 0, got ${value} at position ${i}`);
  }
  const { shape } = input;
  if (sameShape(v.shape, shape)) return v;
  if (sameShape(v.shape, shape.slice(0, -1))) return unsqueeze(v, -1);
  const mismatched = shape.map((size, i) => [size, v.shape[i]]).filter(([a, b]) => a !== b);
  if (v.ndim === input.ndim && mismatched.length === 1 && mismatched[0][1] === 1) return v;
  throw new ShapeError(
    `${op}: variance must have the input's shape ${formatShape(shape)}, that without its last dimension, or that with one dimension of size 1; got ${formatShape(v.shape)}`,
  );
}

/**
 * The negative log likelihood of targets under normal distributions: (log variance + (input - target)² / variance) / 2, with
 * variances of at least eps. As `torch.nn.functional.gaussian_nll_loss` (Nix and Weigend, 1994); gradients flow into all three,
 * into variances below eps as if they had been eps.
 *
 * @param input the means, of any shape.
 * @param target broadcast with the input.
 * @param variance of the input's shape; without its last dimension, or with one dimension of size 1; or one number.
 * @throws ShapeError, DTypeError; ValueError naming a variance below 0.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options?: GaussianNllOptions,
): Tensor {
  const op = 'gaussianNllLoss';
  const given = checkOptions(op, options, gaussianOptionNames);
  const { full, eps } = checkGaussianOptions(op, given);
  const reduction = checkReduction(op, given.reduction);
  const means = checkFloat(op, 'input', input);
  const v = variances(op, means, variance);
  const [x, t] = inputAndTarget(op, means, target);
  const wide = expand(v, x.shape);
  const operands = {
    kind: full ? 'gaussianFull' : 'gaussian',
    parameter: eps,
    x: contiguous(x.detach()),
    target: contiguous(t.detach()),
    weight: null,
    positive: contiguous(wide.detach()),
  } as const;
  const { dtype, numel: n } = x;
  const none = reduction === 'none';
  const each = none ? Tensor.allocate(x.shape, dtype, false) : null;
  const total = elementLoss(operands, each);
  const out = each ?? scalarTensor(reduction === 'mean' ? total / n : total, dtype);
  if (!needsGrad(x, t, wide)) return out;
  const scale = reduction === 'mean' ? 1 / n : 1;
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const dloss = contiguous(grad);
    const slope = (sign: number) => elementLossBackward(operands, dloss, none, sign * scale);
    const ofVariance = () => elementLossBackward({ ...operands, kind: 'gaussianVariance' }, dloss, none, scale);
    return [needs[0] ? slope(1) : null, needs[1] ? slope(-1) : null, needs[2] ? ofVariance() : null];
  };
  const saved = [operands.x, operands.target, operands.positive];
  return record('GaussianNllLossBackward0', [x, t, wide], out, backward, saved);
}
