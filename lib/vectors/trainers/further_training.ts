import { checkOptions } from '../../options.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import type { EncodedCorpus, KnownWords, Sentences, WordLimits } from './encoded_corpus.js';
import { encodeCorpus } from './encoded_corpus.js';
import { readFlag } from './option_checks.js';
import { type StopSignal, Turns } from './turns.js';

/** How a model of word vectors is trained on. What isn't said is as it was. */
export interface ContinueTrainingOptions {
  /** Whether words that the model lacks join it, gensim's `build_vocab(update=True)`; else they are passed over. Default true. */
  update?: boolean;
  /** How often a new word must occur in the new text. */
  minCount?: number;
  /** Passes over the new text. */
  epochs?: number;
  /** Learning rate at the start. */
  alpha?: number;
  /** Learning rate at the end. */
  minAlpha?: number;
  /** Where random numbers start. Default: one more than before. */
  seed?: number;
  workers?: number | null;
  deterministic?: boolean;
}

const names = ['update', 'minCount', 'epochs', 'alpha', 'minAlpha', 'seed', 'workers', 'deterministic'];

/** The settings of a further training: those of the model, with what is said instead. @throws OptionError, ArgumentError */
export function furtherSettings<Settings extends { readonly seed: number }>(
  op: string,
  options: ContinueTrainingOptions,
  before: () => Settings,
): { readonly settings: Settings; readonly update: boolean } {
  const { update = true, ...given } = checkOptions(op, options, names);
  const settings = before();
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    settings: { ...settings, seed: settings.seed + 1, ...said },
    update: readFlag(op, 'update', update),
  };
}

/** A new text in the words of a model and its own, and where they were in the model. */
export interface GrownCorpus {
  readonly corpus: EncodedCorpus;
  /** The row that each word had; -1 for new ones. */
  readonly rowBefore: Int32Array;
}

/**
 * Reads a text to train a model on. Words are again in order of frequency, counts those of both texts together.
 * @throws CorpusError for a text without words, or without one that is known or joins
 */
export async function encodeFurther(
  op: string,
  sentences: Sentences,
  before: { readonly words: readonly string[]; readonly counts: readonly number[]; readonly read: number },
  settings: WordLimits,
  update: boolean,
  signal: StopSignal | undefined,
): Promise<GrownCorpus> {
  const turns = new Turns(signal);
  const places = await placesOfWords(before.words, turns);
  const known: KnownWords = { words: before.words, counts: before.counts, places, grow: update };
  const corpus = await encodeCorpus(op, sentences, settings, signal, known);
  const rowBefore = new Int32Array(corpus.words.length);
  for (let k = 0; k < rowBefore.length; k++) {
    rowBefore[k] = places.get(corpus.words[k]) ?? -1;
    if (k % wordsOfStep === 0) await turns.next();
  }
  return { corpus: { ...corpus, read: corpus.read + before.read }, rowBefore };
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** Copies rows of one width to where they are now; rows without an earlier place are left as they are. */
export async function takeRows(
  to: Float32Array,
  toStride: number,
  from: Float32Array,
  fromStride: number,
  dim: number,
  rowBefore: Int32Array,
): Promise<void> {
  const turns = new Turns();
  for (const [row, before] of rowBefore.entries()) {
    if (row % wordsOfStep === 0) await turns.next();
    if (before < 0) continue;
    to.set(from.subarray(before * fromStride, before * fromStride + dim), row * toStride);
  }
}
