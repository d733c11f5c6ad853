import { ArgumentError, describe, FileFormatError, ValueError } from '../../errors.js';
import { writePartsAtomically, writePartsInBackground } from '../../io/atomic_file.js';
import { checkOptions } from '../../options.js';
import type { WordNumbers } from '../../text/corpus/word_numbers.js';
import { type FastTextModel, looksLikeModel, magic, readModel } from '../fasttext/model_reader.js';
import { vectorsOfWords } from '../fasttext/word_rows.js';
import type { VectorTable } from '../vector_table.js';
import { type Bytes, openBytes } from './bytes.js';
import type { LoadedVectors } from './table_builder.js';
import {
  checkWordList,
  looksLikeTable,
  npyFiles,
  readTable,
  type SavedType,
  tableParts,
  type WordList,
} from './tables.js';
import { readTextVectors, writeTextVectors } from './text.js';
import { looksLikeWord2VecBinary, readWord2VecBinary, writeWord2VecBinary } from './word2vec_binary.js';
import { type EncodingErrors, WordDecoder } from './words.js';

export type VectorFormat = 'glove' | 'word2vec' | 'word2vec-binary' | 'vec' | 'fasttext' | 'npy' | 'safetensors';

export interface LoadOptions {
  /** Default: found by looking at the file. */
  format?: VectorFormat;
  /** Only these words are kept; memory is needed for those alone. */
  vocabulary?: Iterable<string>;
  /** At most so many rows are read, the first of the file. */
  limit?: number;
  /** Words that are not UTF-8: `'strict'` (the default) refuses them, `'replace'` puts U+FFFD. */
  encodingErrors?: EncodingErrors;
  /**
   * The words of a `.npy` file, or of a safetensors file that holds none: a list, or the path of a text with a line for each. Default
   * for `name.npy`: `name.words.txt` beside it.
   */
  words?: WordList;
  /** Which tensor of a safetensors file. Default: `vectors`, or the only table that it holds. */
  tensor?: string;
}

export interface SaveOptions {
  /**
   * Default by the name's ending: `.bin` is word2vec's binary format, `.vec` fastText's, `.npy` and `.safetensors` what they say,
   * anything else word2vec's text. With `.npy` the words go to a text beside it, `name.words.txt`.
   */
  format?: Exclude<VectorFormat, 'fasttext'>;
  /** What numbers become in safetensors and `.npy`. Default `'float32'`. */
  dtype?: SavedType;
}

const written: readonly VectorFormat[] = ['glove', 'word2vec', 'word2vec-binary', 'vec', 'npy', 'safetensors'];
const savedTypes: readonly SavedType[] = ['float32', 'float16', 'bfloat16', 'int8'];
const read: readonly VectorFormat[] = [...written, 'fasttext'];

function checkFormat(op: string, format: unknown, formats: readonly VectorFormat[]): void {
  if (format === undefined || formats.includes(format as VectorFormat)) return;
  throw new ValueError(`${op}: format must be ${formats.map((f) => `'${f}'`).join(', ')}, got ${describe(format)}`);
}

function refuseOthers({ name, head }: Bytes): void {
  const startsWith = (...bytes: number[]) => bytes.every((byte, k) => head[k] === byte);
  if (startsWith(0x50, 0x4b, 3, 4)) throw new FileFormatError(`${name}: is a zip archive; unpack it first`);
  if (startsWith(...new Uint8Array(Int32Array.of(magic).buffer))) {
    throw new FileFormatError(`${name}: is a model of fastText; leave format out, or give 'fasttext'`);
  }
  if (Buffer.from(head.subarray(0, 40)).toString('latin1').startsWith('version https://git-lfs')) {
    throw new FileFormatError(`${name}: is a pointer of Git LFS, not the file itself; fetch it by git lfs pull`);
  }
}

/** Reads a file of vectors, whatever its format. A model of fastText comes with them: it has vectors for other words too. */
export async function loadVectors(
  op: string,
  path: string,
  options?: LoadOptions,
): Promise<
  LoadedVectors & {
    readonly model?: FastTextModel;
    readonly counts?: readonly number[] | null;
    readonly places?: WordNumbers;
  }
