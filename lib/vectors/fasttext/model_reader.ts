/**
 * Models of fastText, `.bin` and `.ftz`: format 12 and those before it, also the one without a mark at its start. Little-endian,
 * packed: settings, words and labels, n-grams that pruning has kept, the table of inputs and that of outputs.
 */
import { open } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import type { Bytes } from '../formats/bytes.js';
import { type EncodingErrors, WordDecoder } from '../formats/words.js';
import { Turns } from '../trainers/turns.js';
import { ByteStream } from './byte_stream.js';
import { FastTextDictionary } from './dictionary.js';
import { centroidsOfPart, type Matrix, type Quantizer, rowsOf } from './matrix.js';
import { lossNames, type ModelSettings, modelNames } from './settings.js';

export const magic = 793712314;
export const newestVersion = 12;
const longestWord = 65_536;
/** A word takes no fewer bytes: its end, its count and its kind. */
const leastOfEntry = 10;

export interface FastTextModel {
  readonly settings: ModelSettings;
  readonly dictionary: FastTextDictionary;
  readonly input: Matrix;
  readonly output: Matrix;
}

/** Whether a file's first bytes are those of a model. */
export function looksLikeModel(head: Uint8Array): boolean {
  if (head.length < 56) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const numbers = Array.from({ length: 8 }, (_, k) => view.getInt32(4 * k, true));
  if (numbers[0] === magic) return true;
  // Settings at once: dim, ws, epoch, minCount, neg, wordNgrams, loss, model.
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  return (
    numbers.slice(0, 6).every((value) => within(value, 0, 1 << 20)) &&
    numbers[0] > 0 &&
    within(numbers[6], 1, 4) &&
    within(numbers[7], 1, 3)
  );
}

/** Reads a whole model. @throws FileFormatError naming the file, the byte, what was expected and what came */
export async function readModel(bytes: Bytes, path: string, encodingErrors: EncodingErrors): Promise<FastTextModel> {
  const { name } = bytes;
  const zipped = await isZipped(path);
  const stream = await ByteStream.open(bytes, path, zipped);
  try {
    await stream.need(8, 'its settings');
    const hasMark = new DataView(bytes.head.buffer, bytes.head.byteOffset).getInt32(0, true) === magic;
    let version = 0;
    if (hasMark) {
      stream.int32();
      version = stream.int32();
      if (version > newestVersion || version < 1) {
        throw new FileFormatError(
          `${name}: is version ${version} of fastText's format; versions up to ${newestVersion} are known`,
        );
      }
    }
    const settings = await readSettings(stream, version);
    const dictionary = await readDictionary(stream, settings, hasMark, encodingErrors);
    const { words, labels, bucketRows } = dictionary;
    const quantized = hasMark && (await readFlag(stream, 'whether the inputs are quantised'));
    if (!quantized && bucketRows !== null) {
      throw new FileFormatError(
        `${name}: says that n-grams were pruned, but its table is not quantised; fastText made such files before 2017 only (its issue 332) and reads them no more`,
      );
    }
    const input = await readMatrix(stream, 'the table of inputs', quantized, settings.dim);
    const ngrams = bucketRows === null ? settings.bucket : (bucketRows as ReadonlyMap<number, number>).size;
    checkRows(name, 'the table of inputs', input, words.length + ngrams, `${words.length} words and ${ngrams} n-grams`);
    const quantizedOutput = hasMark && (await readFlag(stream, 'whether the outputs are quantised'));
    const output = await readMatrix(stream, 'the table of outputs', quantized && quantizedOutput, settings.dim);
    const supervised = settings.model === 'supervised';
    const outputs = supervised ? labels.length : words.length;
    checkRows(name, 'the table of outputs', output, outputs, `${outputs} ${supervised ? 'labels' : 'words'}`);
    if ((await stream.ready(1)) > 0) {
      throw new FileFormatError(`${name}: goes on after its last table, at byte ${stream.position}`);
    }
    return { settings, dictionary, input, output };
  } finally {
    await stream.close();
  }
}

