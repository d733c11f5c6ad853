import { numbersOfRecord } from '../../calls/cooccurrences.js';
import { CorpusError, ValueError } from '../../errors.js';
import type { Cooccurrences } from './cooccurrences.js';
import { encodeWith, type Sentences } from './encoded_corpus.js';
import type { GloVeSettings } from './glove_options.js';
import { PairCounter, type ShuffledPairs } from './pair_counter.js';
import { type StopSignal, Turns } from './turns.js';

/** Pairs that are not trained on. */
export interface HeldOutPairs {
  readonly pairs: ShuffledPairs;
  /** What their weights are multiplied by, as if there were as many words of them as of those trained on. */
  readonly scale: number;
}

/** Counts sentences in the words of other pairs, as those were counted. */
export async function countHeldOut(
  op: string,
  trained: Cooccurrences,
  sentences: Sentences,
  signal: StopSignal | undefined,
): Promise<HeldOutPairs> {
  const { settings, words, counts } = trained;
  if (settings === null) {
    throw new ValueError(`${op}: heldOut must be counted as the pairs were, and those are of a file that doesn't tell`);
  }
  const { tokens, length } = await encodeWith(op, sentences, words, signal);
  const counter = new PairCounter(op, words.length, settings, new Turns(signal));
  try {
    await counter.count(tokens);
    const pairs = await counter.shuffled(settings.seed);
    if (pairs.count > 0) return { pairs, scale: counts.reduce((a, b) => a + b, 0) / length };
    await pairs.close();
  } finally {
    await counter.close();
  }
  throw new CorpusError(`${op}: heldOut holds no two words of the vocabulary in one sentence`);
}

const atOnce = 1 << 14;

/** The mean cost of a pair, ½ f(X) (w · c + b + d - log X)². */
export async function costOf(
  { pairs, scale }: HeldOutPairs,
  { word, context }: { readonly word: Float32Array; readonly context: Float32Array },
  stride: number,
  { vectorSize: dim, alpha, xMax }: GloVeSettings,
  signal: StopSignal | undefined,
): Promise<number> {
  const turns = new Turns(signal);
  let cost = 0;
  for (let k = 0; k < pairs.parts; k++) {
    const { records } = await pairs.part(k);
    const weights = new Float64Array(records.buffer, records.byteOffset, records.length / 2);
    for (let at = 0; at < records.length; at += numbersOfRecord) {
      const [w, c] = [(records[at] - 1) * stride, (records[at + 1] - 1) * stride];
      const weight = weights[at / 2 + 1] * scale;
      let sum = word[w + dim] + context[c + dim] - Math.log(weight);
      for (let j = 0; j < dim; j++) sum += word[w + j] * context[c + j];
      cost += 0.5 * Math.min(1, (weight / xMax) ** alpha) * sum * sum;
      if (at % (atOnce * numbersOfRecord) === 0) await turns.next();
    }
  }
  return cost / pairs.count;
}
