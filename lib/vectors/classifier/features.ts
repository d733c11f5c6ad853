import { TextEncoder } from 'node:util';
import type { FastTextDictionary } from '../fasttext/dictionary.js';
import { endOfLine } from '../fasttext/dictionary.js';
import type { RowNumbers } from '../fasttext/row_numbers.js';
import { forNgrams, forWordNgrams, hashOf } from '../fasttext/subwords.js';
import { float32List, int32List } from '../growing_list.js';
import type { Turns } from '../trainers/turns.js';

const encoder = new TextEncoder();

/** The rows that stand for a token, and its hash, of which those of n-grams of words are made. */
interface TokenRows {
  readonly rows: readonly number[];
  readonly hash: number;
}

/** Texts as lists of rows of the table of features. */
export class FeatureRows {
  readonly #known = new Map<string, TokenRows>();
  readonly #hashes: number[] = [];

  /** @param numbers gives new n-grams a row; without it only those of the dictionary have one */
  constructor(
    private readonly dictionary: FastTextDictionary,
    private readonly wordNgrams: number,
    private readonly numbers: RowNumbers | null = null,
  ) {}

  /** Calls `each` with every row of a text, as often as it is there. */
  forRows(tokens: readonly string[], each: (row: number) => void): void {
    const hashes = this.#hashes;
    hashes.length = 0;
    for (const token of tokens) {
      const { rows, hash } = this.#rowsOf(token);
      for (const row of rows) each(row);
      hashes.push(hash);
    }
    const { bucket } = this.dictionary.range;
    if (this.wordNgrams < 2 || bucket === 0) return;
    forWordNgrams(hashes, this.wordNgrams, bucket, (b) => {
      const row = this.#rowOf(b);
      if (row >= 0) each(row);
    });
  }

  list(tokens: readonly string[]): number[] {
    const rows: number[] = [];
    this.forRows(tokens, (row) => rows.push(row));
    return rows;
  }

  #rowOf(bucket: number): number {
    return this.numbers === null ? this.dictionary.rowOf(bucket) : this.numbers.rowFor(bucket);
  }

  #rowsOf(token: string): TokenRows {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const { dictionary } = this;
    const index = dictionary.indexOf(token);
    const bytes = index === undefined ? encoder.encode(token) : dictionary.bytesOf(index);
    const rows: number[] = index === undefined ? [] : [index];
    if (token !== endOfLine) {
      forNgrams(bytes, dictionary.range, (bucket) => {
        const row = this.#rowOf(bucket);
        if (row >= 0) rows.push(row);
      });
    }
    const made = { rows, hash: hashOf(bytes) };
    // Texts of others may bring any number of words.
    if (this.#known.size < 1 << 20) this.#known.set(token, made);
    return made;
  }
}

/** Examples as the trainer takes them: rows and labels laid end to end. */
export interface EncodedExamples {
  readonly count: number;
  readonly begin: Int32Array;
  readonly rows: Int32Array;
  /** The share of a row among those of its example: one that is there twice counts twice. */
  readonly weights: Float32Array;
  readonly labelBegin: Int32Array;
  readonly labels: Int32Array;
  /** Tokens of all examples. */
  readonly tokens: number;
}

/** Collects examples; a row that is there several times is kept once, with its weight. */
export class ExampleCollector {
  readonly #begin = int32List();
  readonly #rows = int32List();
  readonly #weights = float32List();
  readonly #labelBegin = int32List();
  readonly #labels = int32List();
  #place = new Map<number, number>();
  #tokens = 0;

  constructor(private readonly features: FeatureRows) {
    this.#begin.push(0);
    this.#labelBegin.push(0);
  }

  add(tokens: readonly string[], labels: readonly number[]): void {
    const place = this.#place;
    place.clear();
    const begin = this.#rows.length;
    let count = 0;
    this.features.forRows(tokens, (row) => {
      count++;
      const at = place.get(row);
      if (at !== undefined) {
        this.#weights.set(at, this.#weights.get(at) + 1);
        return;
      }
      place.set(row, this.#rows.length);
      this.#rows.push(row);
      this.#weights.push(1);
    });
    const share = 1 / Math.max(count, 1);
    for (let k = begin; k < this.#weights.length; k++) this.#weights.set(k, this.#weights.get(k) * share);
    this.#begin.push(this.#rows.length);
    for (const label of labels) this.#labels.push(label);
    this.#labelBegin.push(this.#labels.length);
    this.#tokens += tokens.length;
  }

  async finish(turns: Turns): Promise<EncodedExamples> {
    return {
      count: this.#begin.length - 1,
      begin: await this.#begin.finish(turns),
      rows: await this.#rows.finish(turns),
      weights: await this.#weights.finish(turns),
      labelBegin: await this.#labelBegin.finish(turns),
      labels: await this.#labels.finish(turns),
      tokens: this.#tokens,
    };
  }
}
