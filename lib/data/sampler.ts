import { defaultGenerator, Generator } from '../calls/generator.js';
import { ArgumentError, describe, ShapeError, StateDictError, ValueError } from '../errors.js';
import { multinomial, randint, randperm } from '../ops/random.js';
import { checkOptions, isIterable } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { DrawnOrder, type OrderState, readCount, readEntries } from './drawn_order.js';

/** What another process can go on from where an iteration stands. */
export interface Resumable {
  /** Where the iteration that began last stands; null where that can't be said. */
  stateDict(): OrderState | null;
  /** Lets the next iteration go on from there. @throws StateDictError */
  loadStateDict(state: OrderState): void;
}

/**
 * Says in which order the samples of a dataset are drawn. Each time it is iterated, an epoch begins. One of your own may
 * have `stateDict` and `loadStateDict`; one that has not is iterated again, from the same random numbers, to resume.
 */
export interface Sampler extends Iterable<number>, Partial<Resumable> {
  /** How many indices an epoch gives. */
  readonly length: number;
}

/** Says which samples make each batch. */
export interface BatchSource extends Iterable<readonly number[]>, Partial<Resumable> {
  /** How many batches an epoch gives. */
  readonly length: number;
}

/** Anything with a length: a dataset, an array. */
export interface Sized {
  readonly length: number;
}

/** 0, 1, 2, … */
export class SequentialSampler implements Sampler, Resumable {
  readonly #source: Sized;
  #next = 0;
  #loaded = 0;

  /** @param source the dataset, or anything with its length */
  constructor(source: Sized) {
    this.#source = checkSized('SequentialSampler', source);
  }

  get length(): number {
    return this.#source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    let i = this.#loaded;
    this.#loaded = 0;
    for (; i < this.#source.length; i++) {
      this.#next = i + 1;
      yield i;
    }
    this.#next = 0;
  }

  stateDict(): OrderState {
    return { next: this.#loaded || this.#next };
  }

  loadStateDict(state: OrderState): void {
    const op = 'SequentialSampler.loadStateDict';
    this.#loaded = readCount(op, 'next', readEntries(op, state, ['next']).next);
    this.#next = 0;
  }
}

export interface RandomSamplerOptions {
  /** Draw each index independently, so that some come twice and some not at all; false unless set. */
  replacement?: boolean;
  /** How many indices an epoch has; the dataset's length unless set. More than that repeats the dataset. */
  numSamples?: number;
  /** Where the randomness comes from; a seed from the global generator begins each epoch unless set. */
  generator?: Generator;
}

/** Indices in a new random order each epoch: the orders that PyTorch's RandomSampler gives from the same seed. */
export class RandomSampler implements Sampler, Resumable {
  readonly #source: Sized;
  readonly #replacement: boolean;
  readonly #numSamples: number | undefined;
  readonly #order: DrawnOrder;

  /** @param source the dataset, or anything with its length */
  constructor(source: Sized, options?: RandomSamplerOptions) {
    const op = 'RandomSampler';
    this.#source = checkSized(op, source);
    const {
      replacement = false,
      numSamples,
      generator,
    } = checkOptions(op, options, ['replacement', 'numSamples', 'generator']);
    if (typeof replacement !== 'boolean') {
      throw new ArgumentError(`${op}: replacement must be true or false, got ${describe(replacement)}`);
    }
    if (numSamples !== undefined) checkPositive(op, 'numSamples', numSamples);
    checkGenerator(op, generator);
    this.#replacement = replacement;
    this.#numSamples = numSamples;
    this.#order = new DrawnOrder({
      name: op,
      generator,
      isOwn: generator === undefined,
      begin: () => generator ?? new Generator(defaultGenerator.drawSeed()),
      draw: (from, given) => this.#draw(from, this.length - given),
    });
  }

  get length(): number {
    return this.#numSamples ?? this.#source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    if (this.#source.length > 0) yield* this.#order;
  }

  #draw(generator: Generator, left: number) {
    const n = this.#source.length;
    // PyTorch draws a last permutation even where it takes nothing of it; so do we, to stay in step with it.
    const indices = this.#replacement ? drawIndices(n, Math.min(left, 32), generator) : permutation(n, generator);
    const isLast = left < (this.#replacement ? 32 : n);
    return { indices: left < indices.length ? indices.subarray(0, left) : indices, isLast };
  }

  stateDict(): OrderState {
    return this.#order.stateDict();
  }

  loadStateDict(state: OrderState): void {
    this.#order.loadStateDict(state);
  }
}

