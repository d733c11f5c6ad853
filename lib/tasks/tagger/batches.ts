import type { Generator } from '../../calls/generator.js';
import { DataLoader } from '../../data/data_loader.js';
import { rand } from '../../ops/random.js';
import { Tensor } from '../../tensor/tensor.js';
import type { WordFeatures } from './word_features.js';

/** Sentences in numbers, one after the other: millions of words are three arrays. */
export class EncodedSentences {
  readonly length: number;
  /** The numbers that {@link WordFeatures} gives words. */
  readonly #words: Int32Array;
  readonly #tags: Int32Array;
  /** Where each sentence begins, and the last one ends. */
  readonly #begin: Int32Array;

  /** @param tagOf the number of a tag; words without one have 0 */
  constructor(
    sentences: readonly { readonly words: readonly string[]; readonly tags?: readonly string[] }[],
    readonly features: WordFeatures,
    tagOf: (tag: string) => number,
  ) {
    this.length = sentences.length;
    this.#begin = new Int32Array(sentences.length + 1);
    for (const [k, { words }] of sentences.entries()) this.#begin[k + 1] = this.#begin[k] + words.length;
    const count = this.#begin[sentences.length];
    this.#words = new Int32Array(count);
    this.#tags = new Int32Array(count);
    let at = 0;
    for (const { words, tags } of sentences) {
      for (let t = 0; t < words.length; t++, at++) {
        this.#words[at] = features.numberOf(words[t]);
        if (tags !== undefined) this.#tags[at] = tagOf(tags[t]);
      }
    }
  }

  /** A sample of a loader is the number of a sentence. */
  get(index: number): number {
    return index;
  }

  wordsIn(k: number): number {
    return this.#begin[k + 1] - this.#begin[k];
  }

  word(k: number, t: number): number {
    return this.#words[this.#begin[k] + t];
  }

  tag(k: number, t: number): number {
    return this.#tags[this.#begin[k] + t];
  }
}

/** Sentences packed: the first words of all, the second words of those that have one, …, the longest sentence first. */
export interface SentenceBatch {
  /** int32: the features of all words, one after the other. */
  readonly features: Tensor;
  /** int32 [words]: where each word's begin. */
  readonly offsets: Tensor;
  /** int32 [longest]: sentences that have so many words. */
  readonly batchSizes: Tensor;
  /** int32 [words]; all 0 where they aren't known. */
  readonly tags: Tensor;
  /** Which sentence of the batch comes first, second, … */
  readonly order: Int32Array;
  readonly words: number;
}

/** How words are left out at random, so that the model learns to go by their other features. */
export interface WordDropout {
  readonly probability: number;
  readonly generator: Generator;
}

/** @param chosen numbers of sentences */
export function sentenceBatch(
  sentences: EncodedSentences,
  chosen: readonly number[],
  dropout: WordDropout | null,
): SentenceBatch {
  const { features: about } = sentences;
  const lengths = Int32Array.from(chosen, (k) => sentences.wordsIn(k));
  const order = Int32Array.from(chosen.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const longest = lengths[order[0]];
  let [words, most] = [0, 0];
  for (const [i, k] of chosen.entries()) {
    words += lengths[i];
    for (let t = 0; t < lengths[i]; t++) {
      const word = sentences.word(k, t);
      most += about.endOf(word) - about.beginOf(word);
    }
  }
  const batchSizes = new Int32Array(longest);
  const offsets = new Int32Array(words);
  const tags = new Int32Array(words);
  const features = new Int32Array(most);
  const draws = dropout === null ? null : rand([Math.max(1, words)], { generator: dropout.generator }).storage.array;
  const { ids } = about;
  let used = 0;
  let row = 0;
  for (let t = 0; t < longest; t++) {
    for (const i of order) {
      if (lengths[i] <= t) break;
      batchSizes[t]++;
      offsets[row] = used;
      tags[row] = sentences.tag(chosen[i], t);
      const isDropped = draws !== null && draws[row] < dropout!.probability;
      const word = sentences.word(chosen[i], t);
      for (let at = about.beginOf(word), end = about.endOf(word); at < end; at++) {
        if (!isDropped || !about.isWord(ids[at])) features[used++] = ids[at];
      }
      row++;
    }
  }
  return {
    features: Tensor.wrap(features.subarray(0, used), [used], 'int32'),
    offsets: Tensor.wrap(offsets, [words], 'int32'),
    batchSizes: Tensor.wrap(batchSizes, [longest], 'int32'),
    tags: Tensor.wrap(tags, [words], 'int32'),
    order,
    words,
  };
}

/** Batches of sentences, in a new order each pass where there is a seed. */
export function sentenceLoader(
  sentences: EncodedSentences,
  batchSize: number,
  shuffled: { seed: number; dropout: WordDropout } | null,
): DataLoader<number, SentenceBatch> {
  return new DataLoader<number, SentenceBatch>(sentences, {
    batchSize,
    collate: (samples) => sentenceBatch(sentences, samples, shuffled?.dropout ?? null),
    ...(shuffled === null ? {} : { shuffle: true, seed: shuffled.seed }),
  });
}
