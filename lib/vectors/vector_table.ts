import type { Tensor } from '../tensor/tensor.js';
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
  mostSimilar(
    positive: readonly string[],
    options: { negative: readonly string[]; topn: number; restrictVocab: number | null },
  ): Nearest[];
}
