import type { Tensor } from '../tensor/tensor.js';
import type { StopSignal } from '../text/corpus/turns.js';
import type { Nearest } from './search.js';

/** What evaluation, writers and layers need of `KeyedVectors`. */
export interface VectorTable {
  readonly keys: readonly string[];
  /** float32 [size, vectorSize], contiguous */
  readonly vectors: Tensor;
  /** How often each word occurred, where that is known. */
  readonly counts: readonly number[] | null;
  readonly size: number;
  readonly vectorSize: number;
  has(key: string): boolean;
  index(key: string): number;
  similarity(a: string, b: string): number;
  mostSimilarBatch(
    queries: readonly { positive: string[]; negative: string[] }[],
    options: { topn: number; restrictVocab: number | null; signal?: StopSignal },
  ): Promise<Nearest[][]>;
}