> {
  const {
    format,
    vocabulary,
    limit = Number.POSITIVE_INFINITY,
    encodingErrors = 'strict',
    words,
    tensor,
  } = checkOptions(op, options, ['format', 'vocabulary', 'limit', 'encodingErrors', 'words', 'tensor']);
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  checkFormat(op, format, read);
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isInteger(limit) && limit > 0)) {
    throw new ValueError(`${op}: limit must be a whole number of at least 1, got ${describe(limit)}`);
  }
  if (encodingErrors !== 'strict' && encodingErrors !== 'replace') {
    throw new ValueError(`${op}: encodingErrors must be 'strict' or 'replace', got ${describe(encodingErrors)}`);
  }
  if (typeof vocabulary === 'string') {
    throw new ArgumentError(`${op}: vocabulary must be a list of words, got a string`);
  }
  checkWordList(op, words);
  if (tensor !== undefined && typeof tensor !== 'string') {
    throw new ArgumentError(`${op}: tensor must be the name of a tensor, got ${describe(tensor)}`);
  }
  const bytes = await openBytes(op, path);
  if (bytes.head.length === 0) throw new FileFormatError(`${bytes.name}: is empty`);
  const selection = { vocabulary: vocabulary === undefined ? null : new Set(vocabulary), limit };
  if (format === 'fasttext' || (format === undefined && looksLikeModel(bytes.head))) {
    const model = await readModel(bytes, path, encodingErrors);
    return { ...(await vectorsOfWords(bytes.name, model, selection)), model };
  }
  if (format === 'npy' || format === 'safetensors' || (format === undefined && looksLikeTable(bytes.head))) {
    return readTable(op, path, bytes, selection, words, tensor);
  }
  if (words !== undefined || tensor !== undefined) {
    throw new ArgumentError(
      `${op}: ${words === undefined ? 'tensor' : 'words'} goes with .npy and safetensors, which ${path} is not`,
    );
  }
  refuseOthers(bytes);
  const decoder = new WordDecoder(encodingErrors);
  const binary = format === undefined ? looksLikeWord2VecBinary(bytes.head) : format === 'word2vec-binary';
  return binary ? readWord2VecBinary(bytes, selection, decoder) : readTextVectors(bytes, selection, decoder);
}

function formatOf(path: string): VectorFormat {
  if (path.endsWith('.bin')) return 'word2vec-binary';
  if (path.endsWith('.vec')) return 'vec';
  if (path.endsWith('.npy')) return 'npy';
  return path.endsWith('.safetensors') ? 'safetensors' : 'word2vec';
}

/** A file that is to be written, in parts that are made as they are written. */
export interface FileParts {
  readonly path: string;
  readonly parts: Iterable<string | Uint8Array>;
}

/** What a table is written as, checked: some files, one after the other. */
function filesOf(op: string, path: string, vectors: VectorTable, options: SaveOptions | undefined): FileParts[] {
  const { format, dtype = 'float32' } = checkOptions(op, options, ['format', 'dtype']);
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  checkFormat(op, format, written);
  const chosen = format ?? formatOf(path);
  if (!savedTypes.includes(dtype)) {
    throw new ValueError(`${op}: dtype must be ${savedTypes.map((d) => `'${d}'`).join(', ')}, got ${describe(dtype)}`);
  }
  if (dtype !== 'float32' && chosen !== 'npy' && chosen !== 'safetensors') {
    throw new ValueError(`${op}: dtype goes with the formats npy and safetensors; ${chosen} holds float32`);
  }
  const { keys, vectorSize } = vectors;
  const spoilt = keys.find(
    (key) => key === '' || /[\n\r]/.test(key) || (chosen === 'word2vec-binary' && key.includes(' ')),
  );
  if (spoilt !== undefined) {
    throw new ValueError(`${op}: the word ${describe(spoilt)} can't be written in this format, which it would break`);
  }
  const table = vectors.vectors;
  if (chosen === 'safetensors') return [{ path, parts: tableParts(op, keys, table, vectors.counts, dtype) }];
  if (chosen === 'npy') return npyFiles(op, path, keys, table, dtype);
  const { storage, offset, numel } = table;
  const data = (storage.array as Float32Array).subarray(offset, offset + numel);
  const parts =
    chosen === 'word2vec-binary'
      ? writeWord2VecBinary(keys, data, vectorSize)
      : writeTextVectors(keys, data, vectorSize, chosen !== 'glove');
  return [{ path, parts }];
}

export function saveVectors(op: string, path: string, vectors: VectorTable, options?: SaveOptions): void {
  for (const file of filesOf(op, path, vectors, options)) writePartsAtomically(file.path, file.parts);
}

export async function saveVectorsInBackground(
  op: string,
  path: string,
  vectors: VectorTable,
  options?: SaveOptions,
): Promise<void> {
  for (const file of filesOf(op, path, vectors, options)) await writePartsInBackground(file.path, file.parts);
}
