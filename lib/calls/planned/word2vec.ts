// Made by scripts/make_calls.mjs from native/binding/planned/word2vec.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface Word2vecSliceCall {
  readonly words: number;
  readonly inputRows: number;
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
  readonly subwordCount: number;
  readonly input: TypedArray;
  readonly output: TypedArray;
  readonly tokens: TypedArray;
  readonly keep: TypedArray | null;
  readonly negatives: TypedArray | null;
  readonly pathBegin: TypedArray | null;
  readonly pathNodes: TypedArray | null;
  readonly pathCodes: TypedArray | null;
  readonly subwordBegin: TypedArray | null;
  readonly subwordRows: TypedArray | null;
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
  const subwordBegin = call.subwordBegin === null ? null : call.subwordBegin;
  const subwordRows = call.subwordRows === null ? null : call.subwordRows;
  plan[0] = 0xf73bbec6;
  plan[1] = call.words;
  plan[2] = call.inputRows;
  plan[3] = call.outputs;
  plan[4] = call.dim;
  plan[5] = call.model;
  plan[6] = call.window;
  plan[7] = call.shrinkWindow ? 1 : 0;
  plan[8] = call.mean ? 1 : 0;
  plan[9] = call.negative;
  plan[10] = call.begin;
  plan[11] = call.end;
  plan[12] = call.beginRate;
  plan[13] = call.endRate;
  plan[14] = call.seed;
  plan[15] = call.threads;
  plan[16] = call.lossEvery;
  plan[17] = call.tokenCount;
  plan[18] = call.negativesCount;
  plan[19] = call.pathCount;
  plan[20] = call.subwordCount;
  native.word2vecSlice(
    plan,
    input,
    output,
    tokens,
    keep,
    negatives,
    pathBegin,
    pathNodes,
    pathCodes,
    subwordBegin,
    subwordRows,
  );
}

/** What `callWord2vecSlice` left in the plan. */
export const resultsOfWord2vecSlice = {
  get loss(): number {
    return plan[21];
  },
  get examples(): number {
    return plan[22];
  },
  get trained(): number {
    return plan[23];
  },
};
