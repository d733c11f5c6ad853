import { readFileSync, statSync } from 'node:fs';
import { CorpusError } from '../errors.js';
import { tokenizeWords } from '../text/tokenize.js';
import { guessUtf16 } from './text_encoding.js';

/** More than this does not fit one JavaScript string. */
const largestText = 2 ** 29 - 32;

/**
 * Reads a text file: UTF-8, or UTF-16 with its byte order mark or without.
 * @throws CorpusError saying what is wrong with the file
 */
export function readTextFile(path: string): string {
  const text = decode(path, readBytes(path));
  if (text.trim() === '') throw new CorpusError(`${path} holds nothing but white space`);
  return text;
}

function decode(path: string, bytes: Buffer): string {
  if (bytes.length === 0) throw new CorpusError(`${path} is empty`);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {}
  const wide = guessUtf16(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  if (bytes.includes(0)) throw new CorpusError(`${path} is a binary file, not a text (it holds a zero byte)`);
  throw new CorpusError(
    `${path} is not UTF-8 text; if it is Latin-1, convert it: iconv -f latin1 -t utf-8 ${path} > converted.txt`,
  );
}

/** A sentence, and how much of the text lies before its end. */
export interface PlacedSentence {
  words: string[];
  end: number;
}

/**
 * The sentences of a text, each a list of words and marks. Sentences end where Unicode's rules say
 * (https://unicode.org/reports/tr29) and where paragraphs do: at empty lines, or, in a text without empty lines, at the
 * end of each line.
 */
export function splitSentences(text: string): string[][] {
  return Array.from(placedSentences(text), ({ words }) => words);
}

/** {@link splitSentences} one by one, so that a long text is never there as lists of words as a whole. */
export function* placedSentences(text: string): Generator<PlacedSentence> {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const trimmed = text.trim();
  const breaks = /\r?\n[^\S\n]*\r?\n/.test(trimmed) ? /\r?\n[^\S\n]*\r?\n/g : /\r?\n/g;
  let start = 0;
  while (start < trimmed.length) {
    const found = breaks.exec(trimmed);
    const end = found === null ? trimmed.length : found.index + found[0].length;
    const line = trimmed.slice(start, found?.index).replace(/\s+/g, ' ').trim();
    start = end;
    for (const { segment } of segmenter.segment(line)) {
      const words = tokenizeWords(segment);
      if (words.length > 0) yield { words, end };
    }
  }
}

function readBytes(path: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > largestText) {
      throw new CorpusError(`${path} has ${size} bytes; texts of up to ${largestText} bytes can be read`);
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof CorpusError) throw cause;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'permission denied',
    };
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CorpusError(`can't read ${path}: ${reasons[code ?? ''] ?? message}`, { cause });
  }
}
