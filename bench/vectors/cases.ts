// The trainings of vectors that are measured: what they are, and how Lutra makes them.
import { readFileSync } from 'node:fs';
import { type Cooccurrences, FastText, FastTextClassifier, GloVe, type KeyedVectors, Word2Vec } from 'lutra';
import type { Corpus } from './corpora.js';

/** What is trained; peers take of it what they have. */
export type Kind =
  | { readonly of: 'words'; readonly sg: boolean; readonly hs: boolean; readonly subwords: boolean }
  | { readonly of: 'labels'; readonly wordNgrams: number }
  | { readonly of: 'pairs' };

export interface Case {
  readonly name: string;
  readonly corpus: 'brown' | 'spam';
  readonly kind: Kind;
  /** How many times the speed of the original is the goal: of fastText, or of GloVe's program. */
  readonly goal: number;
}

/** What a second's work is counted in. */
export const unitOf = ({ kind }: Case) => (kind.of === 'pairs' ? 'pairs' : 'words');

export const epochs = 5;
export const dim = 100;
/** Rates and samples of all word vectors: fastText's defaults. */
export const rates = { alpha: 0.05, sample: 1e-4, nsExponent: 0.5 } as const;
/** Settings of GloVe's program where they aren't its defaults. */
export const leastCount = 5;

const words = (name: string, goal: number, sg: boolean, hs: boolean, subwords: boolean): Case => ({
  name,
  corpus: 'brown',
  kind: { of: 'words', sg, hs, subwords },
  goal,
});
const labels = (name: string, wordNgrams: number): Case => ({
  name,
  corpus: 'spam',
  kind: { of: 'labels', wordNgrams },
  goal: 2,
});

export const cases: readonly Case[] = [
  words('skip-gram', 6, true, false, false),
  words('skip-gram, hierarchical softmax', 2, true, true, false),
  words('CBOW', 3, false, false, false),
  words('CBOW, hierarchical softmax', 2, false, true, false),
  words('skip-gram, subwords', 3, true, false, true),
  words('CBOW, subwords', 3, false, false, true),
  labels('classifier', 1),
  labels('classifier, word 2-grams', 2),
  { name: 'GloVe', corpus: 'brown', kind: { of: 'pairs' }, goal: 2 },
];

/** What one took for an epoch, and what it has learned. */
export interface Measured {
  readonly seconds: number;
  readonly quality: string;
}

export const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
export const accuracyText = (precision: number | null) => `P@1 ${(precision ?? 0).toFixed(4)}`;
export const costText = (cost: number) => `cost ${cost.toFixed(5)}`;

/** The mean of Spearman's correlations with the files of word pairs in LUTRA_BENCH_WORD_PAIRS, parted by commas. */
export function agreement(vectors: KeyedVectors): string {
  const files = (process.env.LUTRA_BENCH_WORD_PAIRS ?? '').split(',').filter(Boolean);
  if (files.length === 0) return '';
  const sum = files.reduce((total, file) => total + vectors.evaluateWordPairs(file).spearman, 0);
  return `Spearman ${(sum / files.length).toFixed(3)}`;
}

/** Trains by Lutra. The first epoch, which warms up, is left out of the time. */
export async function trainByLutra(
  { kind }: Case,
  corpus: Corpus,
  pairs: Cooccurrences | null,
  seed: number,
): Promise<Measured & { readonly work: number }> {
  const times: number[] = [];
  const onEpoch = () => times.push(performance.now());
  const seconds = () => (times[times.length - 1] - times[0]) / 1000 / (times.length - 1);
  if (kind.of === 'pairs') {
    let cost = 0;
    await GloVe.train(pairs!, {
      vectorSize: dim,
      epochs,
      seed,
      onEpoch: (epoch) => {
        onEpoch();
        cost = epoch.cost;
      },
    });
    return { seconds: seconds(), quality: costText(cost), work: pairs!.length };
  }
  const lines = linesOf(corpus.train);
  if (kind.of === 'labels') {
    const model = await FastTextClassifier.train(lines, { epochs, wordNgrams: kind.wordNgrams, seed, onEpoch });
    const { precision } = await model.test(linesOf(corpus.test!));
    const work = lines.reduce((sum, line) => sum + line.split(' ').length, 0);
    return { seconds: seconds(), quality: accuracyText(precision), work };
  }
  const { sg, hs, subwords } = kind;
  const Trainer = subwords ? FastText : Word2Vec;
  const model = await Trainer.train(lines, { ...rates, minAlpha: 0, epochs, sg, hs, seed, onEpoch });
  const work = model.counts.reduce((a, b) => a + b);
  return { seconds: seconds(), quality: agreement(model.wv), work };
}
