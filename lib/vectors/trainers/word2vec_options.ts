import { checkOptions } from '../../options.js';
import { checkNumber, checkWhole, readFlag } from './option_checks.js';

/** How words become vectors. Names are gensim's, defaults too. */
export interface Word2VecOptions {
  /** Numbers of a vector. Default 100. */
  vectorSize?: number;
  /** Words to each side that belong to a word's context, at most 512. Default 5. */
  window?: number;
  /** Words that occur less often are left out. Default 5. */
  minCount?: number;
  /** At most so many words, the most frequent. Default null: all. */
  maxFinalVocab?: number | null;
  /** Skip-gram instead of the continuous bag of words. Default false. */
  sg?: boolean | 0 | 1;
  /** Hierarchical softmax instead of negative sampling. Default false. */
  hs?: boolean | 0 | 1;
  /** Words that each is told apart from, 1 to 64. Default 5. A window's words share them. */
  negative?: number;
  /** Negatives are drawn by count^nsExponent. Default 0.75 (fastText has 0.5). */
  nsExponent?: number;
  /** CBOW: the mean of a context's vectors instead of their sum. Default true. */
  cbowMean?: boolean | 0 | 1;
  /** Learning rate at the start. Default 0.025. */
  alpha?: number;
  /** Learning rate at the end; it falls linearly. Default 0.0001. */
  minAlpha?: number;
  /** Frequent words are left out at random: threshold of the share of all words, 0 for none. Default 0.001. */
  sample?: number;
  /** Windows of random size, 1 to `window`. Default true. */
  shrinkWindows?: boolean;
  /** Times that the corpus is gone through. Default 5. */
  epochs?: number;
  /** Where random numbers start. Default 1. */
  seed?: number;
  /** Threads, at most those of the library. Default: all of them. */
  workers?: number | null;
  /** The same bits in every run, by one thread. Default false: threads share the tables without locks. */
  deterministic?: boolean;
  /**
   * Bytes that the words of a text file may take in memory, as numbers of four bytes. What is larger lies in a temporary file, which is gone
   * through anew in each pass. Default 4 GiB. Corpora that are no plain text files lie in memory; Windows holds all in memory.
   */
  corpusMemory?: number;
}

export type Word2VecSettings = {
  readonly [Key in keyof Word2VecOptions]-?: Word2VecOptions[Key] extends infer V
    ? Exclude<V, undefined> extends boolean | 0 | 1
      ? boolean
      : Exclude<V, undefined>
    : never;
};

export const word2VecDefaults: Word2VecSettings = {
  vectorSize: 100,
  window: 5,
  minCount: 5,
  maxFinalVocab: null,
  sg: false,
  hs: false,
  negative: 5,
  nsExponent: 0.75,
  cbowMean: true,
  alpha: 0.025,
  minAlpha: 0.0001,
  sample: 0.001,
  shrinkWindows: true,
  epochs: 5,
  seed: 1,
  workers: null,
  deterministic: false,
  corpusMemory: 2 ** 32,
};

export type WholeNumber = readonly [name: string, least: number, most: number];

const wholeNumbers: readonly WholeNumber[] = [
  ['vectorSize', 1, 65_536],
  ['window', 1, 512],
  ['minCount', 0, Number.MAX_SAFE_INTEGER],
  ['negative', 1, 64],
  ['epochs', 1, 1_000_000],
  ['seed', 0, 2 ** 31],
  ['corpusMemory', 0, Number.MAX_SAFE_INTEGER],
];
const numbers: readonly [keyof Word2VecOptions, number, number][] = [
  ['nsExponent', -10, 10],
  ['alpha', 0, Number.MAX_VALUE],
  ['minAlpha', 0, Number.MAX_VALUE],
  ['sample', 0, Number.MAX_VALUE],
];
const flags = ['sg', 'hs', 'cbowMean', 'shrinkWindows', 'deterministic'] as const;

/** The options with their defaults, checked. @throws OptionError, ValueError or ArgumentError that names the option */
export function readWord2VecOptions(op: string, options: Word2VecOptions | undefined): Word2VecSettings {
  return readVectorOptions(op, options, word2VecDefaults, []);
}

/** The same for a trainer that has defaults of its own, and more whole numbers with what they are from and to. */
export function readVectorOptions<Settings extends Word2VecSettings>(
  op: string,
  options: object | undefined,
  defaults: Settings,
  moreWholeNumbers: readonly WholeNumber[],
): Settings {
  const given = checkOptions(op, options, Object.keys(defaults));
  const all: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) all[name] = value;
  for (const [name, least, most] of [...wholeNumbers, ...moreWholeNumbers])
    checkWhole(op, name, all[name], least, most);
  for (const name of ['maxFinalVocab', 'workers']) {
    if (all[name] !== null) checkWhole(op, name, all[name], 1, Number.MAX_SAFE_INTEGER);
  }
  for (const [name, least, most] of numbers) checkNumber(op, name, all[name], least, most);
  for (const name of flags) all[name] = readFlag(op, name, all[name]);
  return all as unknown as Settings;
}
