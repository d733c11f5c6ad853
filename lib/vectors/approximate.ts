import { setImmediate } from 'node:timers/promises';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { importUnbundled } from '../io/unbundled.js';
import { checkOptions } from '../options.js';
import { unit } from './search.js';
import type { VectorTable } from './vector_table.js';

export interface ApproximateOptions {
  /** Neighbours that each vector is linked to: more find better and take more memory. Default 16. */
  connectivity?: number;
  /** Candidates that are looked at when a vector is added. Default 128. */
  expansionAdd?: number;
  /** Candidates that are looked at in a search. Default 64. */
  expansionSearch?: number;
  /** Threads. Default: all. */
  threads?: number;
}

/** What is used of usearch. */
interface Engine {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(vectors: Float32Array, k: number, threads: number): { keys: BigUint64Array; distances: Float32Array };
  size(): number;
}
type MakeEngine = new (options: Record<string, string | number>) => Engine;

/** Vectors that are added before the event loop has its turn. */
const vectorsOfTurn = 256;

/**
 * An index that finds nearly all of the nearest vectors in a fraction of the time of looking at each (HNSW, Malkov & Yashunin 2016),
 * by the package usearch, which a program that uses it installs: `npm install usearch`.
 *
 * ```ts
 * const indexer = await ApproximateIndex.build(vectors);
 * vectors.mostSimilar('river', { indexer });
 * ```
 */
export class ApproximateIndex {
  readonly #engine: Engine;
  readonly #size: number;
  readonly #dim: number;

  /** For {@link ApproximateIndex.build}. */
  private constructor(engine: Engine, size: number, dim: number) {
    if (typeof engine?.search !== 'function') {
      throw new ArgumentError('ApproximateIndex: is made by await ApproximateIndex.build(vectors), not by new');
    }
    this.#engine = engine;
    this.#size = size;
    this.#dim = dim;
  }

  /**
   * An index of all vectors, by the cosine.
   * @throws ArgumentError where usearch is not installed, or for what is no KeyedVectors; ValueError for an option out of range
   */
  static async build(vectors: VectorTable, options?: ApproximateOptions): Promise<ApproximateIndex> {
    const op = 'ApproximateIndex.build';
    const given = checkOptions(op, options, ['connectivity', 'expansionAdd', 'expansionSearch', 'threads']);
    const { connectivity = 16, expansionAdd = 128, expansionSearch = 64, threads = 0 } = given;
    for (const [name, value] of Object.entries({ connectivity, expansionAdd, expansionSearch })) {
      if (Number.isInteger(value) && value >= 1 && value <= 65_536) continue;
      throw new ValueError(`${op}: ${name} must be a whole number from 1 to 65536, got ${describe(value)}`);
    }
    if (!Number.isInteger(threads) || threads < 0 || threads > 1024) {
      throw new ValueError(`${op}: threads must be a whole number from 0 (all) to 1024, got ${describe(threads)}`);
    }
    const table = (vectors as Partial<VectorTable> | null | undefined)?.vectors;
    if (table?.dim?.() !== 2) throw new ArgumentError(`${op}: vectors must be KeyedVectors, got ${describe(vectors)}`);
    const [size, dim] = table.shape;
    const Index = await loadEngine(op);
    const engine = new Index({
      metric: 'cos',
      dimensions: dim,
      connectivity,
      expansion_add: expansionAdd,
      expansion_search: expansionSearch,
    });
    const data = (table.storage.array as Float32Array).subarray(table.offset, table.offset + size * dim);
    for (let begin = 0; begin < size; begin += vectorsOfTurn) {
      const end = Math.min(size, begin + vectorsOfTurn);
      const keys = BigUint64Array.from({ length: end - begin }, (_, k) => BigInt(begin + k));
      engine.add(keys, data.subarray(begin * dim, end * dim), threads);
      await setImmediate();
    }
    return new ApproximateIndex(engine, size, dim);
  }

  /** How many vectors it holds. */
  get size(): number {
    return this.#size;
  }

  /** The rows nearest to a vector and their cosines, the nearest first. */
  search(vector: ArrayLike<number>, topn = 10): { readonly index: number; readonly similarity: number }[] {
    const op = 'ApproximateIndex.search';
    if (!Number.isInteger(topn) || topn < 1) {
      throw new ValueError(`${op}: topn must be a whole number of at least 1, got ${describe(topn)}`);
    }
    const query = Float32Array.from(vector ?? []);
    if (query.length !== this.#dim || !query.every(Number.isFinite)) {
      throw new ArgumentError(`${op}: vector must be ${this.#dim} finite numbers, got ${describe(vector)}`);
    }
    const { keys, distances } = this.#engine.search(unit(query), Math.min(topn, this.#size), 1);
    return Array.from(keys, (key, k) => ({ index: Number(key), similarity: 1 - distances[k] }));
  }
}

async function loadEngine(op: string): Promise<MakeEngine> {
  try {
    const loaded = (await importUnbundled('usearch')) as { Index?: MakeEngine; default?: { Index: MakeEngine } };
    return (loaded.Index ?? loaded.default?.Index) as MakeEngine;
  } catch (cause) {
    throw new ArgumentError(`${op}: needs the package usearch, which could not be loaded: npm install usearch`, {
      cause,
    });
  }
}
