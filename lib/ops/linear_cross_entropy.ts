import { needsGrad, record } from '../autograd/record.js';
import { type LinearLossOperands, linearCrossEntropyCall } from '../calls/linear_cross_entropy.js';
import { checkDense, checkSameDType } from '../calls/matmul.js';
import { scaleInPlace } from '../calls/optim.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape, numelOf, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import {
  badTarget,
  type CrossEntropyOptions,
  checkClassWeight,
  checkIgnoreIndex,
  checkLabelSmoothing,
  crossEntropyOf,
  meanOf,
} from './cross_entropy.js';
import { type IndexInput, toIndices } from './index_argument.js';
import { linear } from './linear.js';
import { checkReduction, constantWeight, type Reduction, scalarTensor } from './loss_reduction.js';
import { reshape } from './reshape.js';

export interface LinearCrossEntropyChunks {
  /**
   * How many rows' logits are held at a time. Default null: as many as fit into 64 MB, at least 64. Fewer take less memory
   * and more time. Results differ in rounding.
   */
  batchChunkSize?: number | null;
}

export interface LinearCrossEntropyOptions extends Omit<CrossEntropyOptions, 'ignoreIndex'> {
  /** Added to the logits, [classes] (or the weight's shape without features). Default null. */
  linearBias?: Tensor | null;
  /** Samples of this class count for nothing. Default null, which is -100; refused with probabilities as targets. */
  ignoreIndex?: number | null;
  /** How the rows are cut into chunks. */
  options?: LinearCrossEntropyChunks | null;
}

export const linearLossOptionNames = ['weight', 'ignoreIndex', 'labelSmoothing', 'reduction', 'options'] as const;

/** @throws ArgumentError, OptionError */
export function checkChunks(op: string, options: unknown): number | null {
  const { batchChunkSize = null } = checkOptions<LinearCrossEntropyChunks>(op, options ?? undefined, [
    'batchChunkSize',
  ]);
  if (batchChunkSize === null || (Number.isInteger(batchChunkSize) && batchChunkSize >= 1)) return batchChunkSize;
  throw new ArgumentError(
    `${op}: batchChunkSize must be a whole number of rows from 1 on, or null, got ${describe(batchChunkSize)}`,
  );
}

interface Projection {
  x: Tensor;
  w: Tensor;
  bias: Tensor | null;
  classes: number;
  /** Dimensions of the loss between classes and features; mostly none. */
  outFeatures: readonly number[];
}

function checkProjection(op: string, input: unknown, linearWeight: unknown, linearBias: unknown): Projection {
  const x = checkDense(op, 'input', input);
  const w = checkDense(op, 'linearWeight', linearWeight);
  checkSameDType(op, x, w, 'linearWeight');
  if (x.ndim !== 1 && x.ndim !== 2) {
    const hint =
      x.ndim > 2
        ? `; rows of more dimensions are flattened: input.reshape([-1, ${x.shape[x.ndim - 1]}]), target.reshape([-1])`
        : '';
    throw new ShapeError(`${op}: input must be [features] or [N, features], got shape ${formatShape(x.shape)}${hint}`);
  }
  if (w.ndim < 2) {
    throw new ShapeError(`${op}: linearWeight must be [classes, features], got shape ${formatShape(w.shape)}`);
  }
  const features = w.shape[w.ndim - 1];
  if (x.shape[x.ndim - 1] !== features) {
    throw new ShapeError(
      `${op}: the last dimension of input must be ${features}, as linearWeight has shape ${formatShape(w.shape)}; got an input of shape ${formatShape(x.shape)}`,
    );
  }
  const expected = w.shape.slice(0, -1);
  const [classes, ...outFeatures] = expected;
  if (outFeatures.length > 0 && x.ndim === 1) {
    throw new ShapeError(
      `${op}: input must be [N, ${features}] where linearWeight has more than two dimensions, got shape ${formatShape(x.shape)}`,
    );
  }
  if (linearBias === null || linearBias === undefined) return { x, w, bias: null, classes, outFeatures };
  const bias = checkDense(op, 'linearBias', linearBias);
  checkSameDType(op, x, bias, 'linearBias');
  if (!sameShape(bias.shape, expected)) {
    throw new ShapeError(`${op}: linearBias must have shape ${formatShape(expected)}, got ${formatShape(bias.shape)}`);
  }
  return { x, w, bias, classes, outFeatures };
}

function checkTargets(op: string, target: IndexInput, samples: readonly number[], x: Tensor): Tensor {
  const targets = toIndices(op, 'target', target);
  if (sameShape(targets.shape, samples)) return targets;
  throw new ShapeError(
    `${op}: target must have shape ${formatShape(samples)} for an input of shape ${formatShape(x.shape)}, got ${formatShape(targets.shape)}`,
  );
}

