/** Counting of words in texts that come in pieces: native/binding/text.cc. A counter is a number from Open to Close. */
export interface NativeText {
  wordCounterOpen(mostWords: number): number;
  wordCounterClose(counter: number): void;
  /** The bytes of a piece that were used; -1 for a word that is too long. */
  wordCounterAdd(counter: number, length: number, place: number, last: boolean, bytes: Uint8Array): number;
  /** 1 where there are so many words that they are to be pruned before more is added, else 0. */
  wordCounterIsFull(counter: number): number;
  /** Drops the rarest words, beside the event loop; until then the counter takes no other call. */
  wordCounterPrune(counter: number): Promise<void>;
  /** Brings together what was counted, beside the event loop; until then the counter takes no other call. */
  wordCounterFinish(counter: number, minCount: number): Promise<void>;
  /**
   * Writes nine numbers: words that occurred `minCount` times, their bytes, all words, lines, tokens, pruned words, the most of
   * their counts, the first place of what is not UTF-8, the highest count.
   */
  wordCounterTotals(counter: number, out: Float64Array): void;
  /**
   * Writes `count` words from `begin` on, a newline after each, and, at their places, how often they occurred and where first. The
   * bytes that were written; where they had no room, nothing was, and the bytes that are needed come with a minus.
   */
  wordCounterWords(
    counter: number,
    begin: number,
    count: number,
    bytes: Uint8Array,
    counts: Float64Array,
    firsts: Float64Array,
  ): number;
  /** Beside the event loop, too. */
  wordCounterNumber(counter: number, count: number, numbers: Int32Array): Promise<void>;
  /** How many numbers were written to `out` from `begin` on, -1 where they had no room; `used[0]` gets the bytes that were read. */
  wordCounterEncode(
    counter: number,
    length: number,
    last: boolean,
    byLine: boolean,
    longest: number,
    begin: number,
    bytes: Uint8Array,
    out: Int32Array,
    used: Float64Array,
  ): number;
}