async function isZipped(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function checkRows(name: string, what: string, matrix: Matrix, expected: number, why: string): void {
  if (rowsOf(matrix) !== expected) {
    throw new FileFormatError(`${name}: ${what} must have ${expected} rows, for ${why}, but it has ${rowsOf(matrix)}`);
  }
}

async function readFlag(stream: ByteStream, what: string): Promise<boolean> {
  await stream.need(1, `what says ${what}`);
  const flag = stream.byte();
  if (flag <= 1) return flag === 1;
  throw new FileFormatError(
    `${stream.name}: what says ${what} must be 0 or 1, got ${flag} at byte ${stream.position - 1}`,
  );
}

async function readSettings(stream: ByteStream, version: number): Promise<ModelSettings> {
  await stream.need(56, 'its settings');
  const start = stream.position;
  const [dim, window, epochs, minCount, negative, wordNgrams, loss, model, bucket, minN, maxN, lrUpdateRate] =
    Array.from({ length: 12 }, () => stream.int32());
  const sample = stream.float64();
  const check = (what: string, value: number, least: number, most: number, place: number) => {
    if (value >= least && value <= most) return;
    throw new FileFormatError(
      `${stream.name}: ${what} must be from ${least} to ${most}, got ${value} at byte ${start + 4 * place}`,
    );
  };
  const most = 2 ** 31 - 1;
  check('the vectors’ size', dim, 1, 65_536, 0);
  check('the number of word n-grams', wordNgrams, 0, most, 5);
  check('the loss', loss, 1, lossNames.length, 6);
  check('the kind of model', model, 1, modelNames.length, 7);
  check('the number of buckets', bucket, 0, most, 8);
  check('the longest n-gram', maxN, 0, most, 10);
  const kind = modelNames[model - 1];
  // Classifiers of old had no n-grams of characters, whatever their settings say.
  const longest = kind === 'supervised' && version < 12 ? 0 : maxN;
  if (longest > 0 || wordNgrams > 1) check('the number of buckets', bucket, 1, most, 8);
  return {
    dim,
    window,
    epochs,
    minCount,
    negative,
    wordNgrams,
    loss: lossNames[loss - 1],
    model: kind,
    bucket,
    minN,
    maxN: longest,
    lrUpdateRate,
    sample,
  };
}

async function readDictionary(
  stream: ByteStream,
  settings: ModelSettings,
  hasMark: boolean,
  encodingErrors: EncodingErrors,
): Promise<FastTextDictionary> {
  const { name } = stream;
  await stream.need(hasMark ? 28 : 20, 'the sizes of its vocabulary');
  const [size, wordCount, labelCount] = [stream.int32(), stream.int32(), stream.int32()];
  if (wordCount < 0 || labelCount < 0 || size !== wordCount + labelCount) {
    throw new FileFormatError(
      `${name}: ${size} entries must be its words and labels, but these are ${wordCount} and ${labelCount}`,
    );
  }
  const tokens = stream.int64('the number of tokens');
  const pruned = hasMark ? stream.int64('the number of n-grams that pruning kept') : -1;
  stream.promise(size * leastOfEntry, `${size} words and labels`);
  const decoder = new WordDecoder('strict');
  const replacing = new WordDecoder('replace');
  const texts: string[] = [];
  const counts: number[] = [];
  const raw = new Map<number, Uint8Array>();
  const turns = new Turns();
  for (let k = 0; k < size; k++) {
    if (k % 1024 === 0) await turns.next();
    const what = `word ${k + 1} of ${size}`;
    let length = stream.nextZero();
    if (length < 0) {
      await stream.ready(longestWord + 1);
      length = stream.nextZero();
    }
    if (length < 0 || length > longestWord) {
      await stream.need(longestWord + 1, what);
      throw new FileFormatError(`${name}: ${what} has no end within ${longestWord} bytes of byte ${stream.position}`);
    }
    await stream.need(length + leastOfEntry, what);
    const bytes = stream.take(length);
    stream.take(1);
    try {
      texts.push(decoder.decode(bytes, () => `${name}, ${what}`));
    } catch (error) {
      if (encodingErrors === 'strict') throw error;
      texts.push(replacing.decode(bytes, () => what));
      raw.set(k, bytes.slice());
    }
    counts.push(stream.int64(`the count of ${what}`));
    const kind = stream.byte();
    const expected = k < wordCount ? 0 : 1;
    if (kind !== expected) {
      throw new FileFormatError(
        `${name}: ${what} must be marked ${expected} (a ${expected === 0 ? 'word' : 'label'}), got ${kind} at byte ${stream.position - 1}`,
      );
    }
  }
  const words = texts.slice(0, wordCount);
  return new FastTextDictionary({
    words,
    places: await placesOfWords(words, turns),
    counts: counts.slice(0, wordCount),
    labels: texts.slice(wordCount),
    labelCounts: counts.slice(wordCount),
    tokens,
    range: settings,
    bucketRows: pruned < 0 ? null : await readPruned(stream, pruned, settings.bucket, wordCount),
    raw,
  });
}

async function readPruned(stream: ByteStream, count: number, bucket: number, words: number) {
  stream.promise(8 * count, `${count} n-grams that pruning kept`);
  const rows = new Map<number, number>();
  const taken = new Uint8Array(count);
  const turns = new Turns();
  for (let k = 0; k < count; k++) {
    if (k % 4096 === 0) await turns.next();
    await stream.need(8, 'the n-grams that pruning kept');
    const [from, to] = [stream.int32(), stream.int32()];
    if (from < 0 || from >= bucket || to < 0 || to >= count || rows.has(from) || taken[to] === 1) {
      throw new FileFormatError(
        `${stream.name}: n-gram ${k + 1} of the ${count} that pruning kept must lead from one of ${bucket} buckets to a row of its own below ${count}, got ${from} to ${to} at byte ${stream.position - 8}`,
      );
    }
    taken[to] = 1;
    rows.set(from, words + to);
  }
  return rows;
}

async function readMatrix(stream: ByteStream, what: string, quantized: boolean, dim: number): Promise<Matrix> {
  return quantized ? readQuantized(stream, what, dim) : readDense(stream, what, dim);
}

async function readSizes(stream: ByteStream, what: string, dim: number): Promise<number> {
  await stream.need(16, `the sizes of ${what}`);
  const [rows, columns] = [stream.int64(`the rows of ${what}`), stream.int64(`the columns of ${what}`)];
  if (rows < 0 || columns !== dim) {
    throw new FileFormatError(`${stream.name}: ${what} must have ${dim} columns, but it is ${rows} x ${columns}`);
  }
  return rows;
}

async function readDense(stream: ByteStream, what: string, dim: number): Promise<Tensor> {
  const rows = await readSizes(stream, what, dim);
  stream.promise(4 * rows * dim, `${what}, ${rows} x ${dim}`);
  const table = Tensor.allocate([rows, dim], 'float32', false);
  const data = (table.storage.array as Float32Array).subarray(table.offset, table.offset + rows * dim);
  await stream.fill(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), what);
  return table;
}

