import { ArgumentError, describe, ShapeError, TokenError, ValueError } from '../errors.js';
import { Embedding } from '../nn/embedding.js';
import { checkOptions, isIterable, nearest } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkSignal, type StopSignal, Turns } from '../text/corpus/turns.js';
import { Vocabulary } from '../text/vocabulary.js';
import { ApproximateIndex } from './approximate.js';
import { type AnalogyOptions, type AnalogyResult, evaluateAnalogies } from './evaluation/analogies.js';
import { evaluatePairs, type PairsOptions, type PairsResult } from './evaluation/pairs.js';
import type { FastTextModel } from './fasttext/model_reader.js';
import {
  type LoadOptions,
  loadVectors,
  type SaveOptions,
  saveVectors,
  saveVectorsInBackground,
} from './formats/files.js';
import { checkWordList, openMapped, type WordList } from './formats/tables.js';
import { fillEmbedding, type ToEmbeddingOptions, type VectorsEmbedding } from './into_embedding.js';
import { bagOf, moversDistance } from './movers_distance.js';
import { PackedWords } from './packed_words.js';
import { type Found, type Queries, type Query, readQueries } from './queries.js';
import { RowStore, TensorRows } from './row_store.js';
import { meanOf, type Nearest, normOf, Searcher, type SearchOptions, unit } from './search.js';
import type { VectorTable } from './vector_table.js';
import { DistinctWords, type KeyPlaces, type LazyWords } from './word_list.js';

export interface MostSimilarOptions extends SearchOptions {
  /** An index that finds nearly all of them, faster: of these vectors, by `ApproximateIndex.build`. Default: all are looked at. */
  indexer?: ApproximateIndex;
  /** What the answer should be unlike; weighted -1 unless a weight is given. */
  negative?: Queries;
}

/** A query with what its answer should be unlike. */
export interface QueryOfBoth {
  positive?: Queries;
  negative?: Queries;
}

export type BatchQuery = Queries | QueryOfBoth;

export interface BatchOptions extends SearchOptions {
  /** An AbortSignal; the promise is rejected with its reason. */
  signal?: StopSignal;
}

/** So many are multiplied with rows that lie in the cache. */
const queriesAtOnce = 256;

export interface KeyedVectorsOptions {
  /** How often each word occurred, in the order of the words. */
  counts?: readonly number[];
}

export interface MapOptions {
  /** The words, a list or the path of a text with a line for each, of a file that holds none. Default for `name.npy`: `name.words.txt`. */
  words?: WordList;
  /** Which tensor of the file. Default: `vectors`, or the only table that it holds. */
  tensor?: string;
}

type OfModel = (model: FastTextModel, keys: readonly string[], vectors: Tensor) => KeyedVectors;
let vectorsOfModel: OfModel | null = null;

/** Says what `load` makes of a model of fastText: a class that is made from `KeyedVectors`. */
export function readModelsAs(make: OfModel): void {
  vectorsOfModel = make;
}

/**
 * Words (or items, nodes, …) and their vectors: gensim's `KeyedVectors`, names in camelCase.
 *
 * ```ts
 * const vectors = await KeyedVectors.load('glove.6B.100d.txt');
 * vectors.mostSimilar(['king', 'woman'], { negative: 'man' });   // [{ key: 'queen', similarity: 0.77 }, …]
 * ```
 */
export class KeyedVectors implements VectorTable {
  #counts: readonly number[] | (() => ArrayLike<number>) | null;
  readonly #rows: RowStore;
  #words: readonly string[] | LazyWords;
  #places: KeyPlaces | null = null;
  #searcher: Searcher | null = null;

