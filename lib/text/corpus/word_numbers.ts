import type { Turns } from './turns.js';

/** Words of a Map that are few enough for it to grow in a few milliseconds, in which the event loop has no turn. */
const wordsOfMap = 1 << 16;
const mostMaps = 1 << 12;
/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** A number for each of many words: a Map of them all would stop everything for a tenth of a second and more whenever it grows. */
export class WordNumbers {
  readonly #maps: Map<string, number>[];
  readonly #mask: number;

  /** @param expected about how many words there will be */
  constructor(expected: number) {
    let maps = 1;
    while (maps * wordsOfMap < expected && maps < mostMaps) maps *= 2;
    this.#maps = Array.from({ length: maps }, () => new Map());
    this.#mask = maps - 1;
  }

  get(word: string): number | undefined {
    return this.#mapOf(word).get(word);
  }

  has(word: string): boolean {
    return this.#mapOf(word).has(word);
  }

  set(word: string, value: number): void {
    this.#mapOf(word).set(word, value);
  }

  /** By a few of the word's letters, which is enough to part words evenly. */
  #mapOf(word: string): Map<string, number> {
    if (this.#mask === 0) return this.#maps[0];
    const { length } = word;
    if (length === 0) return this.#maps[0];
    let hash = Math.imul(word.charCodeAt(length - 1), 31) + word.charCodeAt(length >> 1);
    hash = Math.imul(hash, 31) + word.charCodeAt(0);
    hash = Math.imul(hash ^ length, 0x2c1b3c6d);
    return this.#maps[(hash ^ (hash >>> 15)) & this.#mask];
  }
}

/** Where each word is in a list; the first of equal ones counts. */
export async function placesOfWords(words: readonly string[], turns: Turns): Promise<WordNumbers> {
  const places = new WordNumbers(words.length);
  for (let k = 0; k < words.length; k++) {
    if (!places.has(words[k])) places.set(words[k], k);
    if (k % wordsOfStep === 0) await turns.next();
  }
  return places;
}
