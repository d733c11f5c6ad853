import type { Generator } from '../calls/generator.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { randperm } from '../ops/random.js';
import { checkOptions, isIterable } from '../options.js';
import { asDataset, type DataSource, Subset } from './dataset.js';
import { checkGenerator } from './sampler.js';

export interface RandomSplitOptions {
  /** Where the order comes from; the global generator (`manualSeed`) unless set. */
  generator?: Generator;
}

/**
 * Splits a dataset at random into parts that don't overlap: the parts that `torch.utils.data.random_split` gives from the
 * same seed.
 *
 * ```ts
 * const [train, test] = randomSplit(dataset, [0.9, 0.1], { generator: new Generator(42) });
 * ```
 *
 * @param lengths how many samples each part has, together all; or shares that add up to 1: each part then has
 * ⌊share · length⌋ samples, and what is left goes to the first parts, one each.
 * @throws ArgumentError, ValueError where the lengths are none or don't add up
 */
export function randomSplit<Sample>(
  source: DataSource<Sample>,
  lengths: Iterable<number>,
  options?: RandomSplitOptions,
): Subset<Sample>[] {
  const op = 'randomSplit';
  const { generator } = checkOptions(op, options, ['generator']);
  checkGenerator(op, generator);
  const dataset = asDataset(op, source);
  const counts = countsOf(op, lengths, dataset.length);
  const order = randperm(dataset.length, { generator }).data as Int32Array;
  let end = 0;
  return counts.map((count) => {
    end += count;
    return new Subset(dataset, order.subarray(end - count, end));
  });
}

function countsOf(op: string, lengths: Iterable<number>, total: number): number[] {
  if (!isIterable(lengths)) {
    throw new ArgumentError(`${op}: lengths must be a list of numbers, got ${describe(lengths)}`);
  }
  const given = [...lengths];
  const wrong = given.findIndex((length) => typeof length !== 'number' || !(length >= 0) || !Number.isFinite(length));
  if (wrong >= 0) {
    throw new ValueError(`${op}: lengths[${wrong}] must be a number of at least 0, got ${describe(given[wrong])}`);
  }
  const sum = given.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) <= 1e-9 * Math.max(sum, 1)) return countsOfShares(op, given, total);
  if (sum !== total || !given.every(Number.isInteger)) {
    const got = given.length <= 8 ? `[${given.join(', ')}], which is ${sum}` : `${given.length} that are ${sum}`;
    throw new ValueError(
      `${op}: lengths must be integers that add up to the ${total} samples, or shares that add up to 1, got ${got}`,
    );
  }
  return given;
}

function countsOfShares(op: string, shares: readonly number[], total: number): number[] {
  const counts = shares.map((share) => Math.floor(total * share));
  const left = total - counts.reduce((a, b) => a + b, 0);
  for (let i = 0; i < left; i++) counts[i % counts.length]++;
  const empty = counts.indexOf(0);
  if (empty >= 0) process.emitWarning(`${op}: part ${empty} of the ${total} samples is empty`);
  return counts;
}
