/** Models in fastText's format 12, as fastText and gensim read it. */
import { Tensor } from '../../tensor/tensor.js';
import { floatsOf, type Matrix, partsOf, type QuantizedMatrix, type Quantizer } from './matrix.js';
import { type FastTextModel, magic, newestVersion } from './model_reader.js';
import { lossNames, modelNames } from './settings.js';

const partBytes = 1 << 20;

/** Numbers of several sizes, packed. */
class Packer {
  readonly #parts: Buffer[] = [];

  int32(...values: number[]): this {
    for (const value of values) {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value);
      this.#parts.push(bytes);
    }
    return this;
  }
  int64(...values: number[]): this {
    for (const value of values) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      this.#parts.push(bytes);
    }
    return this;
  }
  float64(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#parts.push(bytes);
    return this;
  }
  flag(value: boolean): this {
    this.#parts.push(Buffer.of(value ? 1 : 0));
    return this;
  }
  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export function* writeModel({ settings, dictionary, input, output }: FastTextModel): Generator<Uint8Array> {
  const { dim, window, epochs, minCount, negative, wordNgrams, loss, model } = settings;
  const { words, labels, tokens, bucketRows, range } = dictionary;
  const kept = bucketRows instanceof Map ? (bucketRows as ReadonlyMap<number, number>) : null;
  yield new Packer()
    .int32(magic, newestVersion, dim, window, epochs, minCount, negative, wordNgrams)
    .int32(lossNames.indexOf(loss) + 1, modelNames.indexOf(model) + 1)
    .int32(range.bucket, range.minN, range.maxN, settings.lrUpdateRate)
    .float64(settings.sample)
    .int32(words.length + labels.length, words.length, labels.length)
    .int64(tokens, kept === null ? -1 : kept.size)
    .bytes();
  yield* writeEntries(dictionary);
  if (kept !== null) {
    const pairs = new Packer();
    for (const [from, row] of kept) pairs.int32(from, row - words.length);
    yield pairs.bytes();
  }
  const quantized = !(input instanceof Tensor);
  yield new Packer().flag(quantized).bytes();
  if (bucketRows instanceof Int32Array) yield* writeSpread(input as Tensor, words.length, bucketRows);
  else yield* writeMatrix(input);
  yield new Packer().flag(quantized && !(output instanceof Tensor)).bytes();
  yield* writeMatrix(output);
}

function* writeEntries(dictionary: FastTextModel['dictionary']): Generator<Uint8Array> {
  const { words, counts, labelCounts, labels } = dictionary;
  let [parts, size] = [[] as Uint8Array[], 0];
  for (let k = 0; k < words.length + labels.length; k++) {
    const text = dictionary.bytesOf(k);
    const entry = Buffer.alloc(text.length + 10);
    entry.set(text);
    const isLabel = k >= words.length;
    entry.writeBigInt64LE(BigInt(isLabel ? labelCounts[k - words.length] : counts[k]), text.length + 1);
    entry[text.length + 9] = isLabel ? 1 : 0;
    parts.push(entry);
    size += entry.length;
    if (size >= partBytes) {
      yield Buffer.concat(parts);
      [parts, size] = [[], 0];
    }
  }
  yield Buffer.concat(parts);
}

const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function* writeMatrix(matrix: Matrix): Generator<Uint8Array> {
  if (!(matrix instanceof Tensor)) {
    yield* writeQuantized(matrix);
    return;
  }
  yield new Packer().int64(...matrix.shape).bytes();
  yield bytesOf(floatsOf(matrix));
}

/** A table that has rows for some buckets only, as one with rows for all. */
function* writeSpread(table: Tensor, words: number, bucketRows: Int32Array): Generator<Uint8Array> {
  const dim = table.shape[1];
  const data = floatsOf(table);
  yield new Packer().int64(words + bucketRows.length, dim).bytes();
  yield bytesOf(data.subarray(0, words * dim));
  const rowsOfPart = Math.max(1, Math.floor(partBytes / (4 * dim)));
  for (let begin = 0; begin < bucketRows.length; begin += rowsOfPart) {
    const end = Math.min(begin + rowsOfPart, bucketRows.length);
    const part = new Float32Array((end - begin) * dim);
    for (let b = begin; b < end; b++) {
      const row = bucketRows[b];
      if (row >= 0) part.set(data.subarray(row * dim, (row + 1) * dim), (b - begin) * dim);
    }
    yield bytesOf(part);
  }
}

function* writeQuantized({ rows, dim, codes, quantizer, norms }: QuantizedMatrix): Generator<Uint8Array> {
  yield new Packer()
    .flag(norms !== null)
    .int64(rows, dim)
    .int32(codes.length)
    .bytes();
  yield codes;
  yield* writeQuantizer(quantizer);
  if (norms === null) return;
  yield norms.codes;
  yield* writeQuantizer({ dim: 1, partDim: 1, centroids: norms.centroids });
}

function* writeQuantizer(quantizer: Quantizer): Generator<Uint8Array> {
  const { dim, partDim, centroids } = quantizer;
  yield new Packer().int32(dim, partsOf(quantizer), partDim, dim % partDim || partDim).bytes();
  yield bytesOf(centroids);
}

/** Whether a model is written without its floats: what `.ftz` says. */
export const isQuantized = (matrix: Matrix): matrix is QuantizedMatrix => !(matrix instanceof Tensor);
