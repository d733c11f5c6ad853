import { describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, formatShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, type Tensor } from '../tensor/tensor.js';
import { sigmoid } from './activation.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { clamp } from './clamping.js';
import { eq, minimum } from './comparison.js';
import { lossOfElements } from './element_loss.js';
import { inputAndTarget } from './likelihood_loss.js';
import { checkReduction, type Reduction, type ReductionOption } from './loss_reduction.js';
import { where } from './masking.js';
import { sqrt } from './pointwise.js';
import { mean, sum } from './reduction.js';
import { checkEps, checkFloatPair, checkNormOrder, distance, pairwiseDistance } from './similarity.js';

export interface MarginOptions extends ReductionOption {
  /** How far apart the two must be to cost nothing. Default 0. */
  margin?: number;
}

export interface TripletMarginOptions extends ReductionOption {
  /** How much farther than the positive the negative must be to cost nothing; above 0. Default 1. */
  margin?: number;
  /** Which p-norm measures distances. Default 2. */
  p?: number;
  /** Added to every difference. Default 1e-6. */
  eps?: number;
  /** Take the positive's distance to the negative where it is smaller than the anchor's. Default false. */
  swap?: boolean;
}

export interface HingeEmbeddingOptions extends ReductionOption {
  /** How far apart two that are unlike must be to cost nothing. Default 1. */
  margin?: number;
}

/** The distance of two batches of vectors, [N, ...] each: a number for each pair, as a tensor that gradients flow through. */
export type DistanceFunction = (a: Tensor, b: Tensor) => Tensor;

export interface TripletMarginWithDistanceOptions extends ReductionOption {
  /** What measures distances. Default null: `pairwiseDistance`. */
  distanceFunction?: DistanceFunction | null;
  /** How much farther than the positive the negative must be to cost nothing; above 0. Default 1. */
  margin?: number;
  /** Take the positive's distance to the negative where it is smaller than the anchor's. Default false. */
  swap?: boolean;
}

/** Losses, their mean, or their sum. */
export function reduceLoss(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}

export function checkMargin(op: string, margin: unknown, above = Number.NEGATIVE_INFINITY): number {
  if (typeof margin === 'number' && margin > above) return margin;
  const wanted = above === 0 ? 'a number above 0' : 'a number';
  throw new ValueError(`${op}: margin must be ${wanted}, got ${describe(margin)}`);
}

/** Keeps what ReLU keeps, with PyTorch's gradient of `clamp_min` at 0. */
function atLeastZero(x: Tensor): Tensor {
  return clamp(x, 0);
}

function checkDims(op: string, name: string, x: Tensor, expected: number, like: string): void {
  if (x.ndim === expected) return;
  throw new ShapeError(
    `${op}: ${name} must have as many dimensions as ${like}, ${expected}, got shape ${formatShape(x.shape)}`,
  );
}

/** What keeps a product of squared lengths from zero; PyTorch's constant. */
const squaredLengthEps = 1e-12;

/**
 * 1 - cos(input1, input2) for targets of 1, max(0, cos(input1, input2) - margin) for targets of -1, averaged by default.
 * As `torch.nn.functional.cosine_embedding_loss`: a target that is neither costs nothing.
 *
 * @param input1 [N, D] with targets [N], or [D] with a 0-dimensional target.
 * @throws ShapeError, DTypeError, ValueError
 */
export function cosineEmbeddingLoss(input1: Tensor, input2: Tensor, target: Tensor, options?: MarginOptions): Tensor {
  const op = 'cosineEmbeddingLoss';
  const given = checkOptions(op, options, ['margin', 'reduction']);
  const reduction = checkReduction(op, given.reduction);
  const margin = checkMargin(op, given.margin ?? 0);
  const [a, b] = checkFloatPair(op, ['input1', 'input2'], input1, input2);
  const signs = checkTensor(op, 'target', target);
  const dim = signs.ndim;
  if (dim > 1) {
    throw new ShapeError(`${op}: target must have at most one dimension, got shape ${formatShape(signs.shape)}`);
  }
  checkDims(op, 'input1', a, dim + 1, 'the target and one more');
  checkDims(op, 'input2', b, dim + 1, 'the target and one more');
  broadcastShapes(op, a.shape, b.shape);
  const square1 = add(sum(mul(a, a), dim), squaredLengthEps);
  const square2 = add(sum(mul(b, b), dim), squaredLengthEps);
  const cosine = div(sum(mul(a, b), dim), sqrt(mul(square1, square2)));
  broadcastShapes(op, cosine.shape, signs.shape);
  const alike = where(eq(signs, 1), sub(1, cosine), 0);
  const unlike = where(eq(signs, -1), atLeastZero(sub(cosine, margin)), 0);
  return reduceLoss(add(alike, unlike), reduction);
}

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin) with distances of the p-norm along the last dimension,
 * averaged by default. As `torch.nn.functional.triplet_margin_loss` (Balntas et al., 2016).
 *
 * @param anchor [N, D] or [D]; positive and negative of as many dimensions, broadcast.
 * @throws ShapeError, DTypeError, ValueError
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginOptions,
): Tensor {
  const op = 'tripletMarginLoss';
  const given = checkOptions(op, options, ['margin', 'p', 'eps', 'swap', 'reduction']);
  const { eps = 1e-6, swap = false } = given;
  const reduction = checkReduction(op, given.reduction);
  const margin = checkMargin(op, given.margin ?? 1, 0);
  const p = checkNormOrder(op, given.p ?? 2);
  if (typeof swap !== 'boolean') throw new ValueError(`${op}: swap must be true or false, got ${describe(swap)}`);
  const [a, pos] = checkFloatPair(op, ['anchor', 'positive'], anchor, positive);
  const [, other] = checkFloatPair(op, ['anchor', 'negative'], anchor, negative);
  checkDims(op, 'positive', pos, a.ndim, 'anchor');
  checkDims(op, 'negative', other, a.ndim, 'anchor');
  const how = { p, eps: checkEps(op, eps), keepdim: false };
  broadcastShapes(op, broadcastShapes(op, a.shape, pos.shape), other.shape);
  const near = distance(op, a, pos, how);
  let far = distance(op, a, other, how);
  if (swap) far = minimum(far, distance(op, pos, other, how));
  return reduceLoss(atLeastZero(sub(add(near, margin), far)), reduction);
}

