/** Counting of co-occurrences: the native calls, and the layout of their records. */
import {
  type CooccurrencesCountCall,
  callCooccurrencesCollect,
  callCooccurrencesCollectDense,
  callCooccurrencesCount,
  callCooccurrencesInsert,
  callCooccurrencesPartition,
  callCooccurrencesShuffle,
  resultsOfCooccurrencesCollect,
  resultsOfCooccurrencesCollectDense,
  resultsOfCooccurrencesCount,
  resultsOfCooccurrencesInsert,
} from './planned/cooccurrences.js';

/** A record is two word numbers, from 1 on, and a float64, as GloVe's programs write it; an Int32Array holds four numbers of it. */
export const numbersOfRecord = 4;
export const bytesOfRecord = 16;

/** A hash table of records: `places.length / 4`, a power of two, of which three quarters may be taken. */
export interface PairTable {
  places: Int32Array;
  used: number;
}

export function emptyTable(capacity: number): PairTable {
  return { places: new Int32Array(capacity * numbersOfRecord), used: 0 };
}

export function capacityOf(table: PairTable): number {
  return table.places.length / numbersOfRecord;
}

/** Sums of pairs of frequent words: row i has the pairs (i, 0 … denseBegin[i + 1] - denseBegin[i]). */
export interface DensePairs {
  readonly sums: Float64Array;
  readonly begin: Int32Array;
}

export type CountSettings = Pick<CooccurrencesCountCall, 'words' | 'window' | 'symmetric' | 'weighted'>;

/** Counts pairs whose right words are tokens[begin … end) until the table is full; returns where it stopped. */
export function countPairs(
  table: PairTable,
  dense: DensePairs,
  tokens: Int32Array,
  begin: number,
  end: number,
  settings: CountSettings,
): number {
  callCooccurrencesCount({
    ...settings,
    denseCount: dense.sums.length,
    tokenCount: tokens.length,
    begin,
    end,
    capacity: capacityOf(table),
    used: table.used,
    dense: dense.sums,
    denseBegin: dense.begin,
    tokens,
    places: table.places,
  });
  table.used = resultsOfCooccurrencesCount.taken;
  return resultsOfCooccurrencesCount.reached;
}

/** Adds records[begin … end) until the table is full; returns where it stopped. */
export function insertPairs(table: PairTable, records: Int32Array, begin: number, end: number): number {
  callCooccurrencesInsert({
    capacity: capacityOf(table),
    used: table.used,
    begin,
    end,
    places: table.places,
    records,
  });
  table.used = resultsOfCooccurrencesInsert.taken;
  return resultsOfCooccurrencesInsert.reached;
}

/** Where reading came to, and how many records were written. */
export interface Collected {
  readonly reached: number;
  readonly written: number;
}

/** Writes the pairs at the places [begin … end) to out[at …] as far as there is room; with `mirror`, each the other way round, too. */
export function collectPairs(
  out: Int32Array,
  at: number,
  table: PairTable,
  begin: number,
  end: number,
  mirror: boolean,
): Collected {
  callCooccurrencesCollect({
    begin,
    end,
    at,
    most: out.length / numbersOfRecord,
    mirror,
    out,
    places: table.places,
  });
  const { reached, written } = resultsOfCooccurrencesCollect;
  return { reached, written };
}

/** The same from rows of the dense table. */
export function collectDensePairs(
  out: Int32Array,
  at: number,
  dense: DensePairs,
  begin: number,
  end: number,
  mirror: boolean,
): Collected {
  callCooccurrencesCollectDense({
    words: dense.begin.length - 1,
    denseCount: dense.sums.length,
    begin,
    end,
    at,
    most: out.length / numbersOfRecord,
    mirror,
    out,
    dense: dense.sums,
    denseBegin: dense.begin,
  });
  const { reached, written } = resultsOfCooccurrencesCollectDense;
  return { reached, written };
}

/** Sorts the first `count` records into as many groups as `counts` is long; the group depends on the pair alone. */
export function partitionPairs(out: Int32Array, counts: Int32Array, records: Int32Array, count: number): void {
  callCooccurrencesPartition({ count, parts: counts.length, out, counts, records });
}

/** Goes on with a random order of records[0 … end): those before `begin` are in one. */
export function shufflePairs(records: Int32Array, begin: number, end: number, seed: number): void {
  callCooccurrencesShuffle({ begin, end, seed, records });
}
