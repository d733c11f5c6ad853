/** Native counting of words, and their numbers. */
import { native } from '../addon/native.js';

/** Bytes of the longest word that is counted. */
export const longestWord = 1 << 16;

/** What was counted. */
export interface CountedWords {
  /** The most frequent first, equals by first appearance; in UTF-8, a newline after each. */
  readonly bytes: Uint8Array;
  readonly counts: Float64Array;
  /** The byte of the corpus where each first appeared. */
  readonly firsts: Float64Array;
}

export interface CountTotals {
  /** Words that occurred often enough, and their bytes. */
  readonly words: number;
  readonly byteLength: number;
  /** All words. */
  readonly distinct: number;
  readonly lines: number;
  readonly tokens: number;
  /** Words that were dropped to keep to the limit, and the most that one of them had been counted. */
  readonly pruned: number;
  readonly prunedCount: number;
  /** Where the first word lies that is not UTF-8; -1 where all are. */
  readonly firstInvalid: number;
  /** How often the most frequent word occurred. */
  readonly highest: number;
}

/** A counter in native memory, until it is closed. */
export class WordCounter {
  readonly #counter: number;
  readonly #used = new Float64Array(1);

  constructor(mostWords: number) {
    this.#counter = native.wordCounterOpen(mostWords);
  }

  close(): void {
    native.wordCounterClose(this.#counter);
  }

  /** Counts the words of a piece; the bytes that were used, or -1 for a word that is too long. */
  add(bytes: Uint8Array, place: number, last: boolean): number {
    return native.wordCounterAdd(this.#counter, bytes.length, place, last, bytes);
  }

  /** Brings together what the threads have counted; then there are words. */
  async finish(minCount: number): Promise<CountTotals> {
    await native.wordCounterFinish(this.#counter);
    const out = new Float64Array(9);
    native.wordCounterTotals(this.#counter, minCount, out);
    const [words, byteLength, distinct, lines, tokens, pruned, prunedCount, firstInvalid, highest] = out;
    return { words, byteLength, distinct, lines, tokens, pruned, prunedCount, firstInvalid, highest };
  }

  /** The words that occurred often enough. */
  words({ words, byteLength }: CountTotals): CountedWords {
    const [counts, firsts] = [new Float64Array(words), new Float64Array(words)];
    const bytes = new Uint8Array(byteLength + words);
    native.wordCounterWords(this.#counter, words, bytes, counts, firsts);
    return { bytes, counts, firsts };
  }

  /** Gives the words their numbers; those of -1 are left out from now on, as those that were too rare. */
  async number(numbers: Int32Array): Promise<void> {
    await native.wordCounterNumber(this.#counter, numbers.length, numbers);
  }

  /** Writes a piece's numbers to `out` from `begin` on; how many, or -1 where they have no room. */
  encode(
    bytes: Uint8Array,
    last: boolean,
    how: { readonly byLine: boolean; readonly longest: number },
    out: Int32Array,
    begin: number,
  ): { used: number; written: number } {
    const written = native.wordCounterEncode(
      this.#counter,
      bytes.length,
      last,
      how.byLine,
      how.longest,
      begin,
      bytes,
      out,
      this.#used,
    );
    return { used: this.#used[0], written };
  }
}
