/**
 * Vectors as an array and a list of words: a `.npy` file with the words in a text file beside it, a line each, or a safetensors
 * file that holds them too: `vectors` [words, dim] (of int8 as bytes, with a factor for each row in `scale`), `words`, their UTF-8 with
 * a newline after each, and `counts` where they are known.
 */
import { existsSync, readFileSync } from 'node:fs';
import { ArgumentError, DTypeError, describe, FileFormatError, ValueError } from '../../errors.js';
import { type MappedTable, openMappedTable } from '../../io/mapped/mapped_table.js';
import { npyParts, parseNpy } from '../../io/numpy/npy.js';
import { parseSafetensors, serialize } from '../../io/safetensors/safetensors.js';
import { QuantizedEmbedding } from '../../nn/quantized_embedding.js';
import { isIterable } from '../../options.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { Turns } from '../../text/corpus/turns.js';
import { WordNumbers } from '../../text/corpus/word_numbers.js';
import { type RowStore, TensorRows } from '../row_store.js';
import { bytesOfWords, type LazyWords, WordBytes } from '../word_list.js';
import type { Bytes } from './bytes.js';
import { isWord2VecBinary, mapWord2VecBinary } from './mapped_word2vec.js';
import type { LoadedVectors, Selection } from './table_builder.js';

/** What numbers are saved as: safetensors takes all of them, `.npy` floats of 32 and 16 bits. */
export type SavedType = 'float32' | 'float16' | 'bfloat16' | 'int8';

/** The words of a table: their own list, or the path of a text of lines. */
export type WordList = string | Iterable<string>;

export function checkWordList(op: string, words: unknown): void {
  if (words === undefined || typeof words === 'string' || isIterable(words)) return;
  throw new ArgumentError(`${op}: words must be a path or a list of words, got ${describe(words)}`);
}

/** The text file of words that belongs to a `.npy` file. */
function besideOf(path: string): string {
  return `${path.replace(/\.npy(\.gz)?$/i, '')}.words.txt`;
}

/** Where a table's words come from: what was given, what the file holds, or the file beside it. */
export function wordsOfTable(
  name: string,
  path: string,
  count: number,
  given: WordList | undefined,
  inFile: (() => Uint8Array) | null,
): WordBytes | string[] {
  if (given !== undefined && typeof given !== 'string') {
    const words = Array.from(given);
    if (words.length === count) return words;
    throw new ValueError(`${name}: words must be ${count}, one for each row, got ${words.length}`);
  }
  if (given !== undefined) return new WordBytes(`${name}: ${given}`, () => readFileSync(given), count);
  if (inFile !== null) return new WordBytes(name, inFile, count);
  const beside = besideOf(path);
  if (existsSync(beside)) return new WordBytes(`${name}: ${beside}`, () => readFileSync(beside), count);
  throw new ValueError(
    `${name}: holds no words; give them by the option words, a list or the path of a text with a line for each (${describe(beside)} is read where it exists)`,
  );
}

export interface OpenTable {
  readonly rows: RowStore;
  readonly words: LazyWords | string[];
  /** Asked for only where somebody wants them: a table of millions of words is opened without. */
  readonly counts: (() => ArrayLike<number>) | null;
}

/** One whose words can be read in turns. */
interface TableOfFile extends OpenTable {
  readonly words: WordBytes | string[];
}

/** A table that stays in its file, whatever its format. */
export function openMapped(op: string, path: string, words?: WordList, tensor?: string): OpenTable {
  if (!isWord2VecBinary(op, path)) return mapTable(op, path, words, tensor);
  if (words === undefined && tensor === undefined) return mapWord2VecBinary(op, path);
  throw new ArgumentError(
    `${op}: ${words === undefined ? 'tensor' : 'words'} goes with .npy and safetensors, which ${path} is not`,
  );
}

function mapTable(op: string, path: string, words: WordList | undefined, tensor: string | undefined): TableOfFile {
  const { file, weight, scale }: MappedTable = openMappedTable(op, path, tensor);
  const inFile = file.entries.get('words');
  const isText = inFile?.dtype === 'U8' && inFile.shape.length === 1;
  const text = isText ? (file.tensor('words').storage.array as Uint8Array) : null;
  const own = () => {
    file.check();
    return text as Uint8Array;
  };
  const counts = file.entries.get('counts');
  const isCounts = counts?.dtype === 'F64' && counts.shape.length === 1 && counts.shape[0] === weight.shape[0];
  return {
    rows: new TensorRows(weight.dtype === 'float64' ? weight.float() : weight, scale, () => file.check()),
    words: wordsOfTable(file.name, path, weight.shape[0], words, text === null ? null : own),
    counts: isCounts ? () => file.tensor('counts').storage.array as Float64Array : null,
  };
}

/** Whether a file is one of these, by its first bytes. */
export function looksLikeTable(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY' || looksLikeSafetensors(head);
}

function looksLikeSafetensors(head: Uint8Array): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = Buffer.from(head.buffer, head.byteOffset, 8).readBigUInt64LE(0);
  return length >= 2n && length <= 100_000_000n;
}

