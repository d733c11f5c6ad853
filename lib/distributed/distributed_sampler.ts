import { Generator } from '../calls/generator.js';
import { type OrderState, readCount, readEntries } from '../data/drawn_order.js';
import type { Resumable, Sampler, Sized } from '../data/sampler.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { randperm } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { groupFor, isInitialized } from './process_group.js';

export interface DistributedSamplerOptions {
  /** Among how many ranks the samples are dealt out; those of the process group unless set. */
  numReplicas?: number;
  /** Whose samples these are; this process's rank unless set. */
  rank?: number;
  /** A new order each epoch, the same on all ranks. Default true. */
  shuffle?: boolean;
  /** With the epoch's number it decides on the order. The same on all ranks. Default 0. */
  seed?: number;
  /** Leave out the samples at the end that are too few for all ranks, instead of giving some samples twice. Default false. */
  dropLast?: boolean;
}

function checkFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

function checkInteger(op: string, name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ValueError(`${op}: ${name} must be an integer from ${least} to ${most}, got ${value}`);
}

/**
 * Deals a dataset's samples out to the ranks: rank r of N gets every Nth of one common order, from the r-th on. Orders and padding are those
 * of PyTorch's `DistributedSampler` from the same seed: all ranks get equally many, at first samples twice at the end where the dataset is
 * no multiple of N, or with `dropLast` the last ones left out.
 *
 * Call `setEpoch(epoch)` before each pass, or every pass has the same order; `Trainer` does it by itself. A state can be gone on from with
 * another number of ranks: what all ranks together have not seen is dealt out anew.
 *
 * ```ts
 * const loader = new DataLoader(dataset, { batchSize: 32, sampler: new DistributedSampler(dataset) });
 * ```
 */
export class DistributedSampler implements Sampler, Resumable {
  readonly numReplicas: number;
  readonly rank: number;
  readonly #source: Sized;
  readonly #shuffle: boolean;
  readonly #seed: number;
  readonly #dropLast: boolean;
  #epoch = 0;
  /** Samples that all ranks together have been given of this epoch before the iteration began, or goes on. */
  #from = 0;
  #given = 0;
  #loaded: number | null = null;

  /** @throws DistributedError without a process group, unless `numReplicas` and `rank` are given; ArgumentError, ValueError, OptionError */
  constructor(source: Sized, options?: DistributedSamplerOptions) {
    const op = 'DistributedSampler';
    const length = (source as Sized | null | undefined)?.length;
    if (typeof source !== 'object' || !Number.isSafeInteger(length) || (length as number) < 0) {
      throw new ArgumentError(`${op}: the source must be a dataset or have its length, got ${describe(source)}`);
    }
    const names = ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast'];
    const given = checkOptions(op, options, names);
    const { shuffle = true, seed = 0, dropLast = false } = given;
    const known = given.numReplicas !== undefined && given.rank !== undefined && !isInitialized();
    const group = known ? null : groupFor(op);
    this.numReplicas = checkInteger(op, 'numReplicas', given.numReplicas ?? group?.size, 1, 2 ** 31);
    this.rank = checkInteger(op, 'rank', given.rank ?? group?.rank, 0, this.numReplicas - 1);
    this.#source = source;
    this.#shuffle = checkFlag(op, 'shuffle', shuffle);
    this.#dropLast = checkFlag(op, 'dropLast', dropLast);
    this.#seed = checkInteger(op, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  }

  /** How many samples a rank gets in an epoch, or of what is left of one that it goes on with. */
  get length(): number {
    return this.#share(this.#source.length - (this.#loaded ?? 0));
  }

  #share(count: number): number {
    const { numReplicas } = this;
    return Math.max(0, this.#dropLast ? Math.floor(count / numReplicas) : Math.ceil(count / numReplicas));
  }

  /** Chooses the epoch whose order the next iteration gives, from 0. */
  setEpoch(epoch: number): void {
    this.#epoch = checkInteger('DistributedSampler.setEpoch', 'epoch', epoch, 0, Number.MAX_SAFE_INTEGER);
  }

  *[Symbol.iterator](): Iterator<number> {
    const { numReplicas, rank } = this;
    const n = this.#source.length;
    const from = Math.min(this.#loaded ?? 0, n);
    this.#loaded = null;
    this.#from = from;
    this.#given = 0;
    const order = this.#shuffle ? randperm(n, { generator: new Generator(this.#seed + this.#epoch) }) : null;
    const indices = order?.storage.array;
    const share = this.#share(n - from);
    for (let k = 0; k < share; k++) {
      // Beyond the end the order begins again, with what is left of it.
      const place = from + ((k * numReplicas + rank) % (n - from));
      this.#given = k + 1;
      yield indices === undefined ? place : indices[(order?.offset ?? 0) + place];
    }
    this.#from = 0;
    this.#given = 0;
  }

  /** Where the ranks together stand, which is the same on all of them after as many samples. */
  stateDict(): OrderState {
    const given = this.#loaded ?? this.#from + this.#given * this.numReplicas;
    return { epoch: this.#epoch, given: Math.min(given, this.#source.length) };
  }

  /** Goes on from a state, with as many ranks or another number of them. @throws StateDictError */
  loadStateDict(state: OrderState): void {
    const op = 'DistributedSampler.loadStateDict';
    const { epoch, given } = readEntries(op, state, ['epoch', 'given']);
    this.#epoch = readCount(op, 'epoch', epoch);
    this.#loaded = readCount(op, 'given', given);
    this.#from = 0;
    this.#given = 0;
  }
}
