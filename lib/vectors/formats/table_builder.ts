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

/** Numbers of the largest block. What a file's first line says of its width must not decide how much memory is taken. */
const mostNumbers = 1 << 20;
const fewestRows = 16;

/** Collects rows of one width as they are read, without copying those that are there. */
export class TableBuilder {
  readonly keys: string[] = [];
  readonly #seen = new Set<string>();
  /** Each twice as large as the one before, up to the largest. */
  readonly #blocks: Float32Array[] = [];
  /** How many numbers the last block has room for. */
  #room = 0;
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
    if (this.#room === 0) {
      const rows = Math.max(fewestRows, Math.min(this.keys.length, Math.floor(mostNumbers / this.dim)));
      this.#room = rows * this.dim;
      this.#blocks.push(new Float32Array(this.#room));
    }
    this.keys.push(key);
    const block = this.#blocks[this.#blocks.length - 1];
    const begin = block.length - this.#room;
    this.#room -= this.dim;
    return block.subarray(begin, begin + this.dim);
  }

  finish(name: string): LoadedVectors {
    const rows = this.keys.length;
    if (rows === 0 && this.selection.vocabulary !== null) {
      throw new ValueError(`${name}: holds none of the ${this.selection.vocabulary.size} words of vocabulary`);
    }
    if (rows === 0) throw new FileFormatError(`${name}: holds no vectors`);
    const vectors = Tensor.allocate([rows, this.dim], 'float32', false);
    const data = vectors.storage.array as Float32Array;
    let at = vectors.offset;
    for (const [k, block] of this.#blocks.entries()) {
      const filled = k + 1 < this.#blocks.length ? block.length : block.length - this.#room;
      data.set(block.subarray(0, filled), at);
      at += filled;
      this.#blocks[k] = new Float32Array(0);
    }
    return { keys: this.keys, vectors, duplicates: this.duplicates };
  }
}
