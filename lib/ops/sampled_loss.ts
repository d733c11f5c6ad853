import { DTypeError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { crossEntropy } from './cross_entropy.js';
import { binaryCrossEntropyWithLogits } from './element_loss.js';
import { embedding } from './embedding.js';
import { type IndexInput, toIndices } from './index_argument.js';
import { cat } from './joining.js';
import { checkReduction, type ReductionOption } from './loss_reduction.js';
import { reduceLoss } from './margin_loss.js';
import { maskedFill } from './masking.js';
import { bmm, matmul } from './matmul.js';
import { sum } from './reduction.js';
import { transpose, unsqueeze } from './view.js';

export interface NegativeSamplingOptions extends ReductionOption {
  /** Give the table a row-sparse gradient. Default false. */
  sparse?: boolean;
}

export interface SampledSoftmaxOptions extends ReductionOption {
  /** The classes' biases, [classes]. Default null: none. */
  bias?: Tensor | null;
  /** The classes that stand for all others, the same for the whole batch: int32 [samples]. */
  sampled: Tensor;
  /** The logarithm of how often a class is expected among the samples. */
  logExpectedCount: (index: number) => number;
  /** Leave a sample out where it is the target itself. Default true. */
  removeAccidentalHits?: boolean;
  /** Give the weight a row-sparse gradient; the bias's is dense. Default false. */
  sparse?: boolean;
}

/** input [N, D] and table [classes, D], of one dtype. */
function checkTable(op: string, input: unknown, table: unknown, name: string): [Tensor, Tensor] {
  const x = checkFloat(op, 'input', input);
  const w = checkFloat(op, name, table);
  if (x.ndim !== 2) throw new ShapeError(`${op}: input must have shape [N, D], got ${formatShape(x.shape)}`);
  if (w.ndim !== 2 || w.shape[1] !== x.shape[1]) {
    throw new ShapeError(
      `${op}: ${name} must have shape [classes, ${x.shape[1]}] for an input of shape ${formatShape(x.shape)}, got ${formatShape(w.shape)}`,
    );
  }
  if (x.dtype !== w.dtype) throw new DTypeError(`${op}: ${name} must be ${x.dtype} like the input, got ${w.dtype}`);
  return [x, w];
}

function checkClasses(op: string, name: string, given: IndexInput, shape: readonly number[], classes: number): Tensor {
  const ids = toIndices(op, name, given);
  if (!sameShape(ids.shape, shape)) {
    throw new ShapeError(`${op}: ${name} must have shape ${formatShape(shape)}, got ${formatShape(ids.shape)}`);
  }
  const values = idsOf(ids);
  const bad = values.findIndex((id) => id < 0 || id >= classes);
  if (bad >= 0) {
    throw new IndexError(
      `${op}: ${name} ${values[bad]} at position ${bad} is none of the ${classes} classes (0 to ${classes - 1})`,
      values[bad],
      classes,
      bad,
    );
  }
  return ids;
}

function idsOf(ids: Tensor): Int32Array {
  return ids.storage.array.subarray(ids.offset, ids.offset + ids.numel) as Int32Array;
}

/**
 * The skip-gram objective with negative samples (Mikolov et al., 2013): for each row of the input
 * -log σ(input · table[target]) - Σ_k log σ(-input · table[negatives[k]]), averaged over rows by default. A negative
 * that is the row's own target does not count, as in word2vec.
 *
 * @param input the vectors of the centre words, [N, D].
 * @param table the vectors of the words around, [classes, D].
 * @param target [N].
 * @param negatives [N, K].
 * @throws IndexError naming the position and value of what is no class; ShapeError, DTypeError.
 */
export function negativeSamplingLoss(
  input: Tensor,
  table: Tensor,
  target: IndexInput,
  negatives: IndexInput,
  options?: NegativeSamplingOptions,
): Tensor {
  const op = 'negativeSamplingLoss';
  const given = checkOptions(op, options, ['sparse', 'reduction']);
  const reduction = checkReduction(op, given.reduction);
  const [x, w] = checkTable(op, input, table, 'table');
  const rows = x.shape[0];
  const wanted = checkClasses(op, 'target', target, [rows], w.shape[0]);
  const drawn = toIndices(op, 'negatives', negatives);
  if (drawn.ndim !== 2) {
    throw new ShapeError(`${op}: negatives must have shape [${rows}, K], got ${formatShape(drawn.shape)}`);
  }
  const count = drawn.shape[1];
  checkClasses(op, 'negatives', drawn, [rows, count], w.shape[0]);
  const ids = cat([unsqueeze(wanted, 1), drawn], 1);
  const labels = Tensor.allocate([rows, count + 1], x.dtype);
  const weight = Tensor.allocate([rows, count + 1], x.dtype, false);
  const all = idsOf(ids);
  for (let i = 0; i < all.length; i++) {
    const first = i - (i % (count + 1));
    labels.storage.array[i] = i === first ? 1 : 0;
    weight.storage.array[i] = i !== first && all[i] === all[first] ? 0 : 1;
  }
  const vectors = embedding(ids, w, { sparse: given.sparse ?? false });
  const scores = bmm(vectors, unsqueeze(x, 2)).squeeze(2);
  const losses = binaryCrossEntropyWithLogits(scores, labels, { weight, reduction: 'none' });
  return reduceLoss(sum(losses, 1), reduction);
}

/**
 * The cross entropy of a softmax over the target and a few sampled classes instead of all (Jean et al., 2015). Each
 * score is lowered by the logarithm of how often its class is expected among the samples, so that the gradient
 * approaches the full softmax's as samples grow in number. For training only: evaluate with `crossEntropy`.
 *
 * @param input [N, D].
 * @param weight the classes' vectors, [classes, D].
 * @param target class numbers, [N].
 * @returns the mean over rows, or as `reduction` says.
 * @throws IndexError naming the position and value of what is no class; ShapeError, DTypeError.
 */
export function sampledSoftmaxLoss(
  input: Tensor,
  weight: Tensor,
  target: IndexInput,
  options: SampledSoftmaxOptions,
): Tensor {
  const op = 'sampledSoftmaxLoss';
  const names = ['bias', 'sampled', 'logExpectedCount', 'removeAccidentalHits', 'sparse', 'reduction'];
  const given = checkOptions(op, options, names);
  const { bias = null, logExpectedCount, removeAccidentalHits = true, sparse = false } = given;
  const reduction = checkReduction(op, given.reduction);
  const [x, w] = checkTable(op, input, weight, 'weight');
  const [classes] = w.shape;
  if (typeof logExpectedCount !== 'function') {
    throw new ValueError(`${op}: logExpectedCount must be a function, got ${describe(logExpectedCount)}`);
  }
  const wanted = checkClasses(op, 'target', target, [x.shape[0]], classes);
  const drawn = toIndices(op, 'sampled', given.sampled);
  checkClasses(op, 'sampled', drawn, [drawn.numel], classes);
  const bothIds = cat([wanted, drawn], 0);
  const corrections = Tensor.allocate([bothIds.numel], x.dtype, false);
  for (const [i, id] of idsOf(bothIds).entries()) corrections.storage.array[i] = logExpectedCount(id);
  const vectors = embedding(bothIds, w, { sparse });
  const shift = bias === null ? corrections.mul(-1) : sub(biasesAt(op, bias, bothIds, w), corrections);
  const rows = x.shape[0];
  const count = drawn.numel;
  const own = add(sum(mul(x, vectors.narrow(0, 0, rows)), 1), shift.narrow(0, 0, rows));
  const sampledVectors = vectors.narrow(0, rows, count);
  let others = add(matmul(x, transpose(sampledVectors, 0, 1)), shift.narrow(0, rows, count));
  if (removeAccidentalHits) {
    const hits = unsqueeze(wanted, 1).eq(drawn);
    others = maskedFill(others, hits, Number.NEGATIVE_INFINITY);
  }
  const scores = cat([unsqueeze(own, 1), others], 1);
  return crossEntropy(scores, new Int32Array(rows), { reduction });
}

function biasesAt(op: string, bias: unknown, ids: Tensor, weight: Tensor): Tensor {
  const b = checkFloat(op, 'bias', bias);
  if (b.ndim !== 1 || b.shape[0] !== weight.shape[0] || b.dtype !== weight.dtype) {
    throw new ShapeError(
      `${op}: bias must be ${weight.dtype} of shape [${weight.shape[0]}], got ${b.dtype} of shape ${formatShape(b.shape)}`,
    );
  }
  return b.indexSelect(0, ids);
}
