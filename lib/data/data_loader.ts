import { defaultGenerator, Generator } from '../calls/generator.js';
import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { type Collated, defaultCollate } from './collate.js';
import { asDataset, type DataSource, type Dataset } from './dataset.js';
import {
  awaitedByBatch,
  checkIterableSource,
  type IterableSource,
  isAsync,
  isIterableSource,
  samplesByBatch,
} from './iterable_dataset.js';
import {
  BatchSampler,
  type BatchSource,
  checkGenerator,
  checkIterable,
  checkPositive,
  RandomSampler,
  type Sampler,
  SequentialSampler,
} from './sampler.js';

export interface DataLoaderOptions<Sample, Batch> {
  /** Samples in a batch; 1 unless set. */
  batchSize?: number;
  /** A new random order each epoch; false unless set. */
  shuffle?: boolean;
  /** Leave out a last batch that is smaller than the others; false unless set. */
  dropLast?: boolean;
  /** Makes a batch of a list of samples; {@link defaultCollate} unless set. */
  collate?: (samples: Sample[]) => Batch;
  /** The dtype that plain numbers in the samples get from the default collation, such as `'int32'` for class labels. */
  numberDType?: DType;
  /** Seeds a generator of the loader's own: the same seed gives the same orders, epoch by epoch. */
  seed?: number;
  /** Where the order comes from, in place of `seed`; the global generator (`manualSeed`) unless either is set. */
  generator?: Generator;
  /** The order of the samples, in place of `shuffle`. */
  sampler?: Sampler;
  /** The samples of each batch, in place of `batchSize`, `shuffle`, `dropLast` and `sampler`. */
  batchSampler?: BatchSource;
}

const OPTIONS = [
  'batchSize',
  'shuffle',
  'dropLast',
  'collate',
  'numberDType',
  'seed',
  'generator',
  'sampler',
  'batchSampler',
];

/**
 * The batches of a dataset. Each time it is iterated, an epoch begins, in a new order when it shuffles: the orders that
 * PyTorch's DataLoader gives from the same seed.
 *
 * ```ts
 * const loader = new DataLoader(new TensorDataset(inputs, targets), { batchSize: 32, shuffle: true, seed: 1 });
 * for (let epoch = 0; epoch < 10; epoch++) {
 *   for (const [x, y] of loader) train(x, y);
 * }
 * ```
 *
 * A dataset that can only be iterated (see `IterableDataset`) gives its samples in its own order: `shuffle`, `sampler`
 * and `batchSampler` don't go with it. One that must be waited for is read with `for await`, as any other can be. Samples
 * are made in the thread that iterates, when they are needed; there are no worker processes.
 */
