/** Native counting of words, and their numbers. */
import { native } from '../addon/native.js';

/** Bytes of the longest word that is counted. */
export const longestWord = 1 << 16;

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
  #bytes = new Uint8Array(1 << 16);

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

  /** Drops the rarest words where there are too many, beside the event loop. */
  async makeRoom(): Promise<void> {
    if (native.wordCounterIsFull(this.#counter) === 1) await native.wordCounterPrune(this.#counter);
  }

  /** Brings together what the threads have counted; then there are words. */
  async finish(minCount: number): Promise<CountTotals> {
    await native.wordCounterFinish(this.#counter, minCount);
    const out = new Float64Array(9);
    native.wordCounterTotals(this.#counter, out);
    const [words, byteLength, distinct, lines, tokens, pruned, prunedCount, firstInvalid, highest] = out;
    return { words, byteLength, distinct, lines, tokens, pruned, prunedCount, firstInvalid, highest };
  }

  /**
   * Words from `begin` on, in UTF-8, a newline after each: they hold until the next are asked for. How often they occurred, and the byte
   * of the corpus where each first appeared, go to the same places of the other arrays.
   */
  words(begin: number, count: number, counts: Float64Array, firsts: Float64Array): Uint8Array {
    for (;;) {
      const written = native.wordCounterWords(this.#counter, begin, count, this.#bytes, counts, firsts);
      if (written >= 0) return this.#bytes.subarray(0, written);
      this.#bytes = new Uint8Array(-written);
    }
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