  /**
   * @param keys distinct words
   * @param vectors [number of words, vectorSize], one row a word; taken over, not copied, where it is contiguous float32
   */
  constructor(keys: Iterable<string>, vectors: Tensor, options?: KeyedVectorsOptions) {
    const op = 'KeyedVectors';
    const { counts } = checkOptions(op, options, ['counts']);
    if (keys instanceof DistinctWords) {
      // From this library's own readers and trainers, which have looked at all of it.
      this.#rows =
        (vectors as unknown) instanceof RowStore ? (vectors as unknown as RowStore) : new TensorRows(vectors);
      this.#words = keys.words;
      this.#places = keys.places;
      this.#counts = counts ?? null;
      return;
    }
    if (!(vectors instanceof Tensor))
      throw new ArgumentError(`${op}: vectors must be a Tensor, got ${describe(vectors)}`);
    if (typeof keys === 'string' || !isIterable(keys)) {
      throw new ArgumentError(`${op}: keys must be a list of words, got ${describe(keys)}`);
    }
    const words = Array.from(keys);
    if (vectors.dim() !== 2 || vectors.shape[0] !== words.length) {
      throw new ShapeError(
        `${op}: vectors must be [${words.length}, vectorSize], a row for each word, got [${vectors.shape.join(', ')}]`,
      );
    }
    if (counts !== undefined && counts.length !== words.length) {
      throw new ShapeError(`${op}: counts must be one for each of ${words.length} words, got ${counts.length}`);
    }
    this.#rows = new TensorRows(vectors.detach().float().contiguous());
    this.#counts = counts ?? null;
    this.#words = words;
    this.#places = placesOf(op, words);
  }

