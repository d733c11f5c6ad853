import { endToken, unknownToken } from './corpus.js';

const noSpaceBefore = new Set(['.', ',', ';', ':', '?', '!', ')', ']', '}', '”', '’', '%']);
const noSpaceAfter = new Set(['(', '[', '{', '“', '‘', '$']);

/** The quotation marks of the Brown corpus, as they are printed. */
const printed: Readonly<Record<string, string>> = { '``': '“', "''": '”', [unknownToken]: '…' };

/** Words and marks as a reader expects them: spaces where they belong, sentences begun in upper case. */
export function detokenize(tokens: Iterable<string>): string {
  return Array.from(detokenizedPieces(tokens)).join('');
}

/** {@link detokenize} piece by piece, as the tokens come. */
export function* detokenizedPieces(tokens: Iterable<string>): Generator<string> {
  let space = '';
  let sentenceStarts = true;
  for (const token of tokens) {
    if (token === endToken) {
      sentenceStarts = true;
      continue;
    }
    let word = printed[token] ?? token;
    if (/\p{L}/u.test(word)) {
      if (sentenceStarts) word = word[0].toUpperCase() + word.slice(1);
      sentenceStarts = false;
    }
    yield noSpaceBefore.has(word) ? word : space + word;
    space = noSpaceAfter.has(word) ? '' : ' ';
  }
}
