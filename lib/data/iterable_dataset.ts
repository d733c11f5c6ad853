import { types } from 'node:util';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { isIterable } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

/** Samples that come one after the other and have no numbers: from a stream, a generator, a file too large to hold. */
export type IterableSource<Sample> = Iterable<Sample> | AsyncIterable<Sample>;

/**
 * A dataset that can only be iterated, as `torch.utils.data.IterableDataset`; each iteration begins anew. Any object
 * with `[Symbol.iterator]`, or `[Symbol.asyncIterator]`, is one too; this class is a base for one's own, and `from` makes
 * one of a generator function:
 *
 * ```ts
 * const lines = IterableDataset.from(function* () {
 *   for (const line of readLines(path)) yield encode(line);
 * });
 * for (const batch of new DataLoader(lines, { batchSize: 32 })) train(batch);
 * ```
 *
 * There are no worker processes, which PyTorch's loader has for such datasets: a sample is made when it is asked for.
 */
export abstract class IterableDataset<Sample> implements Iterable<Sample> {
  /** How many samples an iteration gives, where that is known. */
  readonly length?: number;

  abstract [Symbol.iterator](): Iterator<Sample>;

  /** A dataset that calls a function for each iteration. @throws ArgumentError unless it is a function */
  static from<Sample>(iterate: () => Iterable<Sample>): IterableDataset<Sample> {
    if (typeof iterate !== 'function') {
      throw new ArgumentError(`IterableDataset.from: iterate must be a function, got ${describe(iterate)}`);
    }
    return new (class extends IterableDataset<Sample> {
      [Symbol.iterator](): Iterator<Sample> {
        const samples = iterate();
        if (typeof samples?.[Symbol.iterator] === 'function') return samples[Symbol.iterator]();
        throw new ArgumentError(`IterableDataset.from: iterate must give an iterable, got ${describe(samples)}`);
      }
    })();
  }
}

type Keyed = { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown; get?: unknown; length?: unknown };

/** Whether a source has its samples by iterating only: no array, and nothing that gives them by number. */
export function isIterableSource(source: unknown): source is IterableSource<unknown> {
  if (typeof source !== 'object' || source === null || Array.isArray(source) || source instanceof Tensor) return false;
  const keyed = source as Keyed;
  const byNumber = typeof keyed.get === 'function' && !types.isMap(source);
  return !byNumber && (isIterable(source) || isAsync(source));
}

/** Whether it must be iterated with `for await`. */
export function isAsync(source: object): source is AsyncIterable<unknown> {
  return typeof (source as Keyed)[Symbol.asyncIterator] === 'function';
}

/**
 * A source that can be iterated again and again.
 * @throws ArgumentError for an iterator, whose second iteration would be empty; ValueError for a length that is none
 */
export function checkIterableSource<Sample>(op: string, source: IterableSource<Sample>): IterableSource<Sample> {
  if (typeof (source as { next?: unknown }).next === 'function') {
    throw new ArgumentError(
      `${op}: the dataset is an iterator, which can be read once; give what makes one, as IterableDataset.from(() => …)`,
    );
  }
  const { length } = source as Keyed;
  if (length !== undefined && !(Number.isSafeInteger(length) && (length as number) >= 0)) {
    throw new ValueError(`${op}: the dataset's length must be a non-negative integer, got ${describe(length)}`);
  }
  return source;
}

/** Lists of samples of the given size, the last maybe smaller, or left out. */
export function* samplesByBatch<Sample>(source: Iterable<Sample>, size: number, dropLast: boolean) {
  let samples: Sample[] = [];
  for (const sample of source) {
    samples.push(sample);
    if (samples.length < size) continue;
    yield samples;
    samples = [];
  }
  if (samples.length > 0 && !dropLast) yield samples;
}

/** The same of samples that must be waited for. */
export async function* awaitedByBatch<Sample>(source: AsyncIterable<Sample>, size: number, dropLast: boolean) {
  let samples: Sample[] = [];
  for await (const sample of source) {
    samples.push(sample);
    if (samples.length < size) continue;
    yield samples;
    samples = [];
  }
  if (samples.length > 0 && !dropLast) yield samples;
}
