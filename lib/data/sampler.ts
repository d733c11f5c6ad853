import { defaultGenerator, Generator } from '../calls/generator.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { randint, randperm } from '../ops/random.js';
import { checkOptions } from '../options.js';

/** Says in which order the samples of a dataset are drawn. Each time it is iterated, an epoch begins. */
export interface Sampler extends Iterable<number> {
  /** How many indices an epoch gives. */
  readonly length: number;
}

/** Says which samples make each batch. */
export interface BatchSource extends Iterable<readonly number[]> {
  /** How many batches an epoch gives. */
  readonly length: number;
}

/** Anything with a length: a dataset, an array. */
export interface Sized {
  readonly length: number;
}

/** 0, 1, 2, … */
export class SequentialSampler implements Sampler {
  readonly #source: Sized;

  /** @param source the dataset, or anything with its length */
  constructor(source: Sized) {
    this.#source = checkSized('SequentialSampler', source);
  }

  get length(): number {
    return this.#source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.#source.length; i++) yield i;
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
export class RandomSampler implements Sampler {
  readonly #source: Sized;
  readonly #replacement: boolean;
  readonly #numSamples: number | undefined;
  readonly #generator: Generator | undefined;

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
    this.#generator = generator;
  }

  get length(): number {
    return this.#numSamples ?? this.#source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    const n = this.#source.length;
    if (n === 0) return;
    const generator = this.#generator ?? new Generator(defaultGenerator.drawSeed());
    for (let left = this.length; left >= 0; ) {
      // PyTorch draws a last permutation even where it takes nothing of it; so do we, to stay in step with it.
      const indices = this.#replacement ? drawIndices(n, Math.min(left, 32), generator) : permutation(n, generator);
      yield* left < indices.length ? indices.subarray(0, left) : indices;
      const drawn = this.#replacement ? 32 : n;
      if (left < drawn) return;
      left -= drawn;
    }
  }
}

/** Groups the indices of a sampler. */
export class BatchSampler implements BatchSource {
  readonly #sampler: Sampler;
  readonly #batchSize: number;
  readonly #dropLast: boolean;

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
    let batch: number[] = [];
    for (const index of this.#sampler) {
      batch.push(index);
      if (batch.length < this.#batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.#dropLast) yield batch;
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
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return value;
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
