import { FileFormatError, ValueError } from '../../errors.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { Turns } from '../../text/corpus/turns.js';
import { PackedWords } from '../packed_words.js';

/** What of a file is wanted. */
export interface Selection {
  /** Only these words; null for all. */
  readonly vocabulary: ReadonlySet<string> | null;
  /** At most so many rows of the file are read. */
  readonly limit: number;
}

/** What a file held. */
export interface LoadedVectors {
  readonly keys: readonly string[] | PackedWords;
  readonly vectors: Tensor;
  /** Rows whose word had come before; the first one counts. */
  readonly duplicates: number;
}

/** Numbers of the largest block. What a file's first line says of its width must not decide how much memory is taken. */
const mostNumbers = 1 << 20;
const fewestRows = 16;

interface RowBlock {
  readonly array: Float32Array;
  rows: number;
}

/** Collects rows of one width as they are read, without copying those that are there. */
export class TableBuilder {
  readonly keys = new PackedWords();
  /** Each twice as large as the one before, up to the largest. */
  readonly #blocks: RowBlock[] = [];
  duplicates = 0;

  constructor(
    readonly dim: number,
    private readonly selection: Selection,
  ) {}

  /**
   * Has room for so many rows in {@link block}.
   * @param expected how many rows are to come in all, as far as the size of the file tells; 0 where that is not known
   */
  reserve(rows: number, expected = 0): void {
    const last = this.#blocks[this.#blocks.length - 1];
    if (last !== undefined && last.array.length >= (last.rows + rows) * this.dim) return;
    const wanted = Math.min(expected, this.selection.limit, this.selection.vocabulary?.size ?? Infinity);
    const doubled = Math.max(fewestRows, Math.min(this.keys.length, Math.floor(mostNumbers / this.dim)));
    if (last === undefined && Number.isFinite(wanted)) this.keys.reserve(wanted);
    const array = Storage.lasting('float32', Math.max(rows, doubled, wanted - this.keys.length) * this.dim).array;
    this.#blocks.push({ array: array as Float32Array, rows: 0 });
  }

  /** Where rows are written now. */
  get block(): Float32Array {
    return this.#blocks[this.#blocks.length - 1].array;
  }

  /** The row of {@link block} for a word in UTF-8, for which room must be reserved, or -1 where the word isn't wanted. */
  placeFor(bytes: Uint8Array, begin: number, end: number): number {
    const { vocabulary } = this.selection;
    if (vocabulary !== null && !vocabulary.has(textOf(bytes, begin, end))) return -1;
    if (this.keys.add(bytes, begin, end) < 0) {
      this.duplicates++;
      return -1;
    }
    return this.#blocks[this.#blocks.length - 1].rows++;
  }

  /** Room for the row of a word, or null where the word isn't wanted. */
  rowFor(key: string, expected = 0): Float32Array | null {
    this.reserve(1, expected);
    const bytes = Buffer.from(key, 'utf8');
    const place = this.placeFor(bytes, 0, bytes.length);
    return place < 0 ? null : this.block.subarray(place * this.dim, (place + 1) * this.dim);
  }

  async finish(name: string): Promise<LoadedVectors> {
    const rows = this.keys.length;
    if (rows === 0 && this.selection.vocabulary !== null) {
      throw new ValueError(`${name}: holds none of the ${this.selection.vocabulary.size} words of vocabulary`);
    }
    if (rows === 0) throw new FileFormatError(`${name}: holds no vectors`);
    return { keys: this.keys, vectors: await this.#table(rows), duplicates: this.duplicates };
  }

  async #table(rows: number): Promise<Tensor> {
    const filled = this.#blocks.filter((block) => block.rows > 0);
    const count = rows * this.dim;
    // A guess that was a little too high costs nothing: what was never written takes no memory.
    if (filled.length === 1 && filled[0].array.length * mostSpare <= count) {
      return Tensor.wrap(filled[0].array.subarray(0, count), [rows, this.dim], 'float32');
    }
    const vectors = Tensor.allocate([rows, this.dim], 'float32', false);
    const data = vectors.storage.array as Float32Array;
    const turns = new Turns();
    let at = vectors.offset;
    // What was copied is let go, so that it is not all there twice.
    this.#blocks.length = 0;
    for (let block = filled.shift(); block !== undefined; block = filled.shift()) {
      const end = block.rows * this.dim;
      for (let begin = 0; begin < end; begin += mostNumbers) {
        const some = block.array.subarray(begin, Math.min(end, begin + mostNumbers));
        data.set(some, at);
        at += some.length;
        await turns.next();
      }
    }
    return vectors;
  }
}

function textOf(bytes: Uint8Array, begin: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin).toString('utf8');
}

/** A block that is filled to this share is the table itself. */
const mostSpare = 0.9;
