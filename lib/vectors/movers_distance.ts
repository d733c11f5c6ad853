import { ArgumentError, describe } from '../errors.js';
import { unit } from './search.js';
import { transportCost } from './transport.js';

/** A word's vector and how often the word stands in a document. */
interface Counted {
  readonly count: number;
  readonly vector: Float32Array;
}

/**
 * The words of a document that have vectors, each once.
 * @param norm whether vectors are brought to length 1
 * @param find a word's vector, or null
 */
export function bagOf(
  op: string,
  name: string,
  words: unknown,
  norm: boolean,
  find: (word: string) => Float32Array | null,
): Counted[] {
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    const hint = typeof words === 'string' ? '; split it into words first' : '';
    throw new ArgumentError(`${op}: ${name} must be an array of words, got ${describe(words)}${hint}`);
  }
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].flatMap(([word, count]) => {
    const vector = find(word);
    return vector === null ? [] : [{ count, vector: norm ? unit(vector.slice()) : vector }];
  });
}

/** How far the words of one document are from those of the other: the cheapest transport; infinite from or to nothing. */
export function moversDistance(from: readonly Counted[], to: readonly Counted[]): number {
  if (from.length === 0 || to.length === 0) return Number.POSITIVE_INFINITY;
  const total = (bag: readonly Counted[]) => bag.reduce((sum, { count }) => sum + count, 0);
  const [ofA, ofB] = [total(from), total(to)];
  const cost = new Float64Array(from.length * to.length);
  for (const [i, x] of from.entries()) {
    for (const [j, y] of to.entries()) {
      let sum = 0;
      for (let k = 0; k < x.vector.length; k++) sum += (x.vector[k] - y.vector[k]) ** 2;
      cost[i * to.length + j] = Math.sqrt(sum);
    }
  }
  // In whole numbers, which add up exactly: each word's share of its document, times the lengths of both.
  const moved = transportCost(
    from.map(({ count }) => count * ofB),
    to.map(({ count }) => count * ofA),
    cost,
  );
  return moved / (ofA * ofB);
}
