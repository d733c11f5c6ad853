import { CorpusError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Vocabulary } from '../text/vocabulary.js';
import { type BrownFile, readBrownCorpus } from './brown.js';
import { placedSentences, readTextFile } from './text_file.js';

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
export function brownCorpus(files: readonly BrownFile[] = readBrownCorpus(), options?: CorpusOptions): Corpus {
  const given = checkOptions('brownCorpus', options, ['lowercase']);
  const every = Math.round(1 / validationShare);
  const isValidation = (index: number) => index % every === every - 1;
  const stream = (wanted: boolean) =>
    joinSentences(
      files.filter((_, index) => isValidation(index) === wanted).flatMap((file) => file.sentences),
      given,
    );
  return { name: 'Brown corpus', training: stream(false), validation: stream(true) };
}

/**
 * A text file, split by place: the last tenth of it is for validation.
 * @throws CorpusError when the file can't be read, is no text, or is too small
 */
export function textCorpus(path: string, options?: CorpusOptions): Corpus {
  const steps = textCorpusSteps(path, checkOptions('textCorpus', options, ['lowercase']));
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link textCorpus} with a pause now and then, which says what share of the text has been read. */
export function* textCorpusSteps(path: string, { lowercase = true }: CorpusOptions = {}): Generator<number, Corpus> {
  const text = readTextFile(path);
  yield 0;
  const training: string[] = [];
  const own = new DistinctWords();
  let words = 0;
  let sentences = 0;
  for (const sentence of placedSentences(text)) {
    for (const word of sentence.words) training.push(own.word(lowercase ? word.toLowerCase() : word));
    training.push(endToken);
    words += sentence.words.length;
    if (++sentences % sentencesAtOnce === 0) yield sentence.end / text.length;
  }
  if (words < fewestWords) {
    throw new CorpusError(
      `${path} is too small to train on: it has ${words} words, at least ${fewestWords} are needed`,
    );
  }
  // In place: a long text's words are not kept twice.
  const validation = training.splice(Math.round(training.length * (1 - validationShare)));
  return { name: path, training, validation };
}

/** Sentences between pauses: some milliseconds' work. */
const sentencesAtOnce = 500;

/** V8 cuts longer ones out of the text as windows on it, which then stays in memory as long as the word does. */
const longestCopy = 12;

/** Each word once: a text repeats itself, and most of a long one's memory would go into that. */
class DistinctWords {
  readonly #words = new Map<string, string>();

  word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const own = word.length > longestCopy ? structuredClone(word) : word;
    this.#words.set(own, own);
    return own;
  }
}

/** The vocabulary of a training stream: the specials at 0 to 2, then the words, most frequent first. */
export function buildVocabulary(
  training: readonly string[],
  options: { minFrequency?: number; maxSize?: number } = {},
): Vocabulary {
  return Vocabulary.fromTokens(training, { ...options, specials: [padToken, unknownToken, endToken], unknownToken });
}

function joinSentences(sentences: readonly string[][], { lowercase = true }: CorpusOptions): string[] {
  const stream: string[] = [];
  for (const sentence of sentences) {
    for (const word of sentence) stream.push(lowercase ? word.toLowerCase() : word);
    stream.push(endToken);
  }
  return stream;
}
