import { ArgumentError, describe, FileFormatError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LoadOptions, loadVectors } from '../formats/files.js';
import { KeyedVectors, readModelsAs } from '../keyed_vectors.js';
import { PackedWords } from '../packed_words.js';
import { unit } from '../search.js';
import { DistinctWords } from '../word_list.js';
import { FastTextDictionary } from './dictionary.js';
import { floatsOf, layOut, type Matrix, meansOf } from './matrix.js';
import type { FastTextModel } from './model_reader.js';

/** What vectors of unknown words are made from. */
export type SubwordSource = Pick<FastTextModel, 'dictionary' | 'input'>;

/**
 * Words and their vectors, and vectors for words that have none, as means of the rows of their n-grams of characters
 * (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information"): gensim's `FastTextKeyedVectors`.
 *
 * ```ts
 * const vectors = await KeyedVectors.load('cc.en.300.bin');
 * vectors.has('riverbankish');                 // false
 * vectors.mostSimilar('riverbankish');         // [{ key: 'riverbank', … }, …]
 * ```
 *
 * `has` and `index` speak of words with a row of their own. What takes a word and needs its vector takes any word that
 * has n-grams; where a model has none, unknown words are errors as elsewhere.
 */
export class FastTextKeyedVectors extends KeyedVectors {
  readonly #dictionary: FastTextDictionary;
  readonly #input: Matrix;

  /** For `FastText.train` and those that load models. */
  private constructor(
    keys: readonly string[],
    vectors: Tensor,
    counts: readonly number[] | undefined,
    source: SubwordSource,
  ) {
    if (!(source?.dictionary instanceof FastTextDictionary)) {
      throw new ArgumentError(
        'FastTextKeyedVectors: is made by await FastText.train(sentences, options) or await KeyedVectors.load(path), not by new',
      );
    }
    super(keys, vectors, counts === undefined ? undefined : { counts });
    this.#dictionary = source.dictionary;
    this.#input = source.input;
  }

  /** The vectors of a model, `.bin` or `.ftz`. @throws FileFormatError for a file that is none, or damaged */
  static override async load(path: string, options?: LoadOptions): Promise<FastTextKeyedVectors> {
    const op = 'FastTextKeyedVectors.load';
    const { keys, vectors, model } = await loadVectors(op, path, options);
    if (model === undefined || keys instanceof PackedWords) {
      throw new FileFormatError(`${op}: ${path}: is no model of fastText; KeyedVectors.load reads other vectors`);
    }
    return makeSubwordVectors(model, keys, vectors);
  }

  /** The mean of the vectors, of length 1, of a text's words: what fastText's print-sentence-vectors gives for such models. */
  sentenceVector(text: string | readonly string[]): Float32Array {
    const op = 'FastTextKeyedVectors.sentenceVector';
    if (typeof text !== 'string' && !(Array.isArray(text) && text.every((token) => typeof token === 'string'))) {
      throw new ArgumentError(`${op}: text must be a string or an array of tokens, got ${describe(text)}`);
    }
    const words = typeof text === 'string' ? (text.match(/\S+/g) ?? []) : (text as readonly string[]);
    const mean = new Float32Array(this.vectorSize);
    let count = 0;
    for (const word of words) {
      const vector = this.has(word) ? this.vector(word) : this.vectorOfUnknown(word);
      if (vector === null || vector.every((x) => x === 0)) continue;
      count++;
      for (const [j, x] of unit(vector).entries()) mean[j] += x;
    }
    return count === 0 ? mean : mean.map((x) => x / count);
  }

  protected override get hasSubwords(): boolean {
    return this.#dictionary.range.maxN > 0;
  }

  protected override vectorOfUnknown(key: string): Float32Array | null {
    const list = this.#dictionary.rowsOf(key);
    if (list.length === 0) return null;
    const { rows, begin } = layOut([list]);
    return floatsOf(meansOf('FastTextKeyedVectors', this.#input, rows, begin));
  }
}

/** Vectors of some of a model's words, by which others are found too. */
export function makeSubwordVectors(
  { dictionary, input }: SubwordSource,
  keys: readonly string[],
  vectors: Tensor,
): FastTextKeyedVectors {
  const isWhole = keys === dictionary.words;
  const counts = isWhole ? dictionary.counts : keys.map((key) => dictionary.counts[dictionary.indexOf(key)!]);
  const words = new DistinctWords(keys, isWhole ? dictionary.places : null);
  return Reflect.construct(FastTextKeyedVectors, [words, vectors, counts, { dictionary, input }]);
}

readModelsAs(makeSubwordVectors);
