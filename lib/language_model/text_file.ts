import { readFileSync, statSync } from 'node:fs';
import { CorpusError } from '../errors.js';
import { tokenizeWords } from '../text/tokenize.js';

/** More than this does not fit one JavaScript string. */
const largestText = 2 ** 29 - 32;

/**
 * Reads a text file: UTF-8, or UTF-16 that begins with its byte order mark.
 * @throws CorpusError saying what is wrong with the file
 */
export function readTextFile(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length === 0) throw new CorpusError(`${path} is empty`);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) throw new CorpusError(`${path} is a binary file, not a text (it holds a zero byte)`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CorpusError(
      `${path} is not UTF-8 text; if it is Latin-1, convert it: iconv -f latin1 -t utf-8 ${path} > converted.txt`,
    );
  }
  if (text.trim() === '') throw new CorpusError(`${path} holds nothing but white space`);
  return text;
}

/**
 * The sentences of a text, each a list of words and marks. Sentences end where Unicode's rules say
 * (https://unicode.org/reports/tr29) and where paragraphs do: at empty lines, or, in a text without empty lines, at the
 * end of each line.
 */
export function splitSentences(text: string): string[][] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const emptyLines = /\r?\n[^\S\n]*\r?\n/;
  const trimmed = text.trim();
  const sentences: string[][] = [];
  for (const paragraph of trimmed.split(emptyLines.test(trimmed) ? emptyLines : /\r?\n/)) {
    const line = paragraph.replace(/\s+/g, ' ').trim();
    if (line === '') continue;
    for (const { segment } of segmenter.segment(line)) {
      const words = tokenizeWords(segment);
      if (words.length > 0) sentences.push(words);
    }
  }
  return sentences;
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
