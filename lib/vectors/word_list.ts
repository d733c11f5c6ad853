import { TextDecoder } from 'node:util';
import { FileFormatError } from '../errors.js';
import type { Turns } from '../text/corpus/turns.js';

/** Words that are read when they are asked for. */
export interface LazyWords {
  words(): string[];
}

/** The rows of words. */
export interface KeyPlaces {
  get(key: string): number | undefined;
  has(key: string): boolean;
}

/** Words that are known to differ, and perhaps where each is: a list of them needs no look any more. */
export class DistinctWords {
  constructor(
    readonly words: readonly string[] | LazyWords,
    readonly places: KeyPlaces | null = null,
  ) {}
}

/** The places of words in a list, in turns; the first of equal ones counts. */
export async function placesInTurns(words: readonly string[], turns: Turns): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  for (let k = 0; k < words.length; k++) {
    if (!places.has(words[k])) places.set(words[k], k);
    if (k % wordsOfStep === 0) await turns.next();
  }
  return places;
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** Words in UTF-8, a newline after each, that are turned into strings when they are asked for. */
export class WordBytes implements LazyWords {
  /** @param name what errors start with */
  constructor(
    private readonly name: string,
    private readonly bytes: () => Uint8Array,
    private readonly count: number,
  ) {}

  /** @throws FileFormatError where they are not as many as there are rows, or no UTF-8 */
  words(): string[] {
    const bytes = this.bytes();
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new FileFormatError(`${this.name}: its words are not valid UTF-8`);
    }
    const words = text.split('\n');
    if (words[words.length - 1] === '') words.pop();
    if (words.length !== this.count) {
      throw new FileFormatError(`${this.name}: expected ${this.count} words, one for each row, got ${words.length}`);
    }
    for (const [k, word] of words.entries()) if (word.endsWith('\r')) words[k] = word.slice(0, -1);
    return words;
  }
}

/** The bytes of words, a newline after each. */
export function bytesOfWords(words: readonly string[]): Uint8Array {
  return Buffer.from(words.length === 0 ? '' : `${words.join('\n')}\n`, 'utf8');
}
