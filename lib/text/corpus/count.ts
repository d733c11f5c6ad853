import { describe, ValueError } from '../../errors.js';
import { countsNatively, NativeCount } from './count_natively.js';
import type { TokenTotals } from './count_options.js';
import { readMostTokens } from './count_options.js';
import { countStreaming } from './count_streaming.js';
import { type CorpusInput, readCorpus } from './readers.js';
import { type TextOptions, textOptionNames } from './text_form.js';
import type { StopSignal } from './turns.js';

export interface CountOptions extends TextOptions {
  /** Tokens that occur less often are left out. Default 1. */
  minCount?: number;
  /**
   * Most distinct tokens that are counted at a time. Where more come up, those that came once so far are dropped, the next time
   * those that came twice, and so on, as word2vec does; a warning says so. Default 2^24 - 2.
   */
  maxVocabSize?: number | null;
  /** An AbortSignal that stops the counting; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

export const countOptionNames = ['minCount', 'maxVocabSize', 'signal', ...textOptionNames] as const;

/** Counts the tokens of a corpus: plain text on all threads, anything else one after the other. */
export async function countCorpus(op: string, corpus: CorpusInput, options: CountOptions): Promise<TokenTotals> {
  const { minCount = 1, maxVocabSize, signal, ...text } = options;
  if (!Number.isSafeInteger(minCount) || minCount < 0) {
    throw new ValueError(`${op}: minCount must be a whole number of at least 0, got ${describe(minCount)}`);
  }
  const limits = { minCount, mostTokens: readMostTokens(op, maxVocabSize), signal };
  const read = readCorpus(op, corpus, text);
  if (!countsNatively(read)) return countStreaming(op, read, limits);
  const count = await NativeCount.of(op, read, limits);
  count.close();
  return { ...count.totals, frequent: count.frequent };
}
