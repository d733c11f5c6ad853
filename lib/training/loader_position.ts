import { defaultGenerator } from '../calls/generator.js';
import { type OrderState, readCount, readEntries } from '../data/drawn_order.js';
import type { Resumable } from '../data/sampler.js';
import { ArgumentError, describe, StateDictError } from '../errors.js';
import { isIterable } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

/** What gives batches: a `DataLoader`, an array of batches, anything that can be iterated again and again. */
export type BatchLoader<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

export type BatchIterator<Batch> = Iterator<Batch> | AsyncIterator<Batch>;

/** @throws ArgumentError unless it can be iterated, again and again */
export function checkLoader<Batch>(op: string, name: string, loader: unknown): BatchLoader<Batch> {
  const isAsync = typeof (loader as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function';
  if ((!isIterable(loader) && !isAsync) || loader instanceof Tensor) {
    throw new ArgumentError(`${op}: ${name} must be a DataLoader or a list of batches, got ${describe(loader)}`);
  }
  if (typeof (loader as { next?: unknown }).next === 'function') {
    throw new ArgumentError(
      `${op}: ${name} is an iterator, which can be read once; give what makes one, such as { [Symbol.iterator]: () => … }`,
    );
  }
  return loader as BatchLoader<Batch>;
}

/** How many batches a pass has; null where the loader does not say. */
export function lengthOf(loader: object): number | null {
  try {
    const { length } = loader as { length?: unknown };
    return typeof length === 'number' ? length : null;
  } catch {
    return null;
  }
}

function isResumable(loader: object): loader is Resumable {
  const { stateDict, loadStateDict } = loader as Partial<Resumable>;
  return typeof stateDict === 'function' && typeof loadStateDict === 'function';
}

/** Tells a sampler that wants to know it, as `DistributedSampler` does, which pass begins, from 0. */
export function beginPassOf(loader: object, pass: number): void {
  const { sampler } = loader as { sampler?: { setEpoch?(epoch: number): void } | null };
  if (typeof sampler?.setEpoch === 'function') sampler.setEpoch(pass);
}

/** Passes over a loader, and where the present one stands. */
export class LoaderPosition<Batch> {
  readonly #loader: BatchLoader<Batch>;
  /** The global generator when the pass began, for loaders that must be iterated again. */
  #begin: Tensor | null = null;
  #skip = 0;

  constructor(loader: BatchLoader<Batch>) {
    this.#loader = loader;
  }

  /** A pass that begins, or that goes on from what was loaded. */
  async iterate(): Promise<BatchIterator<Batch>> {
    const loader = this.#loader;
    const begin = this.#skip > 0 ? this.#begin : null;
    const skip = this.#skip;
    this.#skip = 0;
    const now = defaultGenerator.getState();
    if (!isResumable(loader)) this.#begin = begin ?? now;
    if (Array.isArray(loader)) return loader.slice(skip)[Symbol.iterator]() as Iterator<Batch>;
    if (begin !== null) defaultGenerator.setState(begin);
    const iterator =
      Symbol.iterator in loader && !needsWaiting(loader) ? loader[Symbol.iterator]() : asyncIterator(loader);
    for (let i = 0; i < skip; i++) if ((await iterator.next()).done) break;
    if (begin !== null) defaultGenerator.setState(now);
    return iterator;
  }

  /** @param given the batches that this pass has given */
  stateDict(given: number): unknown {
    if (isResumable(this.#loader)) return { own: this.#loader.stateDict() };
    return { given, begin: this.#begin };
  }

  /** @throws StateDictError */
  loadStateDict(op: string, state: unknown): void {
    const loader = this.#loader;
    const has = typeof state === 'object' && state !== null && Object.hasOwn(state, 'own');
    if (has !== isResumable(loader)) {
      throw new StateDictError(`${op}: the checkpoint is of a training on another kind of loader`);
    }
    if (isResumable(loader)) {
      const { own } = readEntries(op, state, ['own']);
      if (own !== null) loader.loadStateDict(own as OrderState);
      return;
    }
    const { given, begin } = readEntries(op, state, ['given', 'begin']);
    this.#skip = readCount(op, 'given', given);
    this.#begin = begin instanceof Tensor ? begin : null;
  }
}

/** A `DataLoader` has both iterators, and knows which its dataset allows. */
function needsWaiting(loader: object): boolean {
  const { dataset, batchSampler } = loader as { dataset?: object; batchSampler?: unknown };
  return batchSampler === null && dataset !== undefined && Symbol.asyncIterator in dataset;
}

function asyncIterator<Batch>(loader: BatchLoader<Batch>): AsyncIterator<Batch> {
  return (loader as AsyncIterable<Batch>)[Symbol.asyncIterator]();
}