export interface SubsetRandomSamplerOptions {
  /** Where the order comes from; the global generator unless set. */
  generator?: Generator;
}

/** Given indices in a new random order each epoch: the orders that PyTorch's SubsetRandomSampler gives. */
export class SubsetRandomSampler implements Sampler, Resumable {
  readonly indices: readonly number[];
  readonly #order: DrawnOrder;

  /** @throws ArgumentError unless `indices` are numbers */
  constructor(indices: Iterable<number>, options?: SubsetRandomSamplerOptions) {
    const op = 'SubsetRandomSampler';
    const { generator } = checkOptions(op, options, ['generator']);
    checkGenerator(op, generator);
    this.indices = [...checkIterable(op, 'indices', indices)];
    const wrong = this.indices.findIndex((index) => !Number.isSafeInteger(index) || index < 0);
    if (wrong >= 0) {
      const got = describe(this.indices[wrong]);
      throw new ArgumentError(`${op}: indices[${wrong}] must be an integer of at least 0, got ${got}`);
    }
    this.#order = new DrawnOrder({
      name: op,
      generator,
      isOwn: false,
      begin: () => generator ?? defaultGenerator,
      draw: (from) => ({ indices: permutation(this.length, from), isLast: true }),
    });
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const place of this.#order) yield this.indices[place];
  }

  stateDict(): OrderState {
    return this.#order.stateDict();
  }

  loadStateDict(state: OrderState): void {
    this.#order.loadStateDict(state);
  }
}

export interface WeightedRandomSamplerOptions {
  /** Draw each index independently, so that some come several times; true unless set. */
  replacement?: boolean;
  /** Where the randomness comes from; the global generator unless set. */
  generator?: Generator;
}

/**
 * Indices drawn with given weights, as to see rare classes as often as others: what PyTorch's WeightedRandomSampler
 * draws from the same seed.
 */
export class WeightedRandomSampler implements Sampler, Resumable {
  readonly length: number;
  readonly #order: DrawnOrder;

  /**
   * @param weights how often each index should be drawn, in any unit: a list, or a tensor with one dimension
   * @param numSamples how many indices an epoch has
   * @throws ArgumentError, ValueError; where nothing has a weight above 0, or without replacement fewer than are drawn
   */
  constructor(weights: ArrayLike<number> | Tensor, numSamples: number, options?: WeightedRandomSamplerOptions) {
    const op = 'WeightedRandomSampler';
    const { replacement = true, generator } = checkOptions(op, options, ['replacement', 'generator']);
    if (typeof replacement !== 'boolean') {
      throw new ArgumentError(`${op}: replacement must be true or false, got ${describe(replacement)}`);
    }
    checkGenerator(op, generator);
    this.length = checkPositive(op, 'numSamples', numSamples);
    const numbers = checkWeights(op, weights);
    const possible = numbers.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
    if (possible === 0) throw new ValueError(`${op}: none of the ${numbers.length} weights is above 0`);
    if (!replacement && possible < numSamples) {
      throw new ValueError(
        `${op}: ${numSamples} samples need as many weights above 0, got ${possible}; or give { replacement: true }`,
      );
    }
    const drawn = Tensor.wrap(numbers, [numbers.length], 'float64');
    this.#order = new DrawnOrder({
      name: op,
      generator,
      isOwn: false,
      begin: () => generator ?? defaultGenerator,
      draw: (from) => {
        const indices = multinomial(drawn, this.length, { replacement, generator: from }).data as Int32Array;
        return { indices, isLast: true };
      },
    });
  }

  *[Symbol.iterator](): Iterator<number> {
    yield* this.#order;
  }

  stateDict(): OrderState {
    return this.#order.stateDict();
  }

  loadStateDict(state: OrderState): void {
    this.#order.loadStateDict(state);
  }
}

