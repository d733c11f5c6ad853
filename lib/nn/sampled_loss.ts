import { ArgumentError, describe, ShapeError } from '../errors.js';
import type { IndexInput } from '../ops/index_argument.js';
import type { ReductionOption } from '../ops/loss_reduction.js';
import { negativeSamplingLoss, sampledSoftmaxLoss } from '../ops/sampled_loss.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import type { ClassSource } from './class_sampler.js';
import { Embedding } from './embedding.js';
import { checkFlag, checkLayerSize } from './layer_arguments.js';
import { Linear } from './linear.js';
import { Loss } from './loss.js';

export interface NegativeSamplingLossOptions extends ReductionOption {
  /** How many negatives each target gets. Default 5. */
  numNegatives?: number;
  /** Give the table a row-sparse gradient; an `Embedding` decides this itself. Default false. */
  sparse?: boolean;
}

export interface SampledSoftmaxLossOptions extends ReductionOption {
  /** How many classes are drawn for each batch. Default 100. */
  numSampled?: number;
  /** Leave a sample out where it is the target itself. Default true. */
  removeAccidentalHits?: boolean;
  /** Give the weight a row-sparse gradient; the bias's is dense. Default false. */
  sparse?: boolean;
}

function checkSource(op: string, source: unknown): ClassSource {
  const { numClasses, sample, logProbability } = (source ?? {}) as Partial<ClassSource>;
  const fits = typeof numClasses === 'number' && typeof sample === 'function' && typeof logProbability === 'function';
  if (fits) return source as ClassSource;
  throw new ArgumentError(`${op}: sampler must be a ClassSampler, got ${describe(source)}`);
}

function checkClassCount(op: string, source: ClassSource, table: Tensor): void {
  if (!(table instanceof Tensor) || table.shape[0] === source.numClasses) return;
  throw new ShapeError(`${op}: the table has ${table.shape[0]} rows, but the sampler ${source.numClasses} classes`);
}

/**
 * The skip-gram objective: tells a target from classes drawn at random, without a softmax over the vocabulary.
 *
 * ```ts
 * const loss = new nn.NegativeSamplingLoss(nn.ClassSampler.unigram(counts), { numNegatives: 5 });
 * loss.forward(centres.forward(words), contexts, neighbours).backward();
 * ```
 */
export class NegativeSamplingLoss extends Loss {
  readonly sampler: ClassSource;
  numNegatives: number;
  sparse: boolean;

  constructor(sampler: ClassSource, options?: NegativeSamplingLossOptions) {
    const op = 'NegativeSamplingLoss';
    const given = checkOptions(op, options, ['numNegatives', 'sparse', 'reduction']);
    super(given);
    this.sampler = checkSource(op, sampler);
    this.numNegatives = checkLayerSize(op, 'numNegatives', given.numNegatives ?? 5, 1);
    this.sparse = checkFlag(op, 'sparse', given.sparse ?? false);
  }

  /**
   * @param input the vectors of the centre words, [N, D].
   * @param table the vectors of the words around, [classes, D], or an `Embedding` that holds them.
   * @param target the words that were there, [N].
   * See `functional.negativeSamplingLoss`.
   */
  forward(input: Tensor, table: Tensor | Embedding, target: IndexInput): Tensor {
    const weight = table instanceof Embedding ? table.weight : table;
    const sparse = table instanceof Embedding ? table.sparse : this.sparse;
    checkClassCount('NegativeSamplingLoss', this.sampler, weight);
    const rows = input instanceof Tensor ? (input.shape[0] ?? 0) : 0;
    const negatives = this.sampler.sample([rows, this.numNegatives]);
    return negativeSamplingLoss(input, weight, target, negatives, { sparse, reduction: this.reduction });
  }
}

/**
 * Cross entropy over the target and a few sampled classes, for output layers too large for a full softmax.
 *
 * ```ts
 * const output = new nn.Linear(128, 50000);
 * const loss = new nn.SampledSoftmaxLoss(nn.ClassSampler.logUniform(50000), { numSampled: 64 });
 * loss.forward(hidden, output, targets).backward();
 * ```
 */
export class SampledSoftmaxLoss extends Loss {
  readonly sampler: ClassSource;
  numSampled: number;
  removeAccidentalHits: boolean;
  sparse: boolean;

  constructor(sampler: ClassSource, options?: SampledSoftmaxLossOptions) {
    const op = 'SampledSoftmaxLoss';
    const given = checkOptions(op, options, ['numSampled', 'removeAccidentalHits', 'sparse', 'reduction']);
    super(given);
    this.sampler = checkSource(op, sampler);
    this.numSampled = checkLayerSize(op, 'numSampled', given.numSampled ?? 100, 1);
    this.removeAccidentalHits = checkFlag(op, 'removeAccidentalHits', given.removeAccidentalHits ?? true);
    this.sparse = checkFlag(op, 'sparse', given.sparse ?? false);
  }

  /**
   * @param input [N, D].
   * @param output the output layer: a `Linear` to the classes, or its weight of shape [classes, D].
   * @param target class numbers, [N].
   * See `functional.sampledSoftmaxLoss`.
   */
  forward(input: Tensor, output: Linear | Tensor, target: IndexInput): Tensor {
    const weight = output instanceof Linear ? output.weight : output;
    const bias = output instanceof Linear ? output.bias : null;
    const { sampler, numSampled, removeAccidentalHits, sparse, reduction } = this;
    checkClassCount('SampledSoftmaxLoss', sampler, weight);
    const sampled = sampler.sample([numSampled]);
    const logCount = Math.log(numSampled);
    const logExpectedCount = (index: number) => logCount + sampler.logProbability(index);
    return sampledSoftmaxLoss(input, weight, target, {
      bias,
      sampled,
      logExpectedCount,
      removeAccidentalHits,
      sparse,
      reduction,
    });
  }
}
