import { tokenizeWords } from '../../text/tokenize.js';
import { Vocabulary } from '../../text/vocabulary.js';
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
  return maxLength ?? (model === 'bag' ? 2000 : 256) * (level === 'character' ? 4 : 1);
}

/** Turns texts into ids. */
export class TextEncoder {
  readonly vocabulary: Vocabulary;
  readonly #settings: EncoderSettings;

  constructor(vocabulary: Vocabulary, settings: EncoderSettings) {
    this.vocabulary = vocabulary;
    this.#settings = settings;
  }

  /** The encoder of training texts: words by the number of texts that they are in. */
  static build(texts: readonly string[], settings: EncoderSettings): TextEncoder {
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const word of new Set(tokensOf(text, settings))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    counts.delete(padToken);
    counts.delete(unknownToken);
    const vocabulary = Vocabulary.fromCounts(counts, {
      specials: [padToken, unknownToken],
      unknownToken,
      minFrequency: settings.minFrequency,
      maxSize: settings.maxVocabulary,
    });
    return new TextEncoder(vocabulary, settings);
  }

  /** Ids of a text's words. Unknown ones are left out of a bag; a text without words is one unknown word elsewhere. */
  encode(text: string): Int32Array {
    const ids = this.vocabulary.encode(tokensOf(text, this.#settings));
    if (this.#settings.model === 'bag') return ids.filter((id) => id > 1);
    return ids.length === 0 ? Int32Array.of(1) : ids;
  }
}

function tokensOf(text: string, settings: EncoderSettings): string[] {
  const most = longestText(settings);
  const { level, lowercase } = settings;
  if (level === 'character') {
    const characters = Array.from(text.slice(0, 2 * most)).slice(0, most);
    return lowercase ? characters.map((character) => character.toLowerCase()) : characters;
  }
  return tokenizeWords(text.slice(0, charactersPerWord * most), { lowercase }).slice(0, most);
}
