import type { Generator } from '../../calls/generator.js';
import { DataLoader } from '../../data/data_loader.js';
import { rand } from '../../ops/random.js';
import { Tensor } from '../../tensor/tensor.js';
import type { WordFeatures } from './word_features.js';

/** A sentence as its words' features, and its tags' numbers. */
export interface EncodedSentence {
  /** A list for each word. */
  readonly words: readonly Int32Array[];
  readonly tags: Int32Array;
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
  readonly features: WordFeatures;
  readonly probability: number;
  readonly generator: Generator;
}

export function sentenceBatch(sentences: readonly EncodedSentence[], dropout: WordDropout | null): SentenceBatch {
  const order = Int32Array.from(sentences.keys());
  const lengthOf = (k: number) => sentences[k].words.length;
  order.sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const longest = lengthOf(order[0]);
  const words = sentences.reduce((sum, sentence) => sum + sentence.words.length, 0);
  const batchSizes = new Int32Array(longest);
  const offsets = new Int32Array(words);
  const tags = new Int32Array(words);
  const most = sentences.reduce((sum, own) => sum + own.words.reduce((all, ids) => all + ids.length, 0), 0);
  const features = new Int32Array(most);
  const draws = dropout === null ? null : rand([Math.max(1, words)], { generator: dropout.generator }).storage.array;
  let used = 0;
  let row = 0;
  for (let t = 0; t < longest; t++) {
    for (const k of order) {
      if (lengthOf(k) <= t) break;
      batchSizes[t]++;
      offsets[row] = used;
      tags[row] = sentences[k].tags[t] ?? 0;
      const isDropped = draws !== null && draws[row] < dropout!.probability;
      for (const id of sentences[k].words[t]) if (!isDropped || !dropout!.features.isWord(id)) features[used++] = id;
      row++;
    }
  }
  return {
    features: Tensor.wrap(features.slice(0, used), [used], 'int32'),
    offsets: Tensor.wrap(offsets, [words], 'int32'),
    batchSizes: Tensor.wrap(batchSizes, [longest], 'int32'),
    tags: Tensor.wrap(tags, [words], 'int32'),
    order,
    words,
  };
}

/** Batches of sentences, in a new order each pass where there is a seed. */
export function sentenceLoader(
  sentences: readonly EncodedSentence[],
  batchSize: number,
  shuffled: { seed: number; dropout: WordDropout } | null,
): DataLoader<EncodedSentence, SentenceBatch> {
  return new DataLoader<EncodedSentence, SentenceBatch>(sentences, {
    batchSize,
    collate: (samples) => sentenceBatch(samples, shuffled?.dropout ?? null),
    ...(shuffled === null ? {} : { shuffle: true, seed: shuffled.seed }),
  });
}