/**
 * max(0, -target (input1 - input2) + margin), averaged by default: a target of 1 wants input1 larger, -1 input2.
 * As `torch.nn.functional.margin_ranking_loss`.
 *
 * @throws ShapeError, DTypeError, ValueError
 */
export function marginRankingLoss(input1: Tensor, input2: Tensor, target: Tensor, options?: MarginOptions): Tensor {
  const op = 'marginRankingLoss';
  const given = checkOptions(op, options, ['margin', 'reduction']);
  const reduction = checkReduction(op, given.reduction);
  const margin = checkMargin(op, given.margin ?? 0);
  const [a, b] = checkFloatPair(op, ['input1', 'input2'], input1, input2);
  const wanted = checkTensor(op, 'target', target);
  checkDims(op, 'input2', b, a.ndim, 'input1');
  checkDims(op, 'target', wanted, a.ndim, 'input1');
  broadcastShapes(op, broadcastShapes(op, a.shape, b.shape), wanted.shape);
  return reduceLoss(atLeastZero(add(mul(neg(wanted), sub(a, b)), margin)), reduction);
}

/** @throws ValueError unless it is a function, or null for `pairwiseDistance`. */
export function checkDistanceFunction(op: string, given: unknown): DistanceFunction {
  if (given === null || given === undefined) return pairwiseDistance;
  if (typeof given === 'function') return given as DistanceFunction;
  throw new ValueError(`${op}: distanceFunction must be a function of two tensors, or null, got ${describe(given)}`);
}

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin) with a distance of the caller's own, averaged by default.
 * As `torch.nn.functional.triplet_margin_with_distance_loss`.
 *
 * @param anchor [N, ...]; positive and negative of as many dimensions.
 * @throws ShapeError, DTypeError, ValueError
 *
 * @example
 * const distanceFunction = (a, b) => nn.functional.cosineSimilarity(a, b).neg().add(1);
 * nn.functional.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction });
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginWithDistanceOptions,
): Tensor {
  const op = 'tripletMarginWithDistanceLoss';
  const given = checkOptions(op, options, ['distanceFunction', 'margin', 'swap', 'reduction']);
  const { swap = false } = given;
  const reduction = checkReduction(op, given.reduction);
  const margin = checkMargin(op, given.margin ?? 1, 0);
  if (typeof swap !== 'boolean') throw new ValueError(`${op}: swap must be true or false, got ${describe(swap)}`);
  const measure = checkDistanceFunction(op, given.distanceFunction);
  const a = checkTensor(op, 'anchor', anchor);
  const pos = checkTensor(op, 'positive', positive);
  const other = checkTensor(op, 'negative', negative);
  checkDims(op, 'positive', pos, a.ndim, 'anchor');
  checkDims(op, 'negative', other, a.ndim, 'anchor');
  const measured = (from: Tensor, to: Tensor) => checkFloat(op, 'what distanceFunction returns', measure(from, to));
  const near = measured(a, pos);
  let far = measured(a, other);
  if (swap) far = minimum(far, measured(pos, other));
  return reduceLoss(atLeastZero(sub(add(near, margin), far)), reduction);
}

/**
 * The input where the target is 1, max(0, margin - input) where it is -1, averaged by default: for distances of pairs that are
 * alike or not. As `torch.nn.functional.hinge_embedding_loss`, which adds both for a target that is neither.
 *
 * @param input distances, of any shape.
 * @param target 1 or -1, broadcast with the input; whole numbers take its dtype.
 * @throws ShapeError, DTypeError, ValueError
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options?: HingeEmbeddingOptions): Tensor {
  const op = 'hingeEmbeddingLoss';
  const given = checkOptions(op, options, ['margin', 'reduction']);
  const reduction = checkReduction(op, given.reduction);
  const parameter = checkMargin(op, given.margin ?? 1);
  const [x, t] = inputAndTarget(op, input, target);
  const how = { kind: 'hingeEmbedding', parameter, reduction, weight: null, positive: null } as const;
  return lossOfElements({ op, node: 'HingeEmbeddingLossBackward0', ...how }, x, t.detach());
}

/**
 * log(1 + e^(-target · input)), averaged by default: logistic regression with targets of 1 and -1. Gradients flow into the target,
 * too. As `torch.nn.functional.soft_margin_loss`, and finite where that overflows.
 *
 * @param input of any shape.
 * @param target 1 or -1, broadcast with the input; whole numbers take its dtype.
 * @throws ShapeError, DTypeError, ValueError
 */
export function softMarginLoss(input: Tensor, target: Tensor, options?: ReductionOption): Tensor {
  const op = 'softMarginLoss';
  const given = checkOptions(op, options, ['reduction']);
  const reduction = checkReduction(op, given.reduction);
  const [x, t] = inputAndTarget(op, input, target);
  const targetGradient = (dense: Tensor) => neg(mul(dense, sigmoid(neg(mul(t.detach(), dense)))));
  const how = { kind: 'softMargin', parameter: 0, reduction, weight: null, positive: null, targetGradient } as const;
  return lossOfElements({ op, node: 'SoftMarginLossBackward0', ...how }, x, t);
}
