import { FileFormatError, ValueError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';

/** What of a file is wanted. */
export interface Selection {
  /** Only these words; null for all. */
  readonly vocabulary: ReadonlySet<string> | null;
  /** At most so many rows of the file are read. */
  readonly limit: number;
}

/** What a file held. */
export interface LoadedVectors {
  readonly keys: string[];
  readonly vectors: Tensor;
  /** Rows whose word had come before; the first one counts. */
  readonly duplicates: number;
}

const rowsOfBlock = 4096;

/** Collects rows of one width as they are read, without copying those that are there. */
export class TableBuilder {
  readonly keys: string[] = [];
  readonly #seen = new Set<string>();
  readonly #blocks: Float32Array[] = [];
  duplicates = 0;

  constructor(
    readonly dim: number,
    private readonly selection: Selection,
  ) {}

  /** Room for the row of a word, or null where the word isn't wanted. */
  rowFor(key: string): Float32Array | null {
    const { vocabulary } = this.selection;
    if (vocabulary !== null && !vocabulary.has(key)) return null;
    if (this.#seen.has(key)) {
      this.duplicates++;
      return null;
    }
    this.#seen.add(key);
    const row = this.keys.length % rowsOfBlock;
    if (row === 0) this.#blocks.push(new Float32Array(rowsOfBlock * this.dim));
    this.keys.push(key);
    return this.#blocks[this.#blocks.length - 1].subarray(row * this.dim, (row + 1) * this.dim);
  }

  finish(name: string): LoadedVectors {
    const rows = this.keys.length;
    if (rows === 0 && this.selection.vocabulary !== null) {
      throw new ValueError(`${name}: holds none of the ${this.selection.vocabulary.size} words of vocabulary`);
    }
    if (rows === 0) throw new FileFormatError(`${name}: holds no vectors`);
    const vectors = Tensor.allocate([rows, this.dim], 'float32', false);
    const data = vectors.storage.array as Float32Array;
    for (const [k, block] of this.#blocks.entries()) {
      const count = Math.min(rows - k * rowsOfBlock, rowsOfBlock) * this.dim;
      data.set(block.subarray(0, count), vectors.offset + k * rowsOfBlock * this.dim);
      this.#blocks[k] = new Float32Array(0);
    }
    return { keys: this.keys, vectors, duplicates: this.duplicates };
  }
}