function checkWeights(op: string, weights: unknown): Float64Array<ArrayBuffer> {
  if (weights instanceof Tensor && weights.ndim !== 1) {
    throw new ShapeError(`${op}: weights must have one dimension, got shape ${formatShape(weights.shape)}`);
  }
  const list = weights instanceof Tensor ? (weights.tolist() as number[]) : weights;
  if (typeof list !== 'object' || list === null || typeof (list as ArrayLike<number>).length !== 'number') {
    throw new ArgumentError(`${op}: weights must be a list of numbers, got ${describe(weights)}`);
  }
  return Float64Array.from(list as ArrayLike<number>, (weight, i) => {
    if (typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)) return weight;
    throw new ValueError(`${op}: weights[${i}] must be a finite number of at least 0, got ${describe(weight)}`);
  });
}

/** Groups the indices of a sampler. */
export class BatchSampler implements BatchSource, Resumable {
  readonly #sampler: Sampler;
  readonly #batchSize: number;
  readonly #dropLast: boolean;
  /** Whether the sampler had given its last index when the last batch was made, which was smaller. */
  #isOver = false;
  #isLoadedOver = false;

  /** @param dropLast leave out a last batch that is smaller than the others */
  constructor(sampler: Sampler, batchSize: number, dropLast = false) {
    const op = 'BatchSampler';
    this.#sampler = checkIterable(op, 'sampler', sampler);
    this.#batchSize = checkPositive(op, 'batchSize', batchSize);
    if (typeof dropLast !== 'boolean') {
      throw new ArgumentError(`${op}: dropLast must be true or false, got ${describe(dropLast)}`);
    }
    this.#dropLast = dropLast;
  }

  get length(): number {
    const batches = this.#sampler.length / this.#batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): Iterator<readonly number[]> {
    const isOver = this.#isLoadedOver;
    this.#isLoadedOver = false;
    this.#isOver = false;
    if (isOver) return;
    let batch: number[] = [];
    for (const index of this.#sampler) {
      batch.push(index);
      if (batch.length < this.#batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.#dropLast) {
      this.#isOver = true;
      yield batch;
      this.#isOver = false;
    }
  }

  /** Where the sampler stands, between two batches; null where the sampler can't say. */
  stateDict(): OrderState | null {
    const sampler = this.#sampler.loadStateDict === undefined ? null : (this.#sampler.stateDict?.() ?? null);
    return sampler === null ? null : { sampler, isOver: this.#isOver || this.#isLoadedOver };
  }

  loadStateDict(state: OrderState): void {
    const op = 'BatchSampler.loadStateDict';
    const { sampler, isOver } = readEntries(op, state, ['sampler', 'isOver']);
    if (this.#sampler.loadStateDict === undefined) {
      throw new StateDictError(`${op}: the sampler of this one has no loadStateDict`);
    }
    this.#sampler.loadStateDict(sampler as OrderState);
    this.#isOver = false;
    this.#isLoadedOver = isOver === true;
  }
}

/** @throws ArgumentError unless it is undefined or a Generator */
export function checkGenerator(op: string, generator: unknown): void {
  if (generator === undefined || generator instanceof Generator) return;
  throw new ArgumentError(`${op}: generator must be a Generator, got ${describe(generator)}`);
}

/** @throws ArgumentError or ValueError unless it is an integer of at least 1 */
export function checkPositive(op: string, name: string, value: unknown): number {
  if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ValueError(`${op}: ${name} must be an integer of at least 1, got ${value}`);
}

/** @throws ArgumentError unless it can be iterated */
export function checkIterable<T extends Iterable<unknown>>(op: string, name: string, value: T): T {
  if (isIterable(value)) return value;
  throw new ArgumentError(`${op}: ${name} must be iterable, got ${describe(value)}`);
}

function checkSized(op: string, source: unknown): Sized {
  const length = (source as Sized | null | undefined)?.length;
  if (typeof source === 'object' && Number.isSafeInteger(length) && length! >= 0) return source as Sized;
  throw new ArgumentError(`${op}: the source must be a dataset or have its length, got ${describe(source)}`);
}

function permutation(n: number, generator: Generator): Int32Array {
  return randperm(n, { generator }).data as Int32Array;
}

function drawIndices(n: number, count: number, generator: Generator): Int32Array {
  return randint(0, n, [count], { generator }).data as Int32Array;
}
