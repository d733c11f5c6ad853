import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';

export interface TokenizeOptions {
  /** Lower-case the words (not the kept tokens); false unless set. */
  lowercase?: boolean;
  /** `'separate'` (the default): each mark is a token of its own; `'drop'`: marks are left out. */
  punctuation?: 'separate' | 'drop';
  /** Unicode normal form applied first, so that `é` is one word however it was typed; `'NFC'` unless set. */
  normalize?: 'NFC' | 'NFKC' | 'none';
  /** Texts that stay one token where they stand, such as `'<eos>'`. */
  keep?: readonly string[];
}

// A number with its separators (3.14, 1,000), one ideograph, a word with inner apostrophes, hyphens (don't, well-known)
// and the joiners that Persian and Indic spelling needs.
const NUMBER = String.raw`\p{N}+(?:[.,]\p{N}+)+`;
const IDEOGRAPH = String.raw`\p{Script=Han}`;
const LETTERS = String.raw`(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}_])+`;
const WORD = String.raw`${LETTERS}(?:['’‐‑\u200c\u200d-]${LETTERS})*`;
// Signs that belong together (👩‍🚀, 🇫🇷, …) stay together; any other character that isn't white space is one mark.
const PICTURE = String.raw`\p{Regional_Indicator}{2}|\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}]*(?:\u200d\p{Extended_Pictographic}[\p{M}\p{Emoji_Modifier}]*)*`;
const MARK = String.raw`${PICTURE}|\.{2,}|[^\s\p{Cc}\p{Cf}]`;

const WORDS_AND_MARKS = new RegExp(`(?<word>${NUMBER}|${IDEOGRAPH}|${WORD})|${MARK}`, 'gu');

/**
 * Splits a text into words, numbers and punctuation marks by Unicode's character classes: `"Don't stop, 3.5!"` gives
 * `["Don't", 'stop', ',', '3.5', '!']`.
 *
 * A word is letters, combining marks, digits and underscores, joined by inner apostrophes and hyphens. Chinese
 * ideographs are one token each; for other scripts written without spaces, `Intl.Segmenter` knows the words.
 *
 * @throws ArgumentError, ValueError or OptionError naming the option
 */
export function tokenizeWords(text: string, options?: TokenizeOptions): string[] {
  const op = 'tokenizeWords';
  if (typeof text !== 'string') throw new ArgumentError(`${op}: text must be a string, got ${describe(text)}`);
  const {
    lowercase = false,
    punctuation = 'separate',
    normalize = 'NFC',
    keep = [],
  } = checkOptions(op, options, ['lowercase', 'punctuation', 'normalize', 'keep']);
  if (punctuation !== 'separate' && punctuation !== 'drop') {
    throw new ValueError(`${op}: punctuation must be 'separate' or 'drop', got ${describe(punctuation)}`);
  }
  if (normalize !== 'NFC' && normalize !== 'NFKC' && normalize !== 'none') {
    throw new ValueError(`${op}: normalize must be 'NFC', 'NFKC' or 'none', got ${describe(normalize)}`);
  }
  const tokens: string[] = [];
  const addWords = (part: string) => {
    const normal = normalize === 'none' ? part : part.normalize(normalize);
    for (const match of (lowercase ? normal.toLowerCase() : normal).matchAll(WORDS_AND_MARKS)) {
      if (punctuation === 'separate' || match.groups?.word !== undefined) tokens.push(match[0]);
    }
  };
  const kept = keptPattern(op, keep);
  if (kept === null) {
    addWords(text);
    return tokens;
  }
  let start = 0;
  for (const match of text.matchAll(kept)) {
    addWords(text.slice(start, match.index));
    tokens.push(match[0]);
    start = match.index + match[0].length;
  }
  addWords(text.slice(start));
  return tokens;
}

/** Matches any of the kept texts, the longest where several start at the same place. */
function keptPattern(op: string, keep: readonly string[]): RegExp | null {
  if (!Array.isArray(keep)) throw new ArgumentError(`${op}: keep must be an array of strings, got ${describe(keep)}`);
  for (const [position, token] of keep.entries()) {
    if (typeof token !== 'string' || token === '') {
      throw new ArgumentError(
        `${op}: keep[${position}] must be a string of at least one character, got ${describe(token)}`,
      );
    }
  }
  if (keep.length === 0) return null;
  const longestFirst = [...keep].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
}
