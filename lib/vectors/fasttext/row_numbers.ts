import { TextEncoder } from 'node:util';
import { int32List } from '../growing_list.js';
import type { Turns } from '../trainers/turns.js';
import { endOfLine } from './dictionary.js';
import { forNgrams, type SubwordRange } from './subwords.js';

const encoder = new TextEncoder();

/**
 * Numbers of rows for the n-grams that there are, in the order in which they come: a table of those alone is a fraction of
 * one that has a row for every bucket, and the rows of frequent words lie together.
 */
export class RowNumbers {
  readonly #rowOfBucket: Int32Array;
  readonly #list = int32List();
  #rows: number;

  /** @param words rows that are taken before those of n-grams */
  constructor(words: number, bucket: number) {
    this.#rowOfBucket = new Int32Array(bucket).fill(-1);
    this.#rows = words;
  }

  /** Rows that have a number. */
  get rows(): number {
    return this.#rows;
  }
  /** Entries of the list so far. */
  get length(): number {
    return this.#list.length;
  }

  push(row: number): void {
    this.#list.push(row);
  }

  startWord(row: number): void {
    this.push(row);
  }

  addNgrams(word: string, range: SubwordRange): void {
    if (word === endOfLine) return;
    forNgrams(encoder.encode(word), range, (bucket) => this.push(this.rowFor(bucket)));
  }

  /** The list of all that was pushed, which is empty then. */
  list(turns: Turns): Promise<Int32Array> {
    return this.#list.finish(turns);
  }

  /** The row of each bucket; `other` for those that nothing came for. */
  bucketRows(other: number): Int32Array {
    return this.#rowOfBucket.map((row) => (row < 0 ? other : row));
  }

  /** The row of a bucket, which gets one if it has none. */
  rowFor(bucket: number): number {
    if (this.#rowOfBucket[bucket] < 0) this.#rowOfBucket[bucket] = this.#rows++;
    return this.#rowOfBucket[bucket];
  }
}
