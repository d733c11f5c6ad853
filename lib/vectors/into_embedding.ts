import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { Embedding } from '../nn/embedding.js';
import { randn } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { Vocabulary } from '../text/vocabulary.js';
import type { VectorTable } from './vector_table.js';

/**
 * What a word gets that the vectors lack: zeros, the mean of all vectors, normal numbers of their deviation, the mean of its n-grams'
 * vectors (zeros where it has none; of `FastTextKeyedVectors` alone), or what a function gives.
 */
export type MissingRule = 'zeros' | 'mean' | 'normal' | 'subwords' | ((word: string) => ArrayLike<number>);

const rules: readonly unknown[] = ['zeros', 'mean', 'normal', 'subwords'];

export interface ToEmbeddingOptions {
  /** The rows' order, and words beyond those that have vectors. Default: the words as they are here. */
  vocabulary?: Vocabulary;
  /** Whether the table stays as it is in training. Default true, as `fromPretrained` has it. */
  freeze?: boolean;
  /** Default `'normal'`. */
  missing?: MissingRule;
  /** The row of this word is zero and gets no gradient. */
  padding?: string;
  /** Gradients by rows. Default false. */
  sparse?: boolean;
}

export interface VectorsEmbedding {
  readonly embedding: Embedding;
  /** Words of the vocabulary that have a vector of their own. */
  readonly found: number;
  /** Words that don't. */
  readonly missing: readonly string[];
}

/** @param ofSubwords gives a word's vector by its n-grams, null for none; or null where the vectors have no n-grams */
export function fillEmbedding(
  op: string,
  vectors: VectorTable,
  ofSubwords: () => ((word: string) => Float32Array | null) | null,
  options?: ToEmbeddingOptions,
): VectorsEmbedding {
  const {
    vocabulary,
    freeze = true,
    missing = 'normal',
    padding,
    sparse = false,
  } = checkOptions(op, options, ['vocabulary', 'freeze', 'missing', 'padding', 'sparse']);
  if (vocabulary !== undefined && !(vocabulary instanceof Vocabulary)) {
    throw new ArgumentError(`${op}: vocabulary must be a Vocabulary, got ${describe(vocabulary)}`);
  }
  if (typeof missing !== 'function' && !rules.includes(missing)) {
    throw new ValueError(
      `${op}: missing must be 'zeros', 'mean', 'normal', 'subwords' or a function, got ${describe(missing)}`,
    );
  }
  const bySubwords = missing === 'subwords' ? ofSubwords() : null;
  if (missing === 'subwords' && bySubwords === null) {
    throw new ValueError(
      `${op}: missing is 'subwords', but these vectors have no n-grams; models of FastText and their .bin files have`,
    );
  }
  const words = vocabulary?.tokens() ?? vectors.keys;
  const dim = vectors.vectorSize;
  const source = vectors.vectors.contiguous();
  const from = source.storage.array as Float32Array;
  const table = new Float32Array(words.length * dim);
  const lacking: number[] = [];
  for (const [k, word] of words.entries()) {
    if (!vectors.has(word)) {
      lacking.push(k);
      continue;
    }
    const begin = source.offset + vectors.index(word) * dim;
    table.set(from.subarray(begin, begin + dim), k * dim);
  }
  if (lacking.length > 0)
    fillMissing(
      op,
      table,
      dim,
      lacking.map((k) => ({ row: k, word: words[k] })),
      vectors,
      missing === 'subwords' ? (word) => bySubwords?.(word) ?? new Float32Array(dim) : missing,
    );
  let paddingIdx: number | undefined;
  if (padding !== undefined) {
    paddingIdx = words.indexOf(padding);
    if (paddingIdx < 0) throw new ValueError(`${op}: padding ${describe(padding)} is not a word of the vocabulary`);
    table.fill(0, paddingIdx * dim, (paddingIdx + 1) * dim);
  }
  const weight = Tensor.wrap(table, [words.length, dim], 'float32');
  return {
    embedding: Embedding.fromPretrained(weight, {
      freeze,
      sparse,
      ...(paddingIdx === undefined ? {} : { paddingIdx }),
    }),
    found: words.length - lacking.length,
    missing: lacking.map((k) => words[k]),
  };
}

function fillMissing(
  op: string,
  table: Float32Array,
  dim: number,
  lacking: readonly { row: number; word: string }[],
  vectors: VectorTable,
  missing: Exclude<MissingRule, 'subwords'>,
): void {
  if (missing === 'zeros') return;
  if (typeof missing === 'function') {
    for (const { row, word } of lacking) {
      const vector = missing(word);
      if (vector?.length !== dim) {
        throw new ShapeError(`${op}: missing must give ${dim} numbers, got ${describe(vector)} for ${describe(word)}`);
      }
      table.set(Float32Array.from(vector), row * dim);
    }
    return;
  }
  const center = vectors.vectors.mean(0).data as Float32Array;
  const deviation = missing === 'mean' ? 0 : deviationFrom(vectors.vectors, center);
  const noise = missing === 'mean' ? null : (randn([lacking.length, dim]).data as Float32Array);
  for (const [i, { row }] of lacking.entries()) {
    for (let j = 0; j < dim; j++) {
      table[row * dim + j] = center[j] + (noise === null ? 0 : noise[i * dim + j] * deviation);
    }
  }
}

/** The root of the mean squared distance of numbers from their column's mean, without another table. */
function deviationFrom(table: Tensor, center: Float32Array): number {
  const [rows, dim] = table.shape;
  const { storage, offset } = table.contiguous();
  const data = storage.array as Float32Array;
  let sum = 0;
  for (let row = 0, at = offset; row < rows; row++) {
    let ofRow = 0;
    for (let j = 0; j < dim; j++, at++) ofRow += (data[at] - center[j]) ** 2;
    sum += ofRow;
  }
  return Math.sqrt(sum / (rows * dim));
}
