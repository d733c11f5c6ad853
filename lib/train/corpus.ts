import { Vocabulary } from '../text/vocabulary.js';
import { type BrownFile, readBrownCorpus } from './brown.js';
import { CorpusError } from './corpus_error.js';
import { readTextFile, splitSentences } from './text_file.js';

/** The tokens that every vocabulary of a language model starts with: padding, unknown words, the end of a sentence. */
export const padToken = '<pad>';
export const unknownToken = '<unk>';
export const endToken = '<eos>';

/** A text as two streams of words, each sentence followed by {@link endToken}. */
export interface Corpus {
  /** What to call it in messages. */
  name: string;
  training: string[];
  validation: string[];
}

export interface CorpusOptions {
  /** Lower-case all words; true unless set. */
  lowercase?: boolean;
}

/** The share of a corpus that is kept for validation. */
const validationShare = 0.1;

/** Fewer words than this are no text to learn a language from. */
const fewestWords = 200;

/**
 * The Brown corpus, split by file: every tenth of the 500 files is for validation, so that each genre is in both parts.
 * @param files as {@link readBrownCorpus} gives them
 */
export function brownCorpus(files: readonly BrownFile[] = readBrownCorpus(), options: CorpusOptions = {}): Corpus {
  const every = Math.round(1 / validationShare);
  const isValidation = (index: number) => index % every === every - 1;
  const stream = (wanted: boolean) =>
    joinSentences(
      files.filter((_, index) => isValidation(index) === wanted).flatMap((file) => file.sentences),
      options,
    );
  return { name: 'Brown corpus', training: stream(false), validation: stream(true) };
}

/**
 * A text file, split by place: the last tenth of its sentences is for validation.
 * @throws CorpusError when the file can't be read, is no text, or is too small
 */
export function textCorpus(path: string, options: CorpusOptions = {}): Corpus {
  const sentences = splitSentences(readTextFile(path));
  const words = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  if (words < fewestWords || sentences.length < 2) {
    throw new CorpusError(
      `${path} is too small to train on: it has ${words} words in ${sentences.length} sentences, at least ${fewestWords} words in 2 sentences are needed`,
    );
  }
  const split = splitPoint(sentences, words);
  return {
    name: path,
    training: joinSentences(sentences.slice(0, split), options),
    validation: joinSentences(sentences.slice(split), options),
  };
}

/** The vocabulary of a training stream: the specials at 0 to 2, then the words, most frequent first. */
export function buildVocabulary(
  training: readonly string[],
  options: { minFrequency?: number; maxSize?: number } = {},
): Vocabulary {
  return Vocabulary.fromTokens(training, { ...options, specials: [padToken, unknownToken, endToken], unknownToken });
}

/** The first sentence of the validation part: where the last tenth of the words begins, but at least one on each side. */
function splitPoint(sentences: readonly string[][], words: number): number {
  let seen = 0;
  for (let i = 0; i < sentences.length; i++) {
    seen += sentences[i].length;
    if (seen >= words * (1 - validationShare)) return Math.max(1, Math.min(i + 1, sentences.length - 1));
  }
  return sentences.length - 1;
}

function joinSentences(sentences: readonly string[][], { lowercase = true }: CorpusOptions): string[] {
  const stream: string[] = [];
  for (const sentence of sentences) {
    for (const word of sentence) stream.push(lowercase ? word.toLowerCase() : word);
    stream.push(endToken);
  }
  return stream;
}
