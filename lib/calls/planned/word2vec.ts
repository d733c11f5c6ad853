// Made by scripts/make_calls.mjs from native/binding/planned/word2vec.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface Word2vecSliceCall {
  readonly words: number;
  readonly outputs: number;
  readonly dim: number;
  readonly model: number;
  readonly window: number;
  readonly shrinkWindow: boolean;
  readonly mean: boolean;
  readonly negative: number;
  readonly begin: number;
  readonly end: number;
  readonly beginRate: number;
  readonly endRate: number;
  readonly seed: number;
  readonly threads: number;
  readonly lossEvery: number;
  readonly tokenCount: number;
  readonly negativesCount: number;
  readonly pathCount: number;
  readonly input: TypedArray;
  readonly output: TypedArray;
  readonly tokens: TypedArray;
  readonly keep: TypedArray | null;
  readonly negatives: TypedArray | null;
  readonly pathBegin: TypedArray | null;
  readonly pathNodes: TypedArray | null;
  readonly pathCodes: TypedArray | null;
}

/**
 * Trains on the sentences that begin in tokens[begin … end), on at most `threads` threads. The loss is summed over
 * one centre word in `lossEvery`; `examples` says of how many; `trained` counts centre words.
 */
export function callWord2vecSlice(call: Word2vecSliceCall): void {
  const input = call.input;
  const output = call.output;
  const tokens = call.tokens;
  const keep = call.keep === null ? null : call.keep;
  const negatives = call.negatives === null ? null : call.negatives;
  const pathBegin = call.pathBegin === null ? null : call.pathBegin;
  const pathNodes = call.pathNodes === null ? null : call.pathNodes;
  const pathCodes = call.pathCodes === null ? null : call.pathCodes;
  plan[0] = 0xa2ec02da;
  plan[1] = call.words;
  plan[2] = call.outputs;
  plan[3] = call.dim;
  plan[4] = call.model;
  plan[5] = call.window;
  plan[6] = call.shrinkWindow ? 1 : 0;
  plan[7] = call.mean ? 1 : 0;
  plan[8] = call.negative;
  plan[9] = call.begin;
  plan[10] = call.end;
  plan[11] = call.beginRate;
  plan[12] = call.endRate;
  plan[13] = call.seed;
  plan[14] = call.threads;
  plan[15] = call.lossEvery;
  plan[16] = call.tokenCount;
  plan[17] = call.negativesCount;
  plan[18] = call.pathCount;
  native.word2vecSlice(plan, input, output, tokens, keep, negatives, pathBegin, pathNodes, pathCodes);
}

/** What `callWord2vecSlice` left in the plan. */
export const resultsOfWord2vecSlice = {
  get loss(): number {
    return plan[19];
  },
  get examples(): number {
    return plan[20];
  },
  get trained(): number {
    return plan[21];
  },
};
