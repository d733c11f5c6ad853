import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { FastTextLoss } from '../fasttext/settings.js';
import { KeyedVectors } from '../keyed_vectors.js';
import { checkNumber, checkWhole } from '../trainers/option_checks.js';

/** How texts are classified. Defaults are those of `fasttext supervised`, names those of `FastTextOptions`. */
export interface ClassifierOptions {
  /** Numbers of a vector. Default 100. */
  vectorSize?: number;
  /** Learning rate at the start; it falls linearly to `minAlpha`. Default 0.1. */
  alpha?: number;
  /** Default 0. */
  minAlpha?: number;
  /** Times that the examples are gone through. Default 5. */
  epochs?: number;
  /** Words that occur less often are left out. Default 1. */
  minCount?: number;
  /** Labels that occur less often are left out. Default 0. */
  minCountLabel?: number;
  /** The longest n-gram of words that is a feature. Default 1: words alone. */
  wordNgrams?: number;
  /** `'softmax'` (the default), negative sampling, hierarchical softmax, or one label against all others, which suits several a text. */
  loss?: FastTextLoss;
  /** Labels that each is told apart from, with `'ns'`. Default 5. */
  negative?: number;
  /** Characters of the shortest n-gram of a word. Default 0. */
  minN?: number;
  /** Characters of the longest; 0, the default, for words alone. */
  maxN?: number;
  /** Rows that n-grams are hashed to. Memory is taken for those alone that the examples have. Default 2,000,000. */
  bucket?: number;
  /** What a label begins with, in texts and in files. Default `'__label__'`. Files don't keep it. */
  labelPrefix?: string;
  /** Vectors of `vectorSize` numbers that words begin with; their words are features too. */
  pretrainedVectors?: KeyedVectors | null;
  /** Where random numbers start. Default 1. */
  seed?: number;
  /** Threads, at most those of the library. Default: all of them. */
  workers?: number | null;
  /** The same bits in every run, by one thread. Default false: threads share the tables without locks. */
  deterministic?: boolean;
}

export type ClassifierSettings = Required<ClassifierOptions>;

export const classifierDefaults: ClassifierSettings = {
  vectorSize: 100,
  alpha: 0.1,
  minAlpha: 0,
  epochs: 5,
  minCount: 1,
  minCountLabel: 0,
  wordNgrams: 1,
  loss: 'softmax',
  negative: 5,
  minN: 0,
  maxN: 0,
  bucket: 2_000_000,
  labelPrefix: '__label__',
  pretrainedVectors: null,
  seed: 1,
  workers: null,
  deterministic: false,
};

const losses: readonly FastTextLoss[] = ['softmax', 'ns', 'hs', 'ova'];
const most = Number.MAX_SAFE_INTEGER;
const wholeNumbers: readonly [keyof ClassifierOptions, number, number][] = [
  ['vectorSize', 1, 65_536],
  ['epochs', 1, 1_000_000],
  ['minCount', 0, most],
  ['minCountLabel', 0, most],
  ['wordNgrams', 1, 1000],
  ['negative', 1, 1_000_000],
  ['minN', 0, 1000],
  ['maxN', 0, 1000],
  ['bucket', 1, 100_000_000],
  ['seed', 0, 2 ** 31],
];

/** The options with their defaults, checked. @throws OptionError, ValueError or ArgumentError that names the option */
export function readClassifierOptions(op: string, options: ClassifierOptions | undefined): ClassifierSettings {
  const given = checkOptions(op, options, Object.keys(classifierDefaults));
  const all: Record<string, unknown> = { ...classifierDefaults };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) all[name] = value;
  for (const [name, least, largest] of wholeNumbers) checkWhole(op, name, all[name], least, largest);
  for (const name of ['alpha', 'minAlpha']) checkNumber(op, name, all[name], 0, Number.MAX_VALUE);
  if (all.workers !== null) checkWhole(op, 'workers', all.workers, 1, most);
  if (!losses.includes(all.loss as FastTextLoss)) {
    throw new ValueError(`${op}: loss must be 'softmax', 'ns', 'hs' or 'ova', got ${describe(all.loss)}`);
  }
  if (typeof all.deterministic !== 'boolean') {
    throw new ArgumentError(`${op}: deterministic must be true or false, got ${describe(all.deterministic)}`);
  }
  const { labelPrefix, pretrainedVectors, maxN, minN, vectorSize } = all as unknown as ClassifierSettings;
  checkPrefix(op, labelPrefix);
  if (maxN > 0 && (minN > maxN || minN < 1)) {
    throw new ValueError(`${op}: minN must be from 1 to maxN, ${maxN}, got ${minN}`);
  }
  if (pretrainedVectors !== null) {
    if (!(pretrainedVectors instanceof KeyedVectors)) {
      throw new ArgumentError(
        `${op}: pretrainedVectors must be KeyedVectors, got ${describe(pretrainedVectors)}; read a file by await KeyedVectors.load(path)`,
      );
    }
    if (pretrainedVectors.vectorSize !== vectorSize) {
      throw new ValueError(
        `${op}: vectorSize must be that of pretrainedVectors, ${pretrainedVectors.vectorSize}, got ${vectorSize}`,
      );
    }
  }
  return all as unknown as ClassifierSettings;
}

export function checkPrefix(op: string, prefix: unknown): void {
  if (typeof prefix === 'string' && /^[^ \n\r\t\v\f\0]+$/.test(prefix)) return;
  throw new ArgumentError(`${op}: labelPrefix must be a string without white space, got ${describe(prefix)}`);
}