/** Copies the wanted rows of a table into memory. */
export async function readTable(
  op: string,
  path: string,
  bytes: Bytes,
  selection: Selection,
  words: WordList | undefined,
  tensor: string | undefined,
): Promise<LoadedVectors & { readonly counts: readonly number[] | null; readonly places: WordNumbers }> {
  const isPlain = bytes.size > 0 && process.platform !== 'win32';
  const {
    rows,
    words: list,
    counts,
  } = isPlain ? mapTable(op, path, words, tensor) : await unpackedTable(path, bytes, words, tensor);
  const turns = new Turns();
  const all = Array.isArray(list) ? list : await list.inTurns(turns);
  const count = Math.min(all.length, selection.limit);
  const seen = new WordNumbers(count);
  const keys: string[] = [];
  const places: number[] = [];
  let duplicates = 0;
  for (let k = 0; k < count; k++) {
    if (k % wordsOfStep === 0) await turns.next();
    const word = all[k];
    if (selection.vocabulary !== null && !selection.vocabulary.has(word)) continue;
    if (seen.has(word)) {
      duplicates++;
      continue;
    }
    seen.set(word, keys.length);
    keys.push(word);
    places.push(k);
  }
  if (keys.length === 0 && selection.vocabulary !== null) {
    throw new ValueError(`${bytes.name}: holds none of the ${selection.vocabulary.size} words of vocabulary`);
  }
  if (keys.length === 0) throw new FileFormatError(`${bytes.name}: holds no vectors`);
  const vectors = await copyRows(bytes.name, rows, keys, places, turns);
  const kept: number[] = [];
  const times = counts?.() ?? null;
  for (let k = 0; times !== null && k < places.length; k++) {
    kept.push(times[places[k]]);
    if (k % wordsOfStep === 0) await turns.next();
  }
  return { keys, places: seen, vectors, duplicates, counts: counts === null ? null : kept };
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;
/** Of a table, that are copied before the event loop has its turn. */
const numbersOfStep = 1 << 19;

/** @throws FileFormatError for what is no number */
async function copyRows(
  name: string,
  rows: RowStore,
  keys: readonly string[],
  places: readonly number[],
  turns: Turns,
): Promise<Tensor> {
  const { dim } = rows;
  const vectors = Tensor.wrap(Storage.lasting('float32', keys.length * dim).array, [keys.length, dim], 'float32');
  const data = vectors.storage.array as Float32Array;
  const step = Math.max(1, Math.floor(numbersOfStep / dim));
  for (let begin = 0; begin < keys.length; begin += step) {
    const some = rows.rows(Int32Array.from(places.slice(begin, begin + step)));
    data.set((some.storage.array as Float32Array).subarray(some.offset, some.offset + some.numel), begin * dim);
    const bad = some.isfinite().logicalNot().nonzero();
    if (bad.shape[0] > 0) {
      const [row, column] = bad.data;
      const value = data[(begin + row) * dim + column];
      throw new FileFormatError(`${name}: number ${column + 1} of ${describe(keys[begin + row])} is ${value}`);
    }
    await turns.next();
  }
  return vectors;
}

/** A packed file, or one of a system that maps none, as a whole. */
async function unpackedTable(
  path: string,
  bytes: Bytes,
  words: WordList | undefined,
  tensor: string | undefined,
): Promise<TableOfFile> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes.pieces()) pieces.push(Uint8Array.from(piece));
  const whole = Buffer.concat(pieces);
  if (!looksLikeSafetensors(bytes.head)) {
    const array = parseNpy(whole);
    if (!(array instanceof Tensor) || array.dim() !== 2) {
      throw new FileFormatError(`${bytes.name}: must hold an array of two dimensions`);
    }
    const rows = new TensorRows(array.float().contiguous());
    return { rows, words: wordsOfTable(bytes.name, path, rows.size, words, null), counts: null };
  }
  const { tensors } = parseSafetensors(whole);
  const name = tensor ?? (tensors.vectors === undefined ? 'weight' : 'vectors');
  const table = tensors[name];
  if (table?.dim() !== 2) {
    throw new ValueError(`${bytes.name}: holds no table ${describe(name)}; say which tensor by the option tensor`);
  }
  const { scale, counts, words: own } = tensors;
  const isQuantized = table.dtype === 'uint8' && scale !== undefined;
  const rows = isQuantized ? new TensorRows(table, scale) : new TensorRows(table.float().contiguous());
  const inFile = own?.dtype === 'uint8' ? () => own.data as Uint8Array : null;
  const list = wordsOfTable(bytes.name, path, rows.size, words, inFile);
  return { rows, words: list, counts: counts === undefined ? null : () => counts.data as Float64Array };
}

/** Safetensors, in numbers of a type that takes less where that is asked for. */
export function tableParts(
  op: string,
  keys: readonly string[],
  vectors: Tensor,
  counts: readonly number[] | null,
  dtype: SavedType,
): Uint8Array[] {
  const tensors: Record<string, Tensor> = {};
  if (dtype === 'int8') {
    const { weight, scale } = QuantizedEmbedding.fromFloat(vectors);
    tensors.vectors = weight;
    tensors.scale = scale;
  } else {
    tensors.vectors = vectors.to(dtype);
  }
  const bytes = bytesOfWords(keys);
  tensors.words = Tensor.wrap(Uint8Array.from(bytes), [bytes.length], 'uint8');
  if (counts !== null) tensors.counts = Tensor.wrap(Float64Array.from(counts), [counts.length], 'float64');
  return serialize(op, tensors, { metadata: { format: 'lutra.keyed_vectors' } });
}

/** The array and its words, which are written first: an array without them would be of no use. */
export function npyFiles(
  op: string,
  path: string,
  keys: readonly string[],
  vectors: Tensor,
  dtype: SavedType,
): { readonly path: string; readonly parts: Iterable<string | Uint8Array> }[] {
  if (dtype !== 'float32' && dtype !== 'float16') {
    throw new DTypeError(`${op}: .npy holds float32 or float16, got ${describe(dtype)}; safetensors holds it`);
  }
  const parts = npyParts(op, 'vectors', vectors.to(dtype));
  return [
    { path: besideOf(path), parts: [bytesOfWords(keys)] },
    { path, parts },
  ];
}
