// Made by scripts/make_calls.mjs from native/binding/planned/word2vec.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's trainer of word vectors (kernels/vectors/word2vec.h), of words alone or with their n-grams. Rows of
 * both tables are `dim` rounded up to 16 apart.
 */
export interface PlannedWord2vec {
  /**
   * Trains on the sentences that begin in tokens[begin … end), on at most `threads` threads. The loss is summed over
   * one centre word in `lossEvery`; `examples` says of how many; `trained` counts centre words.
   */
  word2vecSlice(
    plan: Float64Array,
    input: TypedArray,
    output: TypedArray,
    tokens: TypedArray,
    keep: TypedArray | null,
    negatives: TypedArray | null,
    pathBegin: TypedArray | null,
    pathNodes: TypedArray | null,
    pathCodes: TypedArray | null,
    subwordBegin: TypedArray | null,
    subwordRows: TypedArray | null,
  ): void;
}
