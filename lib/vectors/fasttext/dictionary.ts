import { TextEncoder } from 'node:util';
import { WordNumbers } from '../../text/corpus/word_numbers.js';
import { forNgrams, hashOf, type SubwordRange } from './subwords.js';

/** The token that ends a line; it has no n-grams. */
export const endOfLine = '</s>';

/** The row of a bucket: a list of all, or of those that there are; null where bucket b has row `words + b`. */
export type BucketRows = Int32Array | ReadonlyMap<number, number> | null;

export interface DictionaryParts {
  readonly words: readonly string[];
  readonly counts: readonly number[];
  readonly labels: readonly string[];
  readonly labelCounts: readonly number[];
  /** Tokens that were read to make it, rare ones too. */
  readonly tokens: number;
  readonly range: SubwordRange;
  /** Rows of the n-grams' buckets after those of the words. A bucket without a row counts for nothing. */
  readonly bucketRows: BucketRows;
  /** The bytes of words, and after them labels, that are no UTF-8, by their place. */
  readonly raw?: ReadonlyMap<number, Uint8Array>;
  /** Where each word is, the first of equal ones, where somebody has found that out. */
  readonly places?: WordNumbers;
}

const encoder = new TextEncoder();

/** Words, labels and n-grams, and the rows of the table of vectors that belong to them. */
export class FastTextDictionary {
  readonly words: readonly string[];
  readonly counts: readonly number[];
  readonly labels: readonly string[];
  readonly labelCounts: readonly number[];
  readonly tokens: number;
  readonly range: SubwordRange;
  readonly bucketRows: BucketRows;
  readonly raw: ReadonlyMap<number, Uint8Array>;
  readonly #indices: WordNumbers;
  readonly #labelIndices = new Map<string, number>();

  constructor(parts: DictionaryParts) {
    this.words = parts.words;
    this.counts = parts.counts;
    this.labels = parts.labels;
    this.labelCounts = parts.labelCounts;
    this.tokens = parts.tokens;
    this.range = parts.range;
    this.bucketRows = parts.bucketRows;
    this.raw = parts.raw ?? new Map();
    this.#indices = parts.places ?? new WordNumbers(parts.words.length);
    // The first of equal words counts.
    if (parts.places === undefined) {
      for (let k = parts.words.length - 1; k >= 0; k--) this.#indices.set(parts.words[k], k);
    }
    for (let k = parts.labels.length - 1; k >= 0; k--) this.#labelIndices.set(parts.labels[k], k);
  }

  /** Where each word is. */
  get places(): WordNumbers {
    return this.#indices;
  }

  indexOf(word: string): number | undefined {
    return this.#indices.get(word);
  }
  labelIndexOf(label: string): number | undefined {
    return this.#labelIndices.get(label);
  }

  /** The row of a bucket, or -1. */
  rowOf(bucket: number): number {
    const { bucketRows } = this;
    if (bucketRows === null) return this.words.length + bucket;
    return bucketRows instanceof Int32Array ? bucketRows[bucket] : (bucketRows.get(bucket) ?? -1);
  }

  /** The bytes of a word, or of a label where the place is beyond the words. */
  bytesOf(place: number): Uint8Array {
    const text = place < this.words.length ? this.words[place] : this.labels[place - this.words.length];
    return this.raw.get(place) ?? encoder.encode(text);
  }

  /** The rows of a word of the dictionary: its own, then those of its n-grams. */
  rowsOfWord(index: number): number[] {
    const rows = [index];
    if (this.words[index] !== endOfLine) this.#pushNgrams(this.bytesOf(index), rows);
    return rows;
  }

  /** The rows of a token, known or not. One that is not has those of its n-grams only. */
  rowsOf(token: string): number[] {
    const index = this.indexOf(token);
    if (index !== undefined) return this.rowsOfWord(index);
    const rows: number[] = [];
    if (token !== endOfLine && token !== '') this.#pushNgrams(encoder.encode(token), rows);
    return rows;
  }

  /** The hash of a token, from which those of n-grams of words are made. */
  hashOf(token: string): number {
    const index = this.raw.size > 0 ? this.indexOf(token) : undefined;
    return hashOf(index === undefined ? encoder.encode(token) : this.bytesOf(index));
  }

  #pushNgrams(bytes: Uint8Array, rows: number[]): void {
    forNgrams(bytes, this.range, (bucket) => {
      const row = this.rowOf(bucket);
      if (row >= 0) rows.push(row);
    });
  }
}