/** The loss of rows against class numbers, in chunks: [rows, features] · [classes, features]ᵀ. */
function chunkedLoss(
  op: string,
  inputs: { x: Tensor; w: Tensor; bias: Tensor | null },
  operands: LinearLossOperands,
  samples: readonly number[],
  reduction: Reduction,
): Tensor {
  const { x, w, bias } = inputs;
  const { dtype } = x;
  const trains = needsGrad(x, w, bias);
  const none = reduction === 'none';
  const mean = reduction === 'mean';
  // The gradient of a mean or a sum is computed with it, up to a factor that comes later: logits are there now.
  const along = trains && !none;
  const needsOf = (of: boolean): [boolean, boolean, boolean] => [
    of && x.requiresGrad,
    of && w.requiresGrad,
    of && (bias?.requiresGrad ?? false),
  ];
  const loss = none ? Tensor.allocate(samples, dtype, false) : null;
  const first = linearCrossEntropyCall(operands, loss, { dloss: null, perRow: false, mean }, needsOf(along));
  if (first.bad >= 0) throw badTarget(op, operands.targets, first.bad, w.shape[0], operands.ignoreIndex);
  const out = loss ?? scalarTensor(mean ? meanOf(first) : first.sum, dtype);
  if (!trains) return out;
  let held = along ? first : null;
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    // What the loss brought along is given away once; a graph that is kept computes it anew.
    const given = held;
    held = null;
    if (given === null) {
      const scale = { dloss: contiguous(grad), perRow: none, mean };
      const { dx, dw, dbias } = linearCrossEntropyCall(operands, null, scale, [needs[0], needs[1], needs[2] ?? false]);
      return gradients(dx, dw, dbias);
    }
    const factor = grad.item() as number;
    for (const each of [given.dx, given.dw, given.dbias]) if (each !== null && factor !== 1) scaleInPlace(each, factor);
    return gradients(given.dx, given.dw, given.dbias);
  };
  const gradients = (dx: Tensor | null, dw: Tensor | null, dbias: Tensor | null) => {
    const back = dx === null || sameShape(dx.shape, x.shape) ? dx : new Tensor(dx.storage, x.shape, [1], dx.offset);
    return bias === null ? [back, dw] : [back, dw, dbias];
  };
  const sources = bias === null ? [x, w] : [x, w, bias];
  return record('LinearCrossEntropyBackward0', sources, out, backward, [...sources, operands.targets]);
}

/**
 * Cross entropy of a projection, `crossEntropy(linear(input, linearWeight, linearBias), target)`, without ever holding the logits
 * of more than a few rows: what the output layer of a language model or a recommender takes, whose logits are larger than the
 * model. The gradients of input, weight and bias come along with the loss, in the time of the two operations.
 *
 * @param input [N, features] or [features].
 * @param linearWeight [classes, features], as a `Linear` or an `Embedding` holds it; or [classes, d1, ..., features] for a loss
 *   of several dimensions, whose logits are held, as are those of probabilities as targets.
 * @param target class numbers, [N] or a number (or [N, d1, ...]); or probabilities, a floating tensor of the logits' shape.
 * @returns a 0-d tensor, or with `reduction: 'none'` the losses in the targets' shape; those compute their logits a second time
 *   in the backward pass.
 * @throws IndexError naming the position and value of a target that is no class; ShapeError, DTypeError, ValueError.
 *
 * As `torch.nn.functional.linear_cross_entropy`, with its `options` always on: label smoothing, class weights and a bias are
 * part of the chunks, and the graph may be kept. Rows whose target is ignored cost nothing.
 *
 * @example
 * const loss = nn.functional.linearCrossEntropy(hidden, decoder.weight, words, { linearBias: decoder.bias });
 * loss.backward();
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: IndexInput,
  options?: LinearCrossEntropyOptions,
): Tensor {
  const op = 'linearCrossEntropy';
  const given = checkOptions(op, options, ['linearBias', ...linearLossOptionNames]);
  const { x, w, bias, classes, outFeatures } = checkProjection(op, input, linearWeight, given.linearBias);
  const reduction = checkReduction(op, given.reduction);
  const labelSmoothing = checkLabelSmoothing(op, given.labelSmoothing);
  const ignored = given.ignoreIndex ?? undefined;
  const ignoreIndex = checkIgnoreIndex(op, ignored);
  const chunkRows = checkChunks(op, given.options);
  const weight = checkClassWeight(op, given.weight, x, classes);
  const probabilities = target instanceof Tensor && isFloating(target.dtype);
  if (probabilities && ignored !== undefined) {
    throw new ArgumentError(
      `${op}: ignoreIndex goes with class numbers as targets, not with probabilities; got ignoreIndex ${ignored} and a ${target.dtype} target`,
    );
  }
  if (probabilities || outFeatures.length > 0) {
    const rows = reshape(w, [numelOf([classes, ...outFeatures]), w.shape[w.ndim - 1]]);
    const logits = linear(x, rows, bias === null ? null : reshape(bias, [rows.shape[0]]));
    const shaped = reshape(logits, [...x.shape.slice(0, -1), classes, ...outFeatures]);
    return crossEntropyOf(op, shaped, target, { weight, ignoreIndex: ignored, labelSmoothing, reduction });
  }
  const samples = x.shape.slice(0, -1);
  const targets = checkTargets(op, target, samples, x);
  const rows = contiguous(x.detach());
  const operands = {
    x: x.ndim === 2 ? rows : new Tensor(rows.storage, [1, x.shape[0]], [x.shape[0], 1], rows.offset),
    w: contiguous(w.detach()),
    bias: bias && contiguous(bias.detach()),
    weight: weight && constantWeight(op, 'weight', weight),
    targets,
    ignoreIndex,
    labelSmoothing,
    chunkRows,
  };
  return chunkedLoss(op, { x, w, bias }, operands, samples, reduction);
}