async function readQuantized(stream: ByteStream, what: string, dim: number): Promise<Matrix> {
  const hasNorms = await readFlag(stream, `whether lengths are apart in ${what}`);
  const rows = await readSizes(stream, what, dim);
  await stream.need(4, what);
  const codeBytes = stream.int32();
  const codes = await stream.bytes(Math.max(codeBytes, 0), `the codes of ${what}`);
  const quantizer = await readQuantizer(stream, what, dim);
  const parts = Math.ceil(dim / quantizer.partDim);
  if (codeBytes !== rows * parts) {
    throw new FileFormatError(
      `${stream.name}: ${what} must have ${rows * parts} codes, ${parts} for each of ${rows} rows, but it has ${codeBytes}`,
    );
  }
  if (!hasNorms) return { rows, dim, codes, quantizer, norms: null };
  const normCodes = await stream.bytes(rows, `the lengths of ${what}`);
  const { centroids } = await readQuantizer(stream, `the lengths of ${what}`, 1);
  return { rows, dim, codes, quantizer, norms: { codes: normCodes, centroids } };
}

async function readQuantizer(stream: ByteStream, what: string, dim: number): Promise<Quantizer> {
  await stream.need(16, `the quantiser of ${what}`);
  const [whole, parts, partDim, last] = Array.from({ length: 4 }, () => stream.int32());
  const lastDim = partDim > 0 ? dim % partDim || partDim : 0;
  if (whole !== dim || partDim < 1 || partDim > dim || parts !== Math.ceil(dim / partDim) || last !== lastDim) {
    throw new FileFormatError(
      `${stream.name}: the quantiser of ${what} must part ${dim} numbers evenly, got ${whole} in ${parts} parts of ${partDim}, the last of ${last}`,
    );
  }
  const centroids = await stream.floats(dim * centroidsOfPart, `the quantiser of ${what}`);
  return { dim, partDim, centroids };
}
