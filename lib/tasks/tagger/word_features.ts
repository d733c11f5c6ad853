import { Vocabulary } from '../../text/vocabulary.js';

/** Endings and beginnings of a word that count, in characters. */
const longestSuffix = 4;
const longestPrefix = 3;

/**
 * What is known of a word besides its being that word: its form without case, its ends, how it is written. A word's vector
 * is the sum of its features' vectors, so that words that were never seen have one too.
 */
function featuresOf(word: string): string[] {
  const lower = word.toLowerCase();
  const letters = Array.from(lower);
  const features = [`w ${lower}`, `x ${shapeOf(word)}`];
  for (let n = 1; n <= longestSuffix && n <= letters.length; n++) features.push(`s ${letters.slice(-n).join('')}`);
  for (let n = 1; n <= longestPrefix && n <= letters.length; n++) features.push(`p ${letters.slice(0, n).join('')}`);
  return features;
}

/** `McCoy-7` → `AaAa-0`: upper and lower case letters, digits and marks, each run once. */
function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}/gu, 'A')
    .replace(/[\p{Ll}\p{Lo}]/gu, 'a')
    .replace(/\p{N}/gu, '0')
    .replace(/(.)\1+/gu, '$1')
    .slice(0, 12);
}

/** Numbers of the features of words. */
export class WordFeatures {
  readonly vocabulary: Vocabulary;
  /** Words by their numbers, whose features lie one after the other: a list for each would have the garbage collector look at all of them. */
  readonly #known = new Map<string, number>();
  #ends = new Int32Array(1 << 10);
  #ids = new Int32Array(1 << 13);
  readonly #isWord: Uint8Array;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.#isWord = Uint8Array.from(vocabulary.tokens(), (token) => (token.startsWith('w ') ? 1 : 0));
  }

  static build(words: Iterable<string>, options: { minFrequency: number; maxSize: number }): WordFeatures {
    const occurrences = new Map<string, number>();
    for (const word of words) occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
    const counts = new Map<string, number>();
    for (const [word, count] of occurrences) {
      for (const feature of featuresOf(word)) counts.set(feature, (counts.get(feature) ?? 0) + count);
    }
    const { minFrequency, maxSize } = options;
    return new WordFeatures(Vocabulary.fromCounts(counts, { minFrequency, maxSize }));
  }

  get size(): number {
    return this.vocabulary.size;
  }

  /** The number of a word, from which its features are found; none are of a word that is like no other. */
  numberOf(word: string): number {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const number = this.#known.size;
    let end = this.beginOf(number);
    for (const feature of featuresOf(word)) {
      if (!this.vocabulary.has(feature)) continue;
      if (end === this.#ids.length) this.#ids = doubled(this.#ids);
      this.#ids[end++] = this.vocabulary.lookupIndex(feature);
    }
    if (number === this.#ends.length) this.#ends = doubled(this.#ends);
    this.#ends[number] = end;
    this.#known.set(word, number);
    return number;
  }

  /** The features of all words so far; those of one lie from `beginOf` to `endOf` its number. */
  get ids(): Int32Array {
    return this.#ids;
  }

  beginOf(number: number): number {
    return number === 0 ? 0 : this.#ends[number - 1];
  }

  endOf(number: number): number {
    return this.#ends[number];
  }

  /** Whether a feature is a whole word. */
  isWord(id: number): boolean {
    return this.#isWord[id] === 1;
  }
}

function doubled(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * list.length);
  longer.set(list);
  return longer;
}
