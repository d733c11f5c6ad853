import type { Tensor } from '../tensor/tensor.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { TensorRows } from './row_store.js';
import { Searcher } from './search.js';

export interface Neighbour {
  word: string;
  /** Cosine of the angle between the two vectors, from -1 to 1. */
  similarity: number;
}

/**
 * The words whose vectors point most nearly the same way as another's, nearest first; neither the word itself nor special
 * tokens.
 *
 * @param table [vocabulary size, dim], one row a word
 * @param count how many to give
 */
export function nearestNeighbours(table: Tensor, vocabulary: Vocabulary, word: string, count: number): Neighbour[] {
  const id = vocabulary.lookupIndex(word);
  const tokens = vocabulary.tokens();
  const without = new Set([id, ...tokens.flatMap((token, k) => (vocabulary.isSpecial(token) ? [k] : []))]);
  const topn = Math.min(count, tokens.length - without.size);
  if (topn < 1) return [];
  const rows = new TensorRows(table.detach().float().contiguous());
  const found = new Searcher((index) => tokens[index], rows).nearest('nearestNeighbours', rows.row(id), without, {
    topn,
  });
  return found.map(({ key, similarity }) => ({ word: key, similarity }));
}

/** Ranks before this one belong to words such as `the`, which have no telling neighbours. */
const firstTellingRank = 60;

/** Words to show neighbours of when none are named: frequent ones of some length, spread over the frequent ranks. */
export function tellingWords(vocabulary: Vocabulary, count: number): string[] {
  const words = vocabulary.tokens().filter((word) => !vocabulary.isSpecial(word) && /^\p{L}{4,}$/u.test(word));
  const ranked = words.slice(Math.min(firstTellingRank, Math.floor(words.length / 4)));
  const stride = Math.max(1, Math.floor(Math.min(ranked.length, 200) / count));
  return ranked.filter((_, rank) => rank % stride === 0).slice(0, count);
}
