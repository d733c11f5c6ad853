/** word2vec's binary format as a mapped file: rows lie between words, at any byte, and are copied when they are asked for. */
import { FileFormatError } from '../../errors.js';
import { withFile } from '../../io/byte_source.js';
import { MappedBytes } from '../../io/mapped/mapped_bytes.js';
import { Tensor } from '../../tensor/tensor.js';
import { RowStore } from '../row_store.js';
import type { LazyWords } from '../word_list.js';
import { longestWord, looksLikeWord2VecBinary, readBinaryHeader } from './word2vec_binary.js';
import { WordDecoder } from './words.js';

const [space, newline] = [0x20, 0x0a];
const headBytes = 4096;

function headOf(op: string, path: string): Uint8Array {
  return withFile(op, path, (source) => {
    const head = new Uint8Array(Math.min(source.bytes, headBytes));
    source.read(head, 0);
    return head;
  });
}

export function isWord2VecBinary(op: string, path: string): boolean {
  return looksLikeWord2VecBinary(headOf(op, path));
}

/** Where each word and its row are: found by walking through the file from its begin, once. */
interface Places {
  readonly words: string[];
  /** The byte of each row. */
  readonly rows: Float64Array;
}

class Word2VecRows extends RowStore implements LazyWords {
  readonly size: number;
  readonly dim: number;
  readonly #file: MappedBytes;
  readonly #bytes: Uint8Array;
  readonly #begin: number;
  #found: Places | null = null;

  constructor(op: string, path: string) {
    super();
    this.#file = new MappedBytes(op, path);
    const { words, dim, end } = readBinaryHeader(this.#file.name, headOf(op, path));
    // A word takes a byte and a space at least.
    if (words * (4 * dim + 2) > this.#file.size - end) {
      throw new FileFormatError(
        `${this.#file.name}: its first line promises ${words} words of ${dim} numbers, which ${this.#file.size} bytes can't hold`,
      );
    }
    [this.size, this.dim, this.#begin] = [words, dim, end];
    this.#bytes = this.#file.range(0, this.#file.size);
  }

  words(): string[] {
    return this.#places.words;
  }

  row(index: number): Float32Array {
    const row = new Float32Array(this.dim);
    this.#copy(new Uint8Array(row.buffer), 0, index);
    return row;
  }

  rows(indices: Int32Array): Tensor {
    const gathered = Tensor.allocate([indices.length, this.dim], 'float32', false);
    const { buffer, byteOffset } = gathered.storage.array;
    const bytes = new Uint8Array(buffer, byteOffset + 4 * gathered.offset, 4 * gathered.numel);
    for (const [k, index] of indices.entries()) this.#copy(bytes, 4 * this.dim * k, index);
    return gathered;
  }

  forBlocks(count: number, use: (rows: Tensor, begin: number) => void): void {
    this.forGathered(count, use);
  }

  #copy(target: Uint8Array, at: number, index: number): void {
    const begin = this.#places.rows[index];
    if (at === 0) this.#file.check();
    target.set(this.#bytes.subarray(begin, begin + 4 * this.dim), at);
  }

  get #places(): Places {
    this.#found ??= this.#walk();
    return this.#found;
  }

  #walk(): Places {
    this.#file.check();
    const { name } = this.#file;
    const bytes = this.#bytes;
    const [begins, rows] = [new Float64Array(this.size), new Float64Array(this.size)];
    let at = this.#begin;
    for (let k = 0; k < this.size; k++) {
      while (bytes[at] === newline) at++;
      let end = at;
      const last = Math.min(bytes.length, at + longestWord);
      while (end < last && bytes[end] !== space) end++;
      if (end === last || end + 1 + 4 * this.dim > bytes.length) {
        throw new FileFormatError(
          `${name}: its first line promises ${this.size} words, but it ends within word ${k + 1}`,
        );
      }
      begins[k] = at;
      rows[k] = end + 1;
      at = end + 1 + 4 * this.dim;
    }
    return { words: this.#decode(begins, rows), rows };
  }

  #decode(begins: Float64Array, rows: Float64Array): string[] {
    const { name } = this.#file;
    const decoder = new WordDecoder('strict');
    const all = new Uint8Array(rows.reduce((sum, row, k) => sum + row - begins[k], 0));
    let at = 0;
    for (const [k, begin] of begins.entries()) {
      all.set(this.#bytes.subarray(begin, rows[k] - 1), at);
      at += rows[k] - begin;
      all[at - 1] = newline;
    }
    try {
      const words = decoder.decode(all, () => name).split('\n');
      words.pop();
      if (words.length === begins.length) return words;
    } catch {
      // Which one it is, is said below.
    }
    return Array.from(begins, (begin, k) =>
      decoder.decode(this.#bytes.subarray(begin, rows[k] - 1), () => `${name}, word ${k + 1}`),
    );
  }
}

/** @throws FileFormatError where the file is too short for what its first line says; ValueError where the system maps none */
export function mapWord2VecBinary(op: string, path: string): { rows: RowStore; words: LazyWords; counts: null } {
  const rows = new Word2VecRows(op, path);
  return { rows, words: rows, counts: null };
}
