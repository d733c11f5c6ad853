import { ValueError } from '../../errors.js';
import { readVectorOptions, type Word2VecOptions, type Word2VecSettings } from './word2vec_options.js';

/**
 * How words and their n-grams become vectors. Names are gensim's, defaults fastText's: among those of `Word2VecOptions` these
 * differ: `sg` true, `alpha` 0.05, `minAlpha` 0, `sample` 0.0001, `nsExponent` 0.5.
 */
export interface FastTextOptions extends Word2VecOptions {
  /** Characters of the shortest n-gram. Default 3. */
  minN?: number;
  /** Characters of the longest n-gram; 0 for words alone. Default 6. */
  maxN?: number;
  /** Rows that n-grams are hashed to. Memory is taken for those alone that the corpus has. Default 2,000,000. */
  bucket?: number;
}

export type FastTextSettings = Word2VecSettings & {
  readonly minN: number;
  readonly maxN: number;
  readonly bucket: number;
};

const defaults: FastTextSettings = {
  vectorSize: 100,
  window: 5,
  minCount: 5,
  maxFinalVocab: null,
  sg: true,
  hs: false,
  negative: 5,
  nsExponent: 0.5,
  cbowMean: true,
  alpha: 0.05,
  minAlpha: 0,
  sample: 0.0001,
  shrinkWindows: true,
  epochs: 5,
  seed: 1,
  workers: null,
  deterministic: false,
  corpusMemory: 2 ** 32,
  minN: 3,
  maxN: 6,
  bucket: 2_000_000,
};

/** The options with their defaults, checked. @throws OptionError, ValueError or ArgumentError that names the option */
export function readFastTextOptions(op: string, options: FastTextOptions | undefined): FastTextSettings {
  const settings = readVectorOptions(op, options, defaults, [
    ['minN', 1, 1000],
    ['maxN', 0, 1000],
    ['bucket', 1, 100_000_000],
  ]);
  if (settings.maxN > 0 && settings.maxN < settings.minN) {
    throw new ValueError(`${op}: maxN must be 0 or at least minN, ${settings.minN}, got ${settings.maxN}`);
  }
  return settings;
}
