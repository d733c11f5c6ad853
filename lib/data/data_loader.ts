import { defaultGenerator, Generator } from '../calls/generator.js';
import { ArgumentError, describe, StateDictError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Collated, defaultCollate } from './collate.js';
import { asDataset, type DataSource, type Dataset } from './dataset.js';
import { loadGenerator, type OrderState, readCount, readEntries } from './drawn_order.js';
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
  type Resumable,
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

/** How far an epoch has come. */
interface Epoch {
  /** Batches given. */
  batches: number;
  /** Whether a dataset that can only be iterated has given its last sample, in a batch that was smaller. */
  isOver: boolean;
  /** The states of the global generator and the loader's own when the epoch began, for what must be iterated again. */
  readonly begin: { readonly global: Tensor; readonly own: Tensor | null };
}

/** A state from which the next iteration goes on. */
interface LoadedEpoch extends Epoch {
  /** Whether the batches given before must be iterated again, because their source can't say where it was. */
  readonly again: boolean;
}

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
  /** The order of the samples, where one was given. */
  readonly sampler: Sampler | null;
  readonly #batchSize: number;
  readonly #dropLast: boolean;
  readonly #collate: ((samples: Sample[]) => Batch) | undefined;
  readonly #numberDType: DType | undefined;
  readonly #generator: Generator | undefined;
  #epoch: Epoch | null = null;
  #loaded: LoadedEpoch | null = null;
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
    this.sampler = given.sampler ?? null;
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
    const { epoch, skip, isOver } = this.#begin();
    try {
      if (isOver) return;
      if (batchSampler !== null) {
        for (const indices of this.#indexBatches(batchSampler, skip)) {
          const batch = this.#batch(indices);
          epoch.batches++;
          yield batch;
        }
        return;
      }
      let count = 0;
      let left = skip;
      for (const samples of samplesByBatch(dataset as Iterable<Sample>, this.#batchSize, this.#dropLast)) {
        count += samples.length;
        if (left-- > 0) continue;
        const batch = this.#counted(samples, count);
        epoch.batches++;
        epoch.isOver = samples.length < this.#batchSize;
        yield batch;
      }
    } finally {
      this.#end(epoch);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const { dataset, batchSampler } = this;
    if (batchSampler !== null || !isAsync(dataset)) {
      for (const batch of this as Iterable<Batch>) yield batch;
      return;
    }
    const { epoch, skip, isOver } = this.#begin();
    try {
      if (isOver) return;
      let count = 0;
      let left = skip;
      const samples = awaitedByBatch(dataset as AsyncIterable<Sample>, this.#batchSize, this.#dropLast);
      for await (const batch of samples) {
        count += batch.length;
        if (left-- > 0) continue;
        epoch.batches++;
        epoch.isOver = batch.length < this.#batchSize;
        yield this.#counted(batch, count);
      }
    } finally {
      this.#end(epoch);
    }
  }

  /**
   * Where the iteration that began last stands, and the state of the loader's own generator: with it another loader of
   * the same data, in another process too, goes on with the batch that comes next, without reading those before. The
   * global generator is not in it; `getRngState` gives that.
   *
   * A sampler or batch sampler without `stateDict` is iterated again, from the random numbers with which the epoch
   * began; a dataset that can only be iterated is read again up to there, unless it has `stateDict` and `loadStateDict`.
   */
  stateDict(): OrderState {
    const epoch = this.#loaded ?? this.#epoch;
    const source = this.#resumable();
    return {
      batches: epoch?.batches ?? 0,
      generator: this.#generator?.getState() ?? null,
      isOver: epoch?.isOver ?? false,
      begin: epoch === null ? null : { ...epoch.begin },
      source: epoch === null ? null : (source?.stateDict() ?? null),
    };
  }

  /**
   * Lets the next iteration go on from a state that `stateDict` gave.
   * @throws StateDictError where it is none, or one of another loader
   */
  loadStateDict(state: OrderState): void {
    const op = 'DataLoader.loadStateDict';
    const names = ['batches', 'isOver', 'generator', 'begin', 'source'];
    const { batches, isOver, generator, begin, source } = readEntries(op, state, names);
    const count = readCount(op, 'batches', batches);
    if ((generator === null) !== (this.#generator === undefined)) {
      const has = (whether: boolean) => (whether ? 'has a generator of its own' : 'has none');
      throw new StateDictError(
        `${op}: the state's loader ${has(generator !== null)}, this one ${has(this.#generator !== undefined)}`,
      );
    }
    const began = begin === null ? null : readEntries(op, begin, ['global', 'own']);
    if (began !== null) {
      for (const stored of [began.global, began.own]) if (stored !== null) loadGenerator(op, new Generator(), stored);
    }
    const resumable = this.#resumable();
    if (source !== null && resumable === null) {
      throw new StateDictError(`${op}: the state's loader has a sampler or dataset that can resume, this one has none`);
    }
    if (source !== null) resumable?.loadStateDict(source as OrderState);
    if (this.#generator !== undefined) loadGenerator(op, this.#generator, generator);
    this.#epoch = null;
    const loaded = { batches: count, isOver: isOver === true, begin: began as unknown as Epoch['begin'] };
    this.#loaded = began === null ? null : { ...loaded, again: source === null };
  }

  /** What gives the batches, where it can say how far it is. */
  #resumable(): Resumable | null {
    const source = (this.batchSampler ?? this.dataset) as Partial<Resumable>;
    return typeof source.stateDict === 'function' && typeof source.loadStateDict === 'function'
      ? (source as Resumable)
      : null;
  }

  /** An epoch that begins, or goes on; `skip`: how many batches of its source have been given already. */
  #begin(): { epoch: Epoch; skip: number; isOver: boolean } {
    const loaded = this.#loaded;
    this.#loaded = null;
    const begin = loaded?.begin ?? {
      global: defaultGenerator.getState(),
      own: this.#generator?.getState() ?? null,
    };
    const epoch = { batches: loaded?.batches ?? 0, isOver: loaded?.isOver ?? false, begin };
    this.#epoch = epoch;
    if (loaded === null) this.#drawSeed();
    return { epoch, skip: loaded?.again ? loaded.batches : 0, isOver: epoch.isOver };
  }

  #end(epoch: Epoch): void {
    if (this.#epoch === epoch) this.#epoch = null;
  }

  /** The batches of a source from one of them on. Those before are drawn as they were, and nothing is read for them. */
  *#indexBatches(source: BatchSource, skip: number): Iterable<readonly number[]> {
    if (skip === 0) {
      yield* source;
      return;
    }
    const { begin } = this.#epoch!;
    const global = defaultGenerator.getState();
    const own = this.#generator?.getState();
    defaultGenerator.setState(begin.global);
    if (begin.own !== null) this.#generator?.setState(begin.own);
    this.#drawSeed();
    const iterator = source[Symbol.iterator]();
    for (let i = 0; i < skip; i++) if (iterator.next().done) break;
    defaultGenerator.setState(global);
    if (own !== undefined) this.#generator?.setState(own);
    yield* { [Symbol.iterator]: () => iterator };
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
