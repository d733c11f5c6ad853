import { sortedInTurns } from './sorted.js';
import type { Turns } from './turns.js';

/** Words that were counted, the most frequent first, equals by first appearance. */
export interface FrequentWords {
  readonly words: readonly string[];
  readonly counts: ArrayLike<number>;
  /** Grows with where each word first appeared. */
  readonly firsts: ArrayLike<number>;
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** Words in order of their first appearance brought in order of frequency; those that occur less than `minCount` times are left out. */
export async function byFrequency(
  words: readonly string[],
  counts: ArrayLike<number>,
  minCount: number,
  turns: Turns,
): Promise<FrequentWords> {
  const places: number[] = [];
  for (let k = 0; k < words.length; k++) {
    if (counts[k] >= minCount) places.push(k);
    if (k % wordsOfStep === 0) await turns.next();
  }
  const order = await sortedInTurns(places, (a, b) => counts[b] - counts[a], turns);
  const found = {
    words: [] as string[],
    counts: new Float64Array(order.length),
    firsts: new Float64Array(order.length),
  };
  for (let k = 0; k < order.length; k++) {
    found.words.push(words[order[k]]);
    found.counts[k] = counts[order[k]];
    found.firsts[k] = order[k];
    if (k % wordsOfStep === 0) await turns.next();
  }
  return found;
}
