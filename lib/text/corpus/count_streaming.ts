import { type CountLimits, type TokenTotals, tellPruned } from './count_options.js';
import { type TextCorpus, tokenBatches } from './text_corpus.js';

/** Counts the tokens of any corpus, one after the other. */
export async function countStreaming(op: string, corpus: TextCorpus, limits: CountLimits): Promise<TokenTotals> {
  let counts = new Map<string, number>();
  let [tokens, documents, distinct, pruned, prunedCount] = [0, 0, 0, 0, 0];
  for await (const batch of tokenBatches(corpus)) {
    for (const list of batch) {
      for (const token of list) {
        const count = counts.get(token);
        counts.set(token, (count ?? 0) + 1);
        // As word2vec does: those that came once go, the next time those that came twice, and so on.
        while (count === undefined && counts.size > limits.mostTokens) {
          prunedCount++;
          const before = counts.size;
          counts = new Map([...counts].filter(([, times]) => times > prunedCount));
          pruned += before - counts.size;
        }
      }
      tokens += list.length;
    }
    documents += batch.length;
    limits.signal?.throwIfAborted();
  }
  tellPruned(op, pruned, prunedCount, limits.mostTokens);
  distinct = counts.size;
  let highest = 0;
  for (const count of counts.values()) if (count > highest) highest = count;
  if (limits.minCount > 1) counts = new Map([...counts].filter(([, count]) => count >= limits.minCount));
  return { tokens, documents, distinct, highest, counts };
}
