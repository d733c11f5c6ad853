import { atOnce, type Steps } from './corpus/turns.js';

/** Entries of the table that negatives are drawn from: 16 MB, of which the frequent part stays in a cache. */
const mostEntries = 1 << 22;

/** Words between two steps. */
const wordsOfStep = 1 << 11;

/** Words as often as count^exponent says: what an entry drawn at random is. */
export function negativesTable(counts: readonly number[], exponent: number): Int32Array {
  return atOnce(negativesSteps(counts, exponent));
}

/** The same in steps. */
export function* negativesSteps(counts: readonly number[], exponent: number): Steps<Int32Array> {
  // A small vocabulary needs no large table to keep its proportions.
  const entries = Math.min(mostEntries, Math.max(1 << 16, counts.length * 64));
  const weights = new Float64Array(counts.length);
  let total = 0;
  for (let w = 0; w < weights.length; w++) {
    weights[w] = counts[w] ** exponent;
    total += weights[w];
    if (w % wordsOfStep === 0) yield;
  }
  const table = new Int32Array(entries);
  let [at, sum] = [0, 0];
  for (let w = 0; w < weights.length; w++) {
    sum += weights[w];
    const end = w + 1 === weights.length ? entries : Math.round((sum / total) * entries);
    table.fill(w, at, end);
    at = end;
    if (w % wordsOfStep === 0) yield;
  }
  return table;
}

/**
 * The probability that an occurrence of a word is kept: √(t/f) + t/f, at most 1, for the share f of the word among all tokens
 * and the threshold t; a threshold of 1 and more is a count, as gensim has it.
 */
export function keepProbabilities(counts: readonly number[], tokens: number, sample: number): Float32Array {
  const threshold = sample < 1 ? sample * tokens : sample;
  const keep = new Float32Array(counts.length);
  for (let w = 0; w < keep.length; w++) {
    keep[w] = Math.min(1, Math.sqrt(threshold / counts[w]) + threshold / counts[w]);
  }
  return keep;
}
