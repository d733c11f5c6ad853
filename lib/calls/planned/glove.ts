// Made by scripts/make_calls.mjs from native/binding/planned/glove.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface GlovePrepareCall {
  readonly begin: number;
  readonly end: number;
  readonly alpha: number;
  readonly xMax: number;
  readonly records: TypedArray;
}

/** Makes examples of records[begin … end), in place. */
export function callGlovePrepare(call: GlovePrepareCall): void {
  const records = call.records;
  plan[0] = 0x354c5ea6;
  plan[1] = call.begin;
  plan[2] = call.end;
  plan[3] = call.alpha;
  plan[4] = call.xMax;
  native.glovePrepare(plan, records);
}

export interface GloveSliceCall {
  readonly words: number;
  readonly dim: number;
  readonly begin: number;
  readonly end: number;
  readonly eta: number;
  readonly gradClip: number;
  readonly threads: number;
  readonly word: TypedArray;
  readonly context: TypedArray;
  readonly wordSquares: TypedArray;
  readonly contextSquares: TypedArray;
  readonly examples: TypedArray;
}

/** Trains on examples[begin … end), on at most `threads` threads; `cost` is summed over them. */
export function callGloveSlice(call: GloveSliceCall): void {
  const word = call.word;
  const context = call.context;
  const wordSquares = call.wordSquares;
  const contextSquares = call.contextSquares;
  const examples = call.examples;
  plan[0] = 0xf19d9d9b;
  plan[1] = call.words;
  plan[2] = call.dim;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.eta;
  plan[6] = call.gradClip;
  plan[7] = call.threads;
  native.gloveSlice(plan, word, context, wordSquares, contextSquares, examples);
}

/** What `callGloveSlice` left in the plan. */
export const resultsOfGloveSlice = {
  get cost(): number {
    return plan[8];
  },
  get skipped(): number {
    return plan[9];
  },
};
