/** Entries of the table that negatives are drawn from: 16 MB, of which the frequent part stays in a cache. */
const mostEntries = 1 << 22;

/** Words as often as count^exponent says: what an entry drawn at random is. */
export function negativesTable(counts: readonly number[], exponent: number): Int32Array {
  // A small vocabulary needs no large table to keep its proportions.
  const entries = Math.min(mostEntries, Math.max(1 << 16, counts.length * 64));
  const weights = counts.map((count) => count ** exponent);
  const total = weights.reduce((a, b) => a + b, 0);
  const table = new Int32Array(entries);
  let [at, sum] = [0, 0];
  for (let w = 0; w < weights.length; w++) {
    sum += weights[w];
    const end = w + 1 === weights.length ? entries : Math.round((sum / total) * entries);
    table.fill(w, at, end);
    at = end;
  }
  return table;
}

/**
 * The probability that an occurrence of a word is kept: √(t/f) + t/f, at most 1, for the share f of the word among all tokens
 * and the threshold t; a threshold of 1 and more is a count, as gensim has it.
 */
export function keepProbabilities(counts: readonly number[], tokens: number, sample: number): Float32Array {
  const threshold = sample < 1 ? sample * tokens : sample;
  return Float32Array.from(counts, (count) => Math.min(1, Math.sqrt(threshold / count) + threshold / count));
}
