import { describe, ValueError } from '../../errors.js';
import type { FrequentWords } from './frequent_words.js';
import type { StopSignal } from './turns.js';

/** Of distinct tokens that are counted at a time; a Map holds no more than 2^24. */
export const mostTokens = 2 ** 24 - 2;

export interface CountLimits {
  /** Tokens that occur less often are left out. */
  readonly minCount: number;
  /** More distinct tokens than this are pruned while they are counted. */
  readonly mostTokens: number;
  readonly signal?: StopSignal;
}

/** What was counted in a corpus. */
export interface TokenTotals {
  /** Tokens that were read, rare ones too. */
  readonly tokens: number;
  readonly documents: number;
  /** Distinct tokens, rare ones too. */
  readonly distinct: number;
  /** How often the most frequent token occurs. */
  readonly highest: number;
  /** Those that occur often enough. */
  readonly frequent: FrequentWords;
}

export function readMostTokens(op: string, given: unknown): number {
  if (given === undefined || given === null) return mostTokens;
  if (Number.isInteger(given) && (given as number) >= 1 && (given as number) <= mostTokens) return given as number;
  throw new ValueError(`${op}: maxVocabSize must be a whole number from 1 to ${mostTokens}, got ${describe(given)}`);
}

/** Nothing is dropped without a word. */
export function tellPruned(op: string, pruned: number, count: number, limit: number): void {
  if (pruned === 0) return;
  process.emitWarning(
    `${op}: more than ${limit} distinct tokens came up (maxVocabSize), so ${pruned} that had occurred at most ${count} times so far were dropped; ` +
      'counts of rare tokens are too low',
  );
}
