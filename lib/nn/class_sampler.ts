import type { Generator } from '../calls/generator.js';
import { ArgumentError, describe, IndexError, ValueError } from '../errors.js';
import { type DrawOptions, rand } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { checkShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

export interface UnigramOptions extends DrawOptions {
  /** What counts are raised to: 1 draws as often as words occur, 0 evenly. Default 0.75, as word2vec. */
  power?: number;
}

/** What sampled losses ask of a source of classes. */
export interface ClassSource {
  readonly numClasses: number;
  /** Classes drawn independently, with replacement: int32 of the given shape. */
  sample(shape: readonly number[]): Tensor;
  /** The logarithm of the probability with which a class is drawn. */
  logProbability(index: number): number;
}

/** Draws taken from the generator at once. */
const drawsAtOnce = 65536;

/**
 * Draws class numbers with given probabilities, in constant time each, by Walker's alias method (Vose, 1991): every
 * column of a table holds one class and the alias that fills it up.
 *
 * ```ts
 * const sampler = ClassSampler.unigram(counts); // counts[i]: how often word i occurs
 * sampler.sample([32, 5]); // negatives for a batch
 * ```
 */
export class ClassSampler implements ClassSource {
  readonly numClasses: number;
  readonly #probabilities: Float64Array;
  readonly #share: Float64Array;
  readonly #alias: Int32Array;
  readonly #generator: Generator | null;

  /**
   * @param weights how often each class should be drawn, in any unit.
   * @throws ValueError naming a weight that is negative or not finite, or when all are 0; ArgumentError.
   */
  constructor(weights: ArrayLike<number>, options?: DrawOptions) {
    const op = 'ClassSampler';
    const { generator = null } = checkOptions(op, options, ['generator']);
    const total = checkWeights(op, weights);
    this.numClasses = weights.length;
    this.#generator = generator;
    const probabilities = new Float64Array(weights.length);
    for (let i = 0; i < weights.length; i++) probabilities[i] = weights[i] / total;
    this.#probabilities = probabilities;
    const { share, alias } = makeTable(this.#probabilities);
    this.#share = share;
    this.#alias = alias;
  }

  /** Draws classes by their counts to the power of 0.75 (Mikolov et al., 2013). */
  static unigram(counts: ArrayLike<number>, options?: UnigramOptions): ClassSampler {
    const { power = 0.75, generator } = checkOptions('ClassSampler.unigram', options, ['power', 'generator']);
    if (typeof power !== 'number' || !(power >= 0) || !Number.isFinite(power)) {
      throw new ValueError(`ClassSampler.unigram: power must be a number of at least 0, got ${describe(power)}`);
    }
    checkWeights('ClassSampler.unigram', counts);
    // A class that never occurs is never drawn, also where the power is 0.
    const weights = new Float64Array(counts.length);
    for (let i = 0; i < counts.length; i++) weights[i] = counts[i] === 0 ? 0 : counts[i] ** power;
    return new ClassSampler(weights, { generator });
  }

  /** Draws class k with probability log((k + 2) / (k + 1)) / log(classes + 1): Zipf's law for classes by frequency. */
  static logUniform(numClasses: number, options?: DrawOptions): ClassSampler {
    checkCount('ClassSampler.logUniform', numClasses);
    const weights = new Float64Array(numClasses);
    for (let k = 0; k < numClasses; k++) weights[k] = Math.log1p(1 / (k + 1));
    return new ClassSampler(weights, options);
  }

  /** Draws every class alike. */
  static uniform(numClasses: number, options?: DrawOptions): ClassSampler {
    checkCount('ClassSampler.uniform', numClasses);
    return new ClassSampler(new Float64Array(numClasses).fill(1), options);
  }

  /** The probability with which a class is drawn. @throws IndexError for a number that is no class. */
  probability(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.numClasses) {
      throw new IndexError(
        `ClassSampler.probability: index must be from 0 to ${this.numClasses - 1}, got ${describe(index)}`,
        Number(index),
        this.numClasses,
      );
    }
    return this.#probabilities[index];
  }

  logProbability(index: number): number {
    return Math.log(this.probability(index));
  }

  sample(shape: readonly number[]): Tensor {
    const out = Tensor.allocate(checkShape('ClassSampler.sample', shape), 'int32', false);
    const ids = out.storage.array;
    for (let start = 0; start < out.numel; start += drawsAtOnce) {
      const count = Math.min(drawsAtOnce, out.numel - start);
      const draws = rand([count], { dtype: 'float64', generator: this.#generator });
      for (let i = 0; i < count; i++) ids[start + i] = this.#place(draws.storage.array[i]);
    }
    return out;
  }

  /** The class for a number in [0, 1): its whole part chooses a column, the rest one of the column's two classes. */
  #place(draw: number): number {
    const scaled = draw * this.numClasses;
    const column = Math.floor(scaled);
    return scaled - column < this.#share[column] ? column : this.#alias[column];
  }
}

function checkCount(op: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return;
  throw new ValueError(`${op}: numClasses must be a positive integer, got ${describe(value)}`);
}

/** The sum of the weights. */
function checkWeights(op: string, weights: ArrayLike<number>): number {
  if (typeof weights !== 'object' || weights === null || typeof weights.length !== 'number') {
    throw new ArgumentError(`${op}: weights must be an array of numbers, got ${describe(weights)}`);
  }
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i];
    if (typeof weight !== 'number' || !(weight >= 0) || !Number.isFinite(weight)) {
      throw new ValueError(
        `${op}: weights must be finite numbers of at least 0, got ${describe(weight)} for class ${i}`,
      );
    }
    total += weight;
  }
  if (!(total > 0) || !Number.isFinite(total)) {
    throw new ValueError(`${op}: weights must add up to a finite number above 0, got ${total}`);
  }
  return total;
}

/** Plain loops over typed arrays: with lists and callbacks 16 million classes took eleven seconds. */
function makeTable(probabilities: Float64Array): { share: Float64Array; alias: Int32Array } {
  const n = probabilities.length;
  const share = new Float64Array(n);
  const alias = new Int32Array(n);
  // Two stacks in one array: classes of less than a column's share from the left, the others from the right.
  const stacks = new Int32Array(n);
  let small = 0;
  let large = n;
  let likeliest = 0;
  for (let i = 0; i < n; i++) {
    share[i] = probabilities[i] * n;
    if (probabilities[i] > probabilities[likeliest]) likeliest = i;
  }
  for (let i = 0; i < n; i++) if (share[i] < 1) stacks[small++] = i;
  for (let i = n - 1; i >= 0; i--) if (!(share[i] < 1)) stacks[--large] = i;
  // The large ones are taken from the end of their list, the highest number first: it lies at n - 1.
  let top = n;
  while (small > 0 && large < top) {
    const poor = stacks[--small];
    const rich = stacks[top - 1];
    alias[poor] = rich;
    share[rich] -= 1 - share[poor];
    if (share[rich] < 1) {
      top--;
      stacks[small++] = rich;
    }
  }
  // What is left is full but for rounding. A class of probability 0 never is: it found its alias above or takes one.
  const settle = (i: number) => {
    if (probabilities[i] > 0) share[i] = 1;
    else alias[i] = likeliest;
  };
  for (let k = 0; k < small; k++) settle(stacks[k]);
  for (let k = large; k < top; k++) settle(stacks[k]);
  return { share, alias };
}
