import { TextDecoder } from 'node:util';
import { FileFormatError } from '../../errors.js';

/** What to do about a word that is not UTF-8: `'strict'` refuses it, `'replace'` puts U+FFFD for what is wrong. */
export type EncodingErrors = 'strict' | 'replace';

/** Turns the bytes of words into strings; `where` says in errors which one. */
export class WordDecoder {
  readonly #decoder: TextDecoder;

  constructor(encodingErrors: EncodingErrors) {
    this.#decoder = new TextDecoder('utf-8', { fatal: encodingErrors === 'strict', ignoreBOM: true });
  }

  decode(bytes: Uint8Array, where: () => string): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new FileFormatError(
        `${where()}: the word is not valid UTF-8; encodingErrors: 'replace' reads it with U+FFFD in place of what is wrong`,
      );
    }
  }
}
