import { defaultGenerator, Generator } from '../calls/generator.js';
import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { type Collated, defaultCollate } from './collate.js';
import { asDataset, type DataSource, type Dataset } from './dataset.js';
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
 */
export class DataLoader<Sample, Batch = Collated<Sample>> implements Iterable<Batch> {
  readonly dataset: Dataset<Sample>;
  readonly batchSampler: BatchSource;
  readonly #collate: ((samples: Sample[]) => Batch) | undefined;
  readonly #numberDType: DType | undefined;
  readonly #generator: Generator | undefined;

  /**
   * @param source a dataset, or an array of samples
   * @throws ArgumentError, ValueError or OptionError naming the option
   */
  constructor(source: DataSource<Sample>, options?: DataLoaderOptions<Sample, Batch>) {
    const op = 'DataLoader';
    const given = checkOptions(op, options, OPTIONS);
    this.dataset = asDataset(op, source);
    const { collate, numberDType, seed, generator } = given;
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
    this.batchSampler = this.#makeBatchSampler(op, given);
  }

  /** How many batches an epoch has. */
  get length(): number {
    return this.batchSampler.length;
  }

  *[Symbol.iterator](): Iterator<Batch> {
    // PyTorch takes a seed for its workers here, before the order is drawn; taking it too keeps us in step with it.
    (this.#generator ?? defaultGenerator).drawSeed();
    for (const indices of this.batchSampler) yield this.#batch(indices);
  }

  #batch(indices: readonly number[]): Batch {
    const { dataset } = this;
    if (this.#collate === undefined && this.#numberDType === undefined && dataset.getBatch !== undefined) {
      return dataset.getBatch(indices) as Batch;
    }
    const samples = indices.map((index) => dataset.get(index));
    if (this.#collate) return this.#collate(samples);
    return defaultCollate(samples, { numberDType: this.#numberDType ?? 'float32' }) as Batch;
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
    const ordered = shuffle
      ? new RandomSampler(this.dataset, { generator: this.#generator })
      : new SequentialSampler(this.dataset);
    const order = sampler === undefined ? ordered : checkIterable(op, 'sampler', sampler);
    return new BatchSampler(order, checkPositive(op, 'batchSize', batchSize ?? 1), dropLast);
  }
}
