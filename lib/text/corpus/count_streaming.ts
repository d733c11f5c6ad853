import { type CountLimits, type TokenTotals, tellPruned } from './count_options.js';
import { byFrequency } from './frequent_words.js';
import { type TextCorpus, tokenBatches } from './text_corpus.js';
import { Turns } from './turns.js';
import { WordNumbers } from './word_numbers.js';

/** Words that may come up, of which nothing is known before. */
const expectedWords = 1 << 21;
/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** Counts the tokens of any corpus, one after the other. */
export async function countStreaming(op: string, corpus: TextCorpus, limits: CountLimits): Promise<TokenTotals> {
  const turns = new Turns(limits.signal);
  let words: string[] = [];
  let counts: number[] = [];
  let places = new WordNumbers(expectedWords);
  let [tokens, documents, pruned, prunedCount] = [0, 0, 0, 0];
  /** As word2vec does: those that came once go, the next time those that came twice, and so on. */
  const prune = async () => {
    prunedCount++;
    const [before, timesBefore] = [words, counts];
    [words, counts, places] = [[], [], new WordNumbers(expectedWords)];
    for (let k = 0; k < before.length; k++) {
      if (k % wordsOfStep === 0) await turns.next();
      if (timesBefore[k] <= prunedCount) continue;
      places.set(before[k], words.length);
      words.push(before[k]);
      counts.push(timesBefore[k]);
    }
    pruned += before.length - words.length;
  };
  for await (const batch of tokenBatches(corpus)) {
    for (const list of batch) {
      for (const token of list) {
        const place = places.get(token);
        if (place !== undefined) {
          counts[place]++;
          continue;
        }
        places.set(token, words.length);
        words.push(token);
        counts.push(1);
        while (words.length > limits.mostTokens) await prune();
      }
      tokens += list.length;
    }
    documents += batch.length;
    limits.signal?.throwIfAborted();
  }
  tellPruned(op, pruned, prunedCount, limits.mostTokens);
  let highest = 0;
  for (const count of counts) if (count > highest) highest = count;
  const frequent = await byFrequency(words, counts, limits.minCount, turns);
  return { tokens, documents, distinct: words.length, highest, frequent };
}
