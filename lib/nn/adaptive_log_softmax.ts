import { ArgumentError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { crossEntropy } from '../ops/cross_entropy.js';
import { type IndexInput, toIndices } from '../ops/index_argument.js';
import { cat } from '../ops/joining.js';
import { logSoftmax } from '../ops/softmax.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { ModuleList, Sequential } from './containers.js';
import { checkFlag, checkLayerSize } from './layer_arguments.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { markOwnClass } from './unfound_members.js';

export interface AdaptiveLogSoftmaxOptions {
  /** Each cluster's vectors are this many times shorter than those of the one before. Default 4. */
  divValue?: number;
  /** Give the head a bias. Default false. */
  headBias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/** What `AdaptiveLogSoftmaxWithLoss.forward` gives. */
export interface AdaptiveLogSoftmaxOutput {
  /** The log-probability of each target, [N] (0-dimensional for a single one). */
  output: Tensor;
  /** The mean of the negative log-probabilities. */
  loss: Tensor;
}

function checkCutoffs(op: string, cutoffs: unknown, numClasses: number): number[] {
  if (!Array.isArray(cutoffs) || cutoffs.length === 0) {
    throw new ArgumentError(`${op}: cutoffs must be a list of at least one class number, got ${describe(cutoffs)}`);
  }
  for (const [i, cutoff] of cutoffs.entries()) {
    const least = i === 0 ? 1 : cutoffs[i - 1] + 1;
    if (Number.isInteger(cutoff) && cutoff >= least && cutoff <= numClasses - 1) continue;
    throw new ValueError(
      `${op}: cutoffs must rise and lie from 1 to numClasses - 1 = ${numClasses - 1}, got ${describe(cutoffs)}`,
    );
  }
  return [...cutoffs];
}

function pickRows(ids: Int32Array, low: number, high: number): Int32Array {
  return Int32Array.from(ids.keys()).filter((row) => ids[row] >= low && ids[row] < high);
}

function int32(values: Int32Array): Tensor {
  return Tensor.wrap(values, [values.length], 'int32');
}

/**
 * A softmax for very many classes sorted from frequent to rare (Grave et al., 2017), as
 * `torch.nn.AdaptiveLogSoftmaxWithLoss`: a head holds the classes below the first cutoff and one entry for each cluster
 * of rarer ones; a cluster is computed only for the rows whose target lies in it.
 *
 * Parameters: `head.weight` [cutoffs[0] + clusters, inFeatures] (and `head.bias`); for cluster i `tail.i.0.weight`
 * [inFeatures / divValue^(i+1), inFeatures] and `tail.i.1.weight` [classes of the cluster, ...].
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** The cutoffs, and nClasses at the end. */
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  /** How many classes the head itself holds. */
  readonly shortlistSize: number;
  head: Linear;
  tail: ModuleList<Sequential>;

  /**
   * @param cutoffs the first class of each cluster, rising.
   * @throws ArgumentError, ValueError naming the argument.
   */
  constructor(inFeatures: number, nClasses: number, cutoffs: readonly number[], options?: AdaptiveLogSoftmaxOptions) {
    super();
    const op = 'AdaptiveLogSoftmaxWithLoss';
    const { divValue = 4, headBias = false, dtype } = checkOptions(op, options, ['divValue', 'headBias', 'dtype']);
    this.inFeatures = checkLayerSize(op, 'inFeatures', inFeatures, 1);
    this.nClasses = checkLayerSize(op, 'nClasses', nClasses, 1);
    this.cutoffs = [...checkCutoffs(op, cutoffs, nClasses), nClasses];
    if (typeof divValue !== 'number' || !(divValue > 0) || !Number.isFinite(divValue)) {
      throw new ValueError(`${op}: divValue must be a number above 0, got ${describe(divValue)}`);
    }
    this.divValue = divValue;
    this.headBias = checkFlag(op, 'headBias', headBias);
    this.shortlistSize = this.cutoffs[0];
    const clusters = this.cutoffs.length - 1;
    this.head = new Linear(inFeatures, this.shortlistSize + clusters, { bias: headBias, dtype });
    this.tail = new ModuleList<Sequential>();
    for (let i = 0; i < clusters; i++) {
      const hidden = Math.floor(inFeatures / divValue ** (i + 1));
      const size = this.cutoffs[i + 1] - this.cutoffs[i];
      const plain = { bias: false, dtype };
      this.tail.append(new Sequential(new Linear(inFeatures, hidden, plain), new Linear(hidden, size, plain)));
    }
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    this.head.resetParameters();
    for (const cluster of this.tail) for (const layer of cluster) (layer as Linear).resetParameters();
  }

  /**
   * @param input [N, inFeatures], or [inFeatures] with a single target.
   * @param target class numbers, [N] or a single one.
   * @throws IndexError naming the position and value of a target that is no class; ShapeError, DTypeError.
   */
  override forward(input: Tensor, target: IndexInput): AdaptiveLogSoftmaxOutput {
    const op = 'AdaptiveLogSoftmaxWithLoss';
    const x = checkFloat(op, 'input', input);
    const targets = toIndices(op, 'target', target);
    this.#checkShapes(op, x, targets);
    const single = targets.ndim === 0;
    const rows = single ? x.unsqueeze(0) : x;
    const ids = targets.storage.array.subarray(targets.offset, targets.offset + targets.numel) as Int32Array;
    this.#checkTargets(op, ids);
    // What each row asks of the head: its class, or the entry of its class's cluster.
    const headIds = ids.map((id) => {
      const cluster = this.cutoffs.findIndex((end) => id < end);
      return cluster === 0 ? id : this.shortlistSize + cluster - 1;
    });
    let output = crossEntropy(this.head.forward(rows), headIds, { reduction: 'none' }).neg();
    for (let i = 0; i < this.tail.length; i++) {
      const low = this.cutoffs[i];
      const places = pickRows(ids, low, this.cutoffs[i + 1]);
      if (places.length === 0) continue;
      const at = int32(places);
      const scores = this.tail.at(i).forward(rows.indexSelect(0, at));
      const own = crossEntropy(
        scores,
        places.map((row) => ids[row] - low),
        { reduction: 'none' },
      );
      output = output.indexAdd(0, at, own.neg());
    }
    const loss = output.neg().mean();
    return { output: single ? output.squeeze(0) : output, loss };
  }

  #checkShapes(op: string, x: Tensor, targets: Tensor): void {
    const expected = targets.ndim === 0 ? [this.inFeatures] : [targets.shape[0], this.inFeatures];
    if (targets.ndim > 1) {
      throw new ShapeError(`${op}: target must have shape [N] or none, got ${formatShape(targets.shape)}`);
    }
    if (formatShape(x.shape) !== formatShape(expected)) {
      throw new ShapeError(
        `${op}: input must have shape ${formatShape(expected)} for a target of shape ${formatShape(targets.shape)}, got ${formatShape(x.shape)}`,
      );
    }
  }

  #checkTargets(op: string, ids: Int32Array): void {
    const bad = ids.findIndex((id) => id < 0 || id >= this.nClasses);
    if (bad < 0) return;
    throw new IndexError(
      `${op}: target ${ids[bad]} at position ${bad} is none of the ${this.nClasses} classes (0 to ${this.nClasses - 1})`,
      ids[bad],
      this.nClasses,
      bad,
    );
  }

  /**
   * The log-probabilities of all classes.
   * @param input [N, inFeatures].
   * @returns [N, nClasses].
   */
  logProb(input: Tensor): Tensor {
    const x = this.#checkBatch('AdaptiveLogSoftmaxWithLoss.logProb', input);
    return this.#fullLogProb(x, this.head.forward(x));
  }

  #checkBatch(op: string, input: Tensor): Tensor {
    const x = checkFloat(op, 'input', input);
    if (x.ndim === 2 && x.shape[1] === this.inFeatures) return x;
    throw new ShapeError(`${op}: input must have shape [N, ${this.inFeatures}], got ${formatShape(x.shape)}`);
  }

  #fullLogProb(x: Tensor, scores: Tensor): Tensor {
    const head = logSoftmax(scores, 1);
    const parts = [head.narrow(1, 0, this.shortlistSize)];
    for (let i = 0; i < this.tail.length; i++) {
      const cluster = logSoftmax(this.tail.at(i).forward(x), 1);
      parts.push(cluster.add(head.narrow(1, this.shortlistSize + i, 1)));
    }
    return cat(parts, 1);
  }

  /**
   * The likeliest class of each row; as `logProb(input).argmax(1)`, but clusters are computed only for rows whose
   * likeliest entry of the head is a cluster, as in PyTorch.
   * @param input [N, inFeatures].
   * @returns int32 [N].
   */
  predict(input: Tensor): Tensor {
    const x = this.#checkBatch('AdaptiveLogSoftmaxWithLoss.predict', input);
    const scores = this.head.forward(x);
    const best = scores.argmax(1);
    const ids = (best.contiguous().data as Int32Array).slice();
    const places = pickRows(ids, this.shortlistSize, Number.POSITIVE_INFINITY);
    if (places.length === 0) return int32(ids);
    const at = int32(places);
    const full = this.#fullLogProb(x.indexSelect(0, at), scores.indexSelect(0, at)).argmax(1);
    for (const [i, row] of places.entries()) ids[row] = full.at(i);
    return int32(ids);
  }
}

markOwnClass(AdaptiveLogSoftmaxWithLoss);
