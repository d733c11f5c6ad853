import { TextDecoder } from 'node:util';
import { FileFormatError } from '../errors.js';

/** Words that are read when they are asked for. */
export interface LazyWords {
  words(): string[];
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
