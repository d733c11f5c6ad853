import { TextDecoder } from 'node:util';
import { FileFormatError } from '../errors.js';
import { atOnce, type Steps, type Turns } from '../text/corpus/turns.js';

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
    return atOnce(this.#steps());
  }

  /** The same, while the event loop has its turns. */
  async inTurns(turns: Turns): Promise<string[]> {
    const steps = this.#steps();
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      await turns.next();
    }
  }

  *#steps(): Steps<string[]> {
    const bytes = this.bytes();
    const words: string[] = [];
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for (let begin = 0; begin < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, Math.min(begin + bytesOfStep, bytes.length));
      const end = newline < 0 ? bytes.length : newline;
      let text: string;
      try {
        text = decoder.decode(bytes.subarray(begin, end));
      } catch {
        throw new FileFormatError(`${this.name}: its words are not valid UTF-8`);
      }
      for (const word of text.split('\n')) words.push(word.endsWith('\r') ? word.slice(0, -1) : word);
      // What ends with a newline has no word behind it.
      if (newline < 0 && text.endsWith('\n')) words.pop();
      begin = end + 1;
      yield;
    }
    if (words.length !== this.count) {
      throw new FileFormatError(`${this.name}: expected ${this.count} words, one for each row, got ${words.length}`);
    }
    return words;
  }
}

/** Bytes that are decoded before the event loop may have its turn. */
const bytesOfStep = 1 << 15;

/** The bytes of words, a newline after each. */
export function bytesOfWords(words: readonly string[]): Uint8Array {
  return Buffer.from(words.length === 0 ? '' : `${words.join('\n')}\n`, 'utf8');
}
