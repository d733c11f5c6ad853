/** Training of word vectors: the native call for a slice of a corpus, and the layout of its tables. */
import { callWord2vecSlice, resultsOfWord2vecSlice, type Word2vecSliceCall } from './planned/word2vec.js';

/** How far rows of the trainer's tables are apart: whole cache lines. */
export function strideOfRows(dim: number): number {
  return Math.ceil(dim / 16) * 16;
}

/** What a slice reports: the summed loss, the examples that it was taken from, and the centre words that were trained. */
export interface SliceResult {
  readonly loss: number;
  readonly examples: number;
  readonly trained: number;
}

/** Trains on one slice; the tables are changed in place. */
export function trainSlice(call: Word2vecSliceCall): SliceResult {
  callWord2vecSlice(call);
  const { loss, examples, trained } = resultsOfWord2vecSlice;
  return { loss, examples, trained };
}