  /** The words in the order of their rows; the most frequent first where the file says so. */
  get keys(): readonly string[] {
    if (!Array.isArray(this.#words)) this.#words = (this.#words as LazyWords).words();
    return this.#words as readonly string[];
  }

  /** How often each word occurred, where that is known. */
  get counts(): readonly number[] | null {
    if (typeof this.#counts === 'function') this.#counts = Array.from(this.#counts());
    return this.#counts;
  }

  /** float32 [size, vectorSize]. Of a mapped table of 16-bit floats or int8 it is a copy, made anew each time. */
  get vectors(): Tensor {
    return this.#rows.all();
  }

  get #indices(): KeyPlaces {
    this.#places ??= placesOf('KeyedVectors.map', this.keys);
    return this.#places;
  }

  /**
   * Reads vectors that others have made. The format is found by looking at the file: GloVe's text, word2vec's text and
   * binary, fastText's `.vec`, `.bin` and `.ftz`, `.npy` with a list of words, safetensors, each also packed by gzip. From `.bin` and `.ftz` come `FastTextKeyedVectors`,
   * which have vectors for words that they don't know, too.
   * @throws FileFormatError naming the file and the line or word that is not as it should be
   */
  static async load(path: string, options?: LoadOptions): Promise<KeyedVectors> {
    const { keys, vectors, model, counts, places } = await loadVectors('KeyedVectors.load', path, options);
    if (model !== undefined && vectorsOfModel !== null && !(keys instanceof PackedWords)) {
      return vectorsOfModel(model, keys, vectors);
    }
    return knownVectors(distinct(keys, places ?? null), vectors, counts ?? undefined);
  }

  /**
   * Opens vectors that stay in their file, safetensors (as {@link save} writes it), `.npy` or word2vec's binary: in milliseconds however large it is, at
   * the cost of the pages that are touched, which all threads and processes share that map the file. Words are read when the first is
   * asked for. Floats of 16 bits and int8 rows are widened as they are needed.
   *
   * word2vec's binary format is opened as fast, but says nowhere where a word's row begins: with the first word or row the whole file is
   * walked through once, and rows, which lie at any byte, are copied as they are asked for. `lutra convert in.bin out.safetensors` writes
   * a table that needs neither. Windows maps no files: there it is an error that `load` doesn't have.
   *
   * The file must not shrink meanwhile: its size is looked at before rows are read, but one that is cut while they are being read
   * ends the process. One that is replaced or removed is kept until nobody maps it.
   *
   * ```ts
   * vectors.save('vectors.safetensors', { dtype: 'int8' });
   * const mapped = KeyedVectors.map('vectors.safetensors');
   * ```
   *
   * @throws FileFormatError naming what is wrong with the file; ValueError where its words are missing
   */
  static map(path: string, options?: MapOptions): KeyedVectors {
    const op = 'KeyedVectors.map';
    const { words, tensor } = checkOptions(op, options, ['words', 'tensor']);
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    checkWordList(op, words);
    if (tensor !== undefined && typeof tensor !== 'string') {
      throw new ArgumentError(`${op}: tensor must be the name of a tensor, got ${describe(tensor)}`);
    }
    const table = openMapped(op, path, words, tensor);
    // What the constructor checks is known of a file, or looked at when its words are asked for.
    return knownVectors(new DistinctWords(table.words), table.rows, table.counts ?? undefined);
  }

  /** The rows of an embedding under the tokens of a vocabulary. */
  static fromEmbedding(embedding: Embedding, vocabulary: Vocabulary): KeyedVectors {
    const op = 'KeyedVectors.fromEmbedding';
    if (!(embedding instanceof Embedding)) {
      throw new ArgumentError(`${op}: embedding must be an nn.Embedding, got ${describe(embedding)}`);
    }
    if (!(vocabulary instanceof Vocabulary)) {
      throw new ArgumentError(`${op}: vocabulary must be a Vocabulary, got ${describe(vocabulary)}`);
    }
    if (vocabulary.size !== embedding.numEmbeddings) {
      throw new ShapeError(
        `${op}: the embedding has ${embedding.numEmbeddings} rows, the vocabulary ${vocabulary.size} tokens`,
      );
    }
    return new KeyedVectors(vocabulary.tokens(), embedding.weight.detach().clone(), { counts: vocabulary.counts() });
  }

  get size(): number {
    return this.#rows.size;
  }
  get vectorSize(): number {
    return this.#rows.dim;
  }

  has(key: string): boolean {
    return this.#indices.has(key);
  }

  /** The row of a word. @throws TokenError for a word that isn't there, with one that is nearly the same */
  index(key: string): number {
    return this.#index('KeyedVectors.index', key);
  }

  /** A word's vector, a copy; with `norm` of length 1. */
  vector(key: string, options?: { norm?: boolean }): Float32Array {
    const op = 'KeyedVectors.vector';
    const { norm = false } = checkOptions(op, options, ['norm']);
    const row = this.#vectorOf(op, key).vector.slice();
    return norm ? unit(row) : row;
  }

  /** The mean of the vectors of words (of length 1 first unless `preNormalize` is false), by weights where given. */
  meanVector(
    keys: Queries,
    options?: { weights?: readonly number[]; preNormalize?: boolean; postNormalize?: boolean },
  ): Float32Array {
    const op = 'KeyedVectors.meanVector';
    const {
      weights,
      preNormalize = true,
      postNormalize = false,
    } = checkOptions(op, options, ['weights', 'preNormalize', 'postNormalize']);
    const list = this.#queries(op, 'keys', keys, 1);
    if (list.length === 0) throw new ArgumentError(`${op}: keys must name at least one word`);
    if (weights !== undefined && weights.length !== list.length) {
      throw new ShapeError(`${op}: weights must be one for each of ${list.length} keys, got ${weights.length}`);
    }
    const weighted = list.map(({ vector, weight }, k) => ({ vector, weight: weights?.[k] ?? weight }));
    const mean = meanOf(weighted, this.vectorSize, preNormalize);
    return postNormalize ? unit(mean) : mean;
  }

  /**
   * The words whose vectors point most nearly the way of `positive` and least that of `negative` (3CosAdd: the cosine with the
   * weighted mean of unit vectors), nearest first; the words of the query are left out.
   * @throws TokenError for an unknown word; ArgumentError for a query of nothing
   */
  mostSimilar(positive: Queries, options?: MostSimilarOptions): Nearest[] {
    const op = 'KeyedVectors.mostSimilar';
    const { negative, indexer, ...search } = checkOptions(op, options, [
      'negative',
      'indexer',
      'topn',
      'restrictVocab',
    ]);
    const queries = [
      ...this.#queries(op, 'positive', positive, 1),
      ...(negative === undefined ? [] : this.#queries(op, 'negative', negative, -1)),
    ];
    if (queries.length === 0) throw new ArgumentError(`${op}: positive and negative name no word`);
    const without = new Set(queries.flatMap(({ index }) => (index === null ? [] : [index])));
    const mean = meanOf(queries, this.vectorSize, true);
    if (indexer !== undefined) return this.#approximately(op, indexer, mean, without, search);
    return this.#search.nearest(op, mean, without, search);
  }

  /**
   * {@link mostSimilar} of many queries at once, as products of matrices, for which the table is read once instead of once for each: a
   * list for each query. A query is what `mostSimilar` takes, or `{ positive, negative }`. The event loop has its turns meanwhile.
   *
   * ```ts
   * const [ofRiver, ofKing] = await vectors.mostSimilarBatch(['river', { positive: ['king', 'woman'], negative: 'man' }]);
   * ```
   *
   * @throws TokenError for an unknown word; ArgumentError for a query of nothing; the reason of `signal` once it is aborted
   */
  async mostSimilarBatch(queries: readonly BatchQuery[], options?: BatchOptions): Promise<Nearest[][]> {
    const op = 'KeyedVectors.mostSimilarBatch';
    const { signal, ...search } = checkOptions(op, options, ['topn', 'restrictVocab', 'signal']);
    checkSignal(op, signal);
    if (!Array.isArray(queries)) {
      throw new ArgumentError(`${op}: queries must be an array of queries, got ${describe(queries)}`);
    }
    const turns = new Turns(signal);
    const found: Nearest[][] = [];
    for (let begin = 0; begin < queries.length; begin += queriesAtOnce) {
      const some = queries.slice(begin, begin + queriesAtOnce).map((query, k) => this.#direction(op, query, begin + k));
      for (const nearest of await this.#search.nearestOfEach(op, some, search, turns)) found.push(nearest);
    }
    return found;
  }

  /** Where a query points, and the words that are not to be its answer. */
  #direction(op: string, query: BatchQuery, place: number) {
    const name = `queries[${place}]`;
    const isPlain =
      typeof query === 'object' && query !== null && !(query instanceof Tensor) && !ArrayBuffer.isView(query);
    const isBoth = isPlain && !Array.isArray(query) && ('positive' in query || 'negative' in query);
    const { positive, negative } = isBoth
      ? (query as QueryOfBoth)
      : { positive: query as Queries, negative: undefined };
    const parts = [
      ...(positive === undefined ? [] : this.#queries(op, isBoth ? `${name}.positive` : name, positive, 1)),
      ...(negative === undefined ? [] : this.#queries(op, `${name}.negative`, negative, -1)),
    ];
    if (parts.length === 0) throw new ArgumentError(`${op}: ${name} names no word`);
    const without = new Set(parts.flatMap(({ index }) => (index === null ? [] : [index])));
    return { vector: meanOf(parts, this.vectorSize, true), without };
  }

  /** The same vectors at length 1, those of zeros as they are: a table of its own. */
  unitNorm(): KeyedVectors {
    const { size, vectorSize: dim } = this;
    const table = new Float32Array(size * dim);
    for (let k = 0; k < size; k++) {
      const row = table.subarray(k * dim, (k + 1) * dim);
      row.set(this.#row(k));
      unit(row);
    }
    const vectors = Tensor.wrap(table, [size, dim], 'float32');
    return knownVectors(new DistinctWords(this.#words, this.#places), vectors, this.counts ?? undefined);
  }

  /**
   * The words that multiply rather than add (Levy & Goldberg 2014, 3CosMul): the product of (1 + cosine) / 2 with each word of
   * `positive`, by that with each of `negative`.
   */
  mostSimilarCosmul(positive: Queries, options?: MostSimilarOptions): Nearest[] {
    const op = 'KeyedVectors.mostSimilarCosmul';
    const { negative, ...search } = checkOptions(op, options, ['negative', 'topn', 'restrictVocab']);
    const wanted = this.#queries(op, 'positive', positive, 1);
    const unwanted = negative === undefined ? [] : this.#queries(op, 'negative', negative, 1);
    if (wanted.length + unwanted.length === 0) throw new ArgumentError(`${op}: positive and negative name no word`);
    const without = new Set([...wanted, ...unwanted].flatMap(({ index }) => (index === null ? [] : [index])));
    return this.#search.nearestByProduct(op, wanted, unwanted, without, search);
  }

  /** The cosine of the angle between two words' vectors. */
  similarity(a: Query, b: Query): number {
    const op = 'KeyedVectors.similarity';
    const [x] = this.#queries(op, 'a', [a], 1);
    const [y] = this.#queries(op, 'b', [b], 1);
    return cosine(x.vector, y.vector);
  }

  /** 1 - similarity */
  distance(a: Query, b: Query): number {
    return 1 - this.similarity(a, b);
  }

  /** The cosine between the means of the vectors of two lists of words. */
  nSimilarity(a: readonly Query[], b: readonly Query[]): number {
    return cosine(this.meanVector(a, { preNormalize: false }), this.meanVector(b, { preNormalize: false }));
  }

  /** The word that fits least: of which the cosine with the mean of all is smallest. */
  doesntMatch(keys: readonly string[]): string {
    const op = 'KeyedVectors.doesntMatch';
    if (!Array.isArray(keys) || keys.length === 0) {
      throw new ArgumentError(`${op}: keys must be an array of words, got ${describe(keys)}`);
    }
    const rows = keys.map((key) => this.#vectorOf(op, key).vector);
    const mean = meanOf(
      rows.map((vector) => ({ vector, weight: 1 })),
      this.vectorSize,
      true,
    );
    const cosines = rows.map((row) => cosine(row, mean));
    return keys[cosines.indexOf(Math.min(...cosines))];
  }

  /** How many words are nearer to `a` than `b` is, and one: 1 when `b` is the nearest. */
  rank(a: string, b: string): number {
    return this.closerThan(a, b).length + 1;
  }

  /** The words that are nearer to `a` than `b` is. */
  closerThan(a: string, b: string): string[] {
    const op = 'KeyedVectors.closerThan';
    const [from, to] = [this.#index(op, a), this.#index(op, b)];
    const cosines = this.#search.cosines(this.#row(from));
    return this.keys.filter((_, k) => k !== from && k !== to && cosines[k] > cosines[to]);
  }

  /**
   * How well similarities agree with people's (Pearson's and Spearman's correlation): a file of lines `word word score`, parted by tabs,
   * or such triples.
   */
  evaluateWordPairs(pairs: string | Iterable<readonly [string, string, number]>, options?: PairsOptions): PairsResult {
    return evaluatePairs('KeyedVectors.evaluateWordPairs', this, pairs, options);
  }

  /**
   * How many analogies `a is to b as c is to d` come out (3CosAdd), by section; a file as Google's questions-words.txt. Hundreds of
   * questions are answered at once; the event loop has its turns meanwhile.
   */
  async evaluateWordAnalogies(path: string, options?: AnalogyOptions): Promise<AnalogyResult> {
    return evaluateAnalogies('KeyedVectors.evaluateWordAnalogies', this, path, options);
  }

  /** An `nn.Embedding` whose rows are these vectors, in the order of a vocabulary, and what became of words that aren't here. */
  toEmbedding(options?: ToEmbeddingOptions): VectorsEmbedding {
    const ofSubwords = () => (this.hasSubwords ? (word: string) => this.vectorOfUnknown(word) : null);
    return fillEmbedding('KeyedVectors.toEmbedding', this, ofSubwords, options);
  }

  /** Writes all vectors, in one piece or not at all. The format follows the name's ending unless it is given. */
  save(path: string, options?: SaveOptions): void {
    saveVectors('KeyedVectors.save', path, this, options);
  }

  /** {@link save} while the event loop goes on: the system's threads write. The vectors must stay as they are until it is done. */
  async saveInBackground(path: string, options?: SaveOptions): Promise<void> {
    await saveVectorsInBackground('KeyedVectors.saveInBackground', path, this, options);
  }

  /**
   * Word Mover's Distance (Kusner et al. 2015): the least that a document's words have to travel to become the other's, each with a
   * share of the way by how often it stands there; exactly, as the transportation problem. Words that aren't here don't count; the
   * distance to a document of none is infinite.
   * @param norm whether vectors are brought to length 1 first; default true, as gensim has it
   */
  wmdistance(a: readonly string[], b: readonly string[], options?: { norm?: boolean }): number {
    const op = 'KeyedVectors.wmdistance';
    const { norm = true } = checkOptions(op, options, ['norm']);
    const find = (word: string) => {
      const index = this.#indices.get(word);
      return index === undefined ? this.vectorOfUnknown(word) : this.#row(index);
    };
    return moversDistance(bagOf(op, 'a', a, norm, find), bagOf(op, 'b', b, norm, find));
  }

  #approximately(
    op: string,
    indexer: ApproximateIndex,
    query: Float32Array,
    without: ReadonlySet<number>,
    { topn = 10, restrictVocab = null }: SearchOptions,
  ): Nearest[] {
    if (!(indexer instanceof ApproximateIndex)) {
      throw new ArgumentError(`${op}: indexer must be an ApproximateIndex, got ${describe(indexer)}`);
    }
    if (indexer.size !== this.size) {
      throw new ShapeError(`${op}: indexer must be of these ${this.size} words, it holds ${indexer.size}`);
    }
    if (restrictVocab !== null) throw new ArgumentError(`${op}: restrictVocab doesn't go with an indexer`);
    if (!Number.isInteger(topn) || topn < 1) {
      throw new ValueError(`${op}: topn must be a whole number of at least 1, got ${describe(topn)}`);
    }
    const found = indexer.search(query, topn + without.size).filter(({ index }) => !without.has(index));
    return found.slice(0, topn).map(({ index, similarity }) => ({ key: this.#keyAt(index), similarity }));
  }

  get #search(): Searcher {
    this.#searcher ??= new Searcher((index) => this.#keyAt(index), this.#rows);
    return this.#searcher;
  }

  #keyAt(index: number): string {
    return this.#words instanceof PackedWords ? this.#words.word(index) : this.keys[index];
  }

  #row(index: number): Float32Array {
    return this.#rows.row(index);
  }

  /** Whether n-grams of characters have vectors. */
  protected get hasSubwords(): boolean {
    return false;
  }

  /** What stands for a word without a row: null, which is an error, or a vector of its parts. */
  protected vectorOfUnknown(_key: string): Float32Array | null {
    return null;
  }

  #vectorOf(op: string, key: unknown): { index: number | null; vector: Float32Array } {
    const known = typeof key === 'string' ? this.#indices.get(key) : undefined;
    if (known === undefined && typeof key === 'string') {
      const vector = this.vectorOfUnknown(key);
      if (vector !== null) return { index: null, vector };
    }
    const index = known ?? this.#index(op, key);
    return { index, vector: this.#row(index) };
  }

  #index(op: string, key: unknown): number {
    if (typeof key !== 'string') throw new ArgumentError(`${op}: a word must be a string, got ${describe(key)}`);
    const index = this.#indices.get(key);
    if (index !== undefined) return index;
    const lower = key.toLowerCase();
    const near = this.#indices.has(lower) ? lower : nearest(key, this.keys.slice(0, 10_000));
    throw new TokenError(
      `${op}: ${describe(key)} is not among the ${this.size} words${near ? `; did you mean '${near}'?` : ''}`,
      key,
    );
  }

  #queries(op: string, name: string, given: Queries, sign: number): Found[] {
    return readQueries(op, name, given, sign, this.vectorSize, (word) => this.#vectorOf(op, word));
  }
}

/** Vectors of words that are known to differ. */
export function knownVectors(
  words: DistinctWords,
  vectors: Tensor | RowStore,
  counts?: readonly number[] | (() => ArrayLike<number>),
): KeyedVectors {
  return Reflect.construct(KeyedVectors, [words, vectors, counts && { counts }]);
}

/** What a file held, whose reader leaves a word out that comes again. */
export function distinct(keys: readonly string[] | PackedWords, places: KeyPlaces | null): DistinctWords {
  return keys instanceof PackedWords ? new DistinctWords(keys, keys) : new DistinctWords(keys, places);
}

function placesOf(op: string, words: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [k, key] of words.entries()) {
    if (typeof key !== 'string') throw new ArgumentError(`${op}: keys must be strings, got ${describe(key)} at ${k}`);
    if (places.has(key)) throw new ValueError(`${op}: keys must differ, got ${describe(key)} twice`);
    places.set(key, k);
  }
  return places;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let j = 0; j < a.length; j++) dot += a[j] * b[j];
  const lengths = normOf(a) * normOf(b);
  return lengths === 0 ? 0 : dot / lengths;
}
