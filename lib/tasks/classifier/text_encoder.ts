import { tokenizeWords } from '../../text/tokenize.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { learnPieces, piecesOf } from './pieces.js';
import type { ClassifierSettings } from './settings.js';

export type EncoderSettings = Pick<
  ClassifierSettings,
  'model' | 'level' | 'lowercase' | 'maxLength' | 'minFrequency' | 'maxVocabulary'
>;

/** The first ids of every vocabulary. */
const padToken = '<pad>';
const unknownToken = '<unk>';

/** Words are rarely longer: what lies far behind the last word that counts need not be parted into words. */
const charactersPerWord = 16;

/** Words of a text that are read where nothing is said. */
export function longestText({ model, level, maxLength }: EncoderSettings): number {
  return maxLength ?? (model === 'bag' ? 2000 : 256) * partsOfWord[level];
}

/** How many there are of a word, about. */
const partsOfWord = { word: 1, subword: 2, character: 4 };

/** Entries of the vocabulary where nothing is said. */
const usualVocabulary = { word: 50_000, subword: 8000, character: 50_000 };

/** Turns texts into ids. */
export class TextEncoder {
  readonly vocabulary: Vocabulary;
  readonly #settings: EncoderSettings;
  readonly #pieces = new Map<string, readonly string[]>();

  constructor(vocabulary: Vocabulary, settings: EncoderSettings) {
    this.vocabulary = vocabulary;
    this.#settings = settings;
  }

  /** The encoder of training texts: words by the number of texts that they are in, pieces of words by all their occurrences. */
  static build(texts: readonly string[], settings: EncoderSettings): TextEncoder {
    const { level, minFrequency, maxVocabulary: maxSize = usualVocabulary[level] } = settings;
    const specials = { specials: [padToken, unknownToken], unknownToken };
    if (level === 'subword') {
      const words = new Map<string, number>();
      for (const text of texts) {
        for (const word of tokensOf(text, settings)) words.set(word, (words.get(word) ?? 0) + 1);
      }
      const pieces = learnPieces(words, maxSize - 2, minFrequency);
      return new TextEncoder(Vocabulary.fromCounts(pieces, { ...specials, maxSize }), settings);
    }
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const word of new Set(tokensOf(text, settings))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    counts.delete(padToken);
    counts.delete(unknownToken);
    return new TextEncoder(Vocabulary.fromCounts(counts, { ...specials, minFrequency, maxSize }), settings);
  }

  /** Ids of a text's words. Unknown ones are left out of a bag; a text without words is one unknown word elsewhere. */
  encode(text: string): Int32Array {
    const tokens = tokensOf(text, this.#settings);
    const ids = this.vocabulary.encode(this.#settings.level === 'subword' ? this.#piecesOf(tokens) : tokens);
    if (this.#settings.model === 'bag') return ids.filter((id) => id > 1);
    return ids.length === 0 ? Int32Array.of(1) : ids;
  }

  /** The pieces of words, up to the longest text. */
  #piecesOf(words: readonly string[]): string[] {
    const isPiece = (piece: string) => this.vocabulary.has(piece);
    const found: string[] = [];
    for (const word of words) {
      let pieces = this.#pieces.get(word);
      if (pieces === undefined) {
        pieces = piecesOf(word, isPiece) ?? [unknownToken];
        if (this.#pieces.size < mostKnown) this.#pieces.set(word, pieces);
      }
      found.push(...pieces);
    }
    return found.slice(0, longestText(this.#settings));
  }
}

/** Words whose pieces are kept. */
const mostKnown = 1 << 17;

function tokensOf(text: string, settings: EncoderSettings): string[] {
  const most = longestText(settings);
  const { level, lowercase } = settings;
  if (level === 'character') {
    const characters = Array.from(text.slice(0, 2 * most)).slice(0, most);
    return lowercase ? characters.map((character) => character.toLowerCase()) : characters;
  }
  return tokenizeWords(text.slice(0, charactersPerWord * most), { lowercase }).slice(0, most);
}