export class DataLoader<Sample, Batch = Collated<Sample>> implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly dataset: Dataset<Sample> | IterableSource<Sample>;
  /** The samples of each batch; null for a dataset that can only be iterated. */
  readonly batchSampler: BatchSource | null;
  readonly #batchSize: number;
  readonly #dropLast: boolean;
  readonly #collate: ((samples: Sample[]) => Batch) | undefined;
  readonly #numberDType: DType | undefined;
  readonly #generator: Generator | undefined;
  #warned = false;

  /**
   * @param source a dataset, an array of samples, or what can be iterated again and again
   * @throws ArgumentError, ValueError or OptionError naming the option
   */
  constructor(source: DataSource<Sample> | IterableSource<Sample>, options?: DataLoaderOptions<Sample, Batch>) {
    const op = 'DataLoader';
    const given = checkOptions(op, options, OPTIONS);
    const streams = isIterableSource(source);
    this.dataset = streams ? checkIterableSource(op, source) : asDataset(op, source as DataSource<Sample>);
    const { collate, numberDType, seed, generator, dropLast = false } = given;
    if (collate !== undefined && typeof collate !== 'function') {
      throw new ArgumentError(`${op}: collate must be a function, got ${describe(collate)}`);
    }
    if (numberDType !== undefined) {
      checkDType(op, numberDType);
      if (collate)
        throw new ArgumentError(`${op}: numberDType is for the default collation, not for a collate function`);
    }
    checkGenerator(op, generator);
    if (seed !== undefined && generator !== undefined) {
      throw new ArgumentError(`${op}: seed and generator both say where the order comes from; give one of them`);
    }
    this.#collate = collate;
    this.#numberDType = numberDType;
    this.#generator = seed === undefined ? generator : new Generator(seed);
    this.#batchSize = checkPositive(op, 'batchSize', given.batchSize ?? 1);
    if (typeof dropLast !== 'boolean') {
      throw new ArgumentError(`${op}: dropLast must be true or false, got ${describe(dropLast)}`);
    }
    this.#dropLast = dropLast;
    this.batchSampler = streams ? checkStreaming(op, given) : this.#makeBatchSampler(op, given);
  }

  /**
   * How many batches an epoch has.
   * @throws ArgumentError where the dataset can only be iterated and has no length
   */
  get length(): number {
    if (this.batchSampler !== null) return this.batchSampler.length;
    const { length } = this.dataset as { length?: number };
    if (length === undefined) {
      throw new ArgumentError('DataLoader: length is not known: the dataset can only be iterated and has no length');
    }
    return this.#dropLast ? Math.floor(length / this.#batchSize) : Math.ceil(length / this.#batchSize);
  }

  /** @throws ArgumentError where the dataset must be waited for */
  *[Symbol.iterator](): Iterator<Batch> {
    const { dataset, batchSampler } = this;
    if (batchSampler === null && isAsync(dataset)) {
      throw new ArgumentError('DataLoader: the dataset must be waited for; iterate it with for await');
    }
    this.#drawSeed();
    if (batchSampler !== null) {
      for (const indices of batchSampler) yield this.#batch(indices);
      return;
    }
    let count = 0;
    for (const samples of samplesByBatch(dataset as Iterable<Sample>, this.#batchSize, this.#dropLast)) {
      count += samples.length;
      yield this.#counted(samples, count);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const { dataset, batchSampler } = this;
    if (batchSampler !== null || !isAsync(dataset)) {
      for (const batch of this as Iterable<Batch>) yield batch;
      return;
    }
    this.#drawSeed();
    let count = 0;
    const samples = awaitedByBatch(dataset as AsyncIterable<Sample>, this.#batchSize, this.#dropLast);
    for await (const batch of samples) {
      count += batch.length;
      yield this.#counted(batch, count);
    }
  }

  /** PyTorch takes a seed for its workers, before the order is drawn; taking it too keeps us in step with it. */
  #drawSeed(): void {
    (this.#generator ?? defaultGenerator).drawSeed();
  }

  /** A batch of a dataset that can only be iterated; says so, once, where that gives more samples than its length. */
  #counted(samples: Sample[], count: number): Batch {
    const { length } = this.dataset as { length?: number };
    if (length !== undefined && count > length && !this.#warned) {
      this.#warned = true;
      process.emitWarning(`DataLoader: the dataset's length is ${length}, but it has given ${count} samples`);
    }
    return this.#collated(samples);
  }

  #collated(samples: Sample[]): Batch {
    if (this.#collate) return this.#collate(samples);
    return defaultCollate(samples, { numberDType: this.#numberDType ?? 'float32' }) as Batch;
  }

  #batch(indices: readonly number[]): Batch {
    const dataset = this.dataset as Dataset<Sample>;
    if (this.#collate === undefined && this.#numberDType === undefined && dataset.getBatch !== undefined) {
      return dataset.getBatch(indices) as Batch;
    }
    return this.#collated(indices.map((index) => dataset.get(index)));
  }

  #makeBatchSampler(op: string, options: DataLoaderOptions<Sample, Batch>): BatchSource {
    const { batchSize, shuffle, dropLast, sampler, batchSampler } = options;
    if (shuffle !== undefined && typeof shuffle !== 'boolean') {
      throw new ArgumentError(`${op}: shuffle must be true or false, got ${describe(shuffle)}`);
    }
    if (batchSampler !== undefined) {
      const others = Object.entries({ batchSize, shuffle, dropLast, sampler }).filter(
        ([, value]) => value !== undefined,
      );
      if (others.length > 0) {
        throw new ArgumentError(`${op}: batchSampler decides on the batches; it can't go with ${others[0][0]}`);
      }
      return checkIterable(op, 'batchSampler', batchSampler);
    }
    if (sampler !== undefined && shuffle) {
      throw new ArgumentError(`${op}: sampler decides on the order; it can't go with shuffle`);
    }
    const dataset = this.dataset as Dataset<Sample>;
    const ordered = shuffle
      ? new RandomSampler(dataset, { generator: this.#generator })
      : new SequentialSampler(dataset);
    const order = sampler === undefined ? ordered : checkIterable(op, 'sampler', sampler);
    return new BatchSampler(order, this.#batchSize, this.#dropLast);
  }
}

/** @throws ArgumentError for an option that needs samples by number */
function checkStreaming(
  op: string,
  { shuffle, sampler, batchSampler }: { shuffle?: unknown; sampler?: unknown; batchSampler?: unknown },
): null {
  if (shuffle !== undefined && typeof shuffle !== 'boolean') {
    throw new ArgumentError(`${op}: shuffle must be true or false, got ${describe(shuffle)}`);
  }
  const [option] = Object.entries({ shuffle: shuffle || undefined, sampler, batchSampler }).find(
    ([, value]) => value !== undefined,
  ) ?? [null];
  if (option === null) return null;
  throw new ArgumentError(`${op}: ${option} needs samples by number, but the dataset can only be iterated`);
}
