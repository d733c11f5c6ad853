/**
 * word2vec's binary format: a line `words dim`, then each word's bytes, a space, its numbers as little-endian floats, and a newline,
 * which word2vec.c writes and gensim does not.
 */
import { FileFormatError } from '../../errors.js';
import type { Bytes } from './bytes.js';
import { type LoadedVectors, type Selection, TableBuilder } from './table_builder.js';
import { readHeader, widest } from './text.js';
import type { WordDecoder } from './words.js';

const [space, newline] = [0x20, 0x0a];
export const longestWord = 65_536;

/** Whether the bytes after a first line of two numbers are floats rather than digits. */
export function looksLikeWord2VecBinary(head: Uint8Array): boolean {
  const end = head.indexOf(newline);
  const header = end < 0 ? null : readHeader(head.subarray(0, end));
  if (header === null) return false;
  const wordEnd = head.indexOf(space, end + 1);
  const numbers = head.subarray(wordEnd + 1, wordEnd + 1 + Math.min(4 * header.dim, 64));
  return !numbers.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

/** What the first line says, and where it ends. @throws FileFormatError */
export function readBinaryHeader(name: string, start: Uint8Array): { words: number; dim: number; end: number } {
  const end = start.indexOf(newline);
  const header = end < 0 ? null : readHeader(start.subarray(0, end));
  if (header === null) throw new FileFormatError(`${name}: its first line must be 'words dim'`);
  const { words, dim } = header;
  if (dim < 1 || dim > widest) throw new FileFormatError(`${name}: its first line promises vectors of ${dim} numbers`);
  return { words, dim, end: end + 1 };
}

/** Takes bytes from a stream of pieces as they are asked for. */
class Pieces {
  #rest: Uint8Array = new Uint8Array(0);
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(bytes: Bytes) {
    this.#source = bytes.pieces()[Symbol.asyncIterator]();
  }

  /** At least `count` bytes, or all that are left. */
  async atLeast(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) {
      const { done, value } = await this.#source.next();
      if (done) break;
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    }
    return this.#rest;
  }

  get ready(): Uint8Array {
    return this.#rest;
  }

  drop(count: number): void {
    this.#rest = this.#rest.subarray(count);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

export async function readWord2VecBinary(
  bytes: Bytes,
  selection: Selection,
  decoder: WordDecoder,
): Promise<LoadedVectors> {
  const { name } = bytes;
  const pieces = new Pieces(bytes);
  try {
    const { words, dim, end: headerEnd } = readBinaryHeader(name, await pieces.atLeast(64));
    pieces.drop(headerEnd);
    const table = new TableBuilder(dim, selection);
    const rowBytes = 4 * dim;
    // A file holds no more than its size allows, whatever its first line says.
    const expected = bytes.size === 0 ? 0 : Math.min(words, Math.ceil(bytes.size / (rowBytes + 2)));
    const row = new Float32Array(dim);
    const rowView = new Uint8Array(row.buffer);
    const needed = rowBytes + 512;
    for (let k = 0; k < Math.min(words, selection.limit); k++) {
      let ready = pieces.ready.length < needed ? await pieces.atLeast(needed) : pieces.ready;
      let begin = 0;
      while (ready[begin] === newline) begin++;
      let end = ready.indexOf(space, begin);
      if (end < 0 || end + 1 + rowBytes > ready.length) {
        ready = await pieces.atLeast(longestWord + rowBytes);
        end = ready.indexOf(space, begin);
      }
      if (end < 0 || end - begin > longestWord || end + 1 + rowBytes > ready.length) {
        throw new FileFormatError(`${name}: its first line promises ${words} words, but it ends within word ${k + 1}`);
      }
      const key = decoder.decode(ready.subarray(begin, end), () => `${name}, word ${k + 1}`);
      const target = table.rowFor(key, expected);
      if (target !== null) {
        rowView.set(ready.subarray(end + 1, end + 1 + rowBytes));
        for (let j = 0; j < dim; j++) {
          if (Number.isFinite(row[j])) continue;
          throw new FileFormatError(`${name}, word ${k + 1} '${key.slice(0, 40)}': number ${j + 1} is ${row[j]}`);
        }
        target.set(row);
      }
      pieces.drop(end + 1 + rowBytes);
    }
    return table.finish(name);
  } finally {
    await pieces.close();
  }
}

/** The file as gensim and word2vec.c read it, a newline after each vector. */
export function* writeWord2VecBinary(
  keys: readonly string[],
  data: Float32Array,
  dim: number,
): Generator<string | Uint8Array> {
  yield `${keys.length} ${dim}\n`;
  const rowBytes = 4 * dim;
  let [parts, size] = [[] as Uint8Array[], 0];
  for (const [k, key] of keys.entries()) {
    const row = new Uint8Array(data.buffer, data.byteOffset + k * rowBytes, rowBytes);
    parts.push(Buffer.from(`${key} `, 'utf8'), row, Buffer.from('\n'));
    size += rowBytes;
    if (size > 1 << 20) {
      yield Buffer.concat(parts);
      [parts, size] = [[], 0];
    }
  }
  yield Buffer.concat(parts);
}
