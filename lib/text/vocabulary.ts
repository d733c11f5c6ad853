import { readFileSync } from 'node:fs';
import { ArgumentError, describe, FileFormatError, IndexError, TokenError, ValueError } from '../errors.js';
import { writeFileAtomically } from '../io/atomic_file.js';
import { kindOfFile } from '../io/file_kind.js';
import { checkOptions, isIterable } from '../options.js';
import { type CountOptions, countCorpus, countOptionNames } from './corpus/count.js';
import type { CorpusInput } from './corpus/readers.js';
import { Turns } from './corpus/turns.js';
import { placesOfWords, type WordNumbers } from './corpus/word_numbers.js';
import { keepProbabilities, negativesTable } from './sampling_tables.js';
import {
  type ArrangedTokens,
  arrangeInTurns,
  arrangeTokens,
  readArrangement,
  type TokenArrangement,
} from './token_arrangement.js';
import { checkToken, checkTokenList, countTokens, readCounts, type TokenCounts } from './token_counts.js';
import { isCountsFile, readCountsFile, writeCountsFile } from './vocabulary_counts.js';
import { readVocabularyJSON, type VocabularyJSON } from './vocabulary_json.js';

/** Which id a token outside the vocabulary gets. Without either option such a token is an error. */
export interface UnknownTokenOptions {
  /** The token whose id stands for every unknown one, such as `'<unk>'`; it must be in the vocabulary. */
  unknownToken?: string;
  /** The same by id. */
  defaultIndex?: number;
}

export interface VocabularyOptions extends UnknownTokenOptions {
  /** How often each token occurred, by token; those not named count 0. */
  counts?: TokenCounts;
  /** Which of the tokens are special. */
  specials?: Iterable<string>;
}

export interface VocabularyBuildOptions extends UnknownTokenOptions, TokenArrangement {}

export interface VocabularyCorpusOptions
  extends UnknownTokenOptions,
    CountOptions,
    Omit<TokenArrangement, 'minFrequency'> {}

export interface VocabularySaveOptions {
  /**
   * `'json'` (the default): all there is. `'counts'`: lines of a token and its count, by id, as word2vec's `-save-vocab` writes
   * them; which tokens are special, and the default index, are not in it.
   */
  format?: 'json' | 'counts';
}

const UNKNOWN_OPTIONS = ['unknownToken', 'defaultIndex'] as const;
const ARRANGEMENT_OPTIONS = ['specials', 'specialsFirst', 'maxSize', 'sort'] as const;
const BUILD_OPTIONS = [...ARRANGEMENT_OPTIONS, 'minFrequency', ...UNKNOWN_OPTIONS];

/** Tokens of this library's own making, which are known to be as they should. */
class KnownTokens {
  constructor(
    readonly op: string,
    readonly arranged: ArrangedTokens,
    readonly places: WordNumbers,
  ) {}
}

/**
 * Tokens and their ids, 0 to `size - 1`: what turns text into the indices that an embedding looks up, and back.
 *
 * ```ts
 * const vocabulary = Vocabulary.fromTokens(words, {
 *   specials: ['<pad>', '<unk>', '<sos>', '<eos>'],
 *   unknownToken: '<unk>',
 * });
 * const embedding = new nn.Embedding(vocabulary.size, 10, { paddingIdx: vocabulary.lookupIndex('<pad>') });
 * embedding.forward(vocabulary.encode(['a', 'sentence']));
 * ```
 *
 * Tokens and ids never change once built; only the default index can be set later.
 */
export class Vocabulary {
  readonly #tokens: readonly string[];
  readonly #indices: Pick<WordNumbers, 'get' | 'has'>;
  readonly #counts: readonly number[];
  readonly #specials: ReadonlySet<number>;
  #defaultIndex: number | null;

  /**
   * @param tokens distinct tokens; the id of each is its position
   * @throws ArgumentError, ValueError or OptionError for a token that comes twice, a special that is not among them, …
   */
  constructor(tokens: Iterable<string>, options?: VocabularyOptions) {
    const op = 'Vocabulary';
    if (tokens instanceof KnownTokens) {
      const { tokens: list, counts, specials } = tokens.arranged;
      this.#tokens = list;
      this.#indices = tokens.places;
      this.#counts = counts;
      this.#specials = new Set(specials.map((special) => tokens.places.get(special) as number));
      this.#defaultIndex = this.#readDefaultIndex(tokens.op, options ?? {});
      return;
    }
    const { counts, specials, ...unknown } = checkOptions(op, options, ['counts', 'specials', ...UNKNOWN_OPTIONS]);
    checkTokenList(op, tokens);
    const list: string[] = [];
    const indices = new Map<string, number>();
    for (const item of tokens) {
      const token = checkToken(op, item, list.length);
      if (indices.has(token)) {
        throw new ValueError(
          `${op}: tokens must differ, got ${describe(token)} at positions ${indices.get(token)} and ${list.length}`,
        );
      }
      indices.set(token, list.length);
      list.push(token);
    }
    const countOf = counts === undefined ? undefined : readCounts(op, counts);
    this.#tokens = list;
    this.#indices = indices;
    this.#counts = list.map((token) => countOf?.get(token) ?? 0);
    this.#specials = new Set(this.#readSpecials(op, specials ?? []));
    this.#defaultIndex = this.#readDefaultIndex(op, unknown);
  }

  /**
   * The vocabulary of a corpus.
   *
   * @param tokens tokens, or lists of tokens (sentences)
   * @throws ArgumentError, ValueError or OptionError naming the argument
   */
  static fromTokens(tokens: Iterable<string | Iterable<string>>, options?: VocabularyBuildOptions): Vocabulary {
    checkOptions('Vocabulary.fromTokens', options, BUILD_OPTIONS);
    return Vocabulary.#build('Vocabulary.fromTokens', countTokens(tokens), options);
  }

  /** The vocabulary of a corpus counted already, as by {@link countTokens}; appearance is the order of the counts. */
  static fromCounts(counts: TokenCounts, options?: VocabularyBuildOptions): Vocabulary {
    checkOptions('Vocabulary.fromCounts', options, BUILD_OPTIONS);
    return Vocabulary.#build('Vocabulary.fromCounts', readCounts('Vocabulary.fromCounts', counts), options);
  }

  /**
   * The vocabulary of a corpus that is read as it is counted, however large it is. Plain text whose tokens white space parts is
   * counted by native code on all threads.
   *
   * ```ts
   * const vocabulary = await Vocabulary.build('texts/*.txt.gz', { minCount: 5, specials: ['<pad>', '<unk>'] });
   * ```
   *
   * @param corpus a TextCorpus as {@link textLines} gives, the path or pattern of text files, or an iterable of texts or of
   *   lists of tokens
   * @throws ArgumentError, ValueError or OptionError naming the option; CorpusError naming file, line and byte of what can't be
   *   read
   */
  static async build(corpus: CorpusInput, options: VocabularyCorpusOptions = {}): Promise<Vocabulary> {
    const op = 'Vocabulary.build';
    const all = [...ARRANGEMENT_OPTIONS, ...countOptionNames, ...UNKNOWN_OPTIONS];
    const { specials, specialsFirst, maxSize, sort, unknownToken, defaultIndex, ...count } = checkOptions(
      op,
      options,
      all,
    );
    // What is wrong with it shall be known before a corpus of hours is read.
    const arrangement = readArrangement(op, { specials, specialsFirst, maxSize, sort });
    const { frequent } = await countCorpus(op, corpus, count);
    const turns = new Turns(count.signal);
    const arranged = await arrangeInTurns(op, frequent, arrangement, turns);
    const known = new KnownTokens(op, arranged, await placesOfWords(arranged.tokens, turns));
    return Reflect.construct(Vocabulary, [known, { unknownToken, defaultIndex }]);
  }

  static #build(op: string, counts: Map<string, number>, options: VocabularyBuildOptions = {}): Vocabulary {
    const { unknownToken, defaultIndex, ...arrangement } = options;
    const { tokens, specials } = arrangeTokens(op, counts, arrangement);
    return new Vocabulary(tokens, { counts, specials, unknownToken, defaultIndex });
  }

  /** How many tokens there are; an embedding for this vocabulary has this many rows. */
  get size(): number {
    return this.#tokens.length;
  }

  /** {@link size}, by the name that lists use. */
  get length(): number {
    return this.#tokens.length;
  }

  /** The id that unknown tokens get, or null where they are an error. */
  get defaultIndex(): number | null {
    return this.#defaultIndex;
  }

  /** Sets the id that unknown tokens get; null makes them an error. */
  setDefaultIndex(index: number | null): void {
    this.#defaultIndex = index === null ? null : this.#checkIndex('Vocabulary.setDefaultIndex', index);
  }

  /** Whether a token has an id of its own. */
  has(token: string): boolean {
    return this.#indices.has(token);
  }

  /** The id of a token, or undefined for an unknown one, whatever the default index. */
  get(token: string): number | undefined {
    return this.#indices.get(token);
  }

  /**
   * The id of a token; the default index for an unknown one.
   * @throws TokenError for an unknown token where no default index is set
   */
  lookupIndex(token: string): number {
    return this.#lookup('Vocabulary.lookupIndex', token, undefined);
  }

  /** {@link lookupIndex} of each token, as a plain array. */
  lookupIndices(tokens: Iterable<string>): number[] {
    checkTokenList('Vocabulary.lookupIndices', tokens);
    return Array.from(tokens, (token, position) => this.#lookup('Vocabulary.lookupIndices', token, position));
  }

  /** {@link lookupIndex} of each token, as the index array that tensors and embeddings take without a copy. */
  encode(tokens: Iterable<string>): Int32Array {
    checkTokenList('Vocabulary.encode', tokens);
    const list = Array.isArray(tokens) ? tokens : [...tokens];
    const ids = new Int32Array(list.length);
    for (let i = 0; i < list.length; i++) ids[i] = this.#lookup('Vocabulary.encode', list[i], i);
    return ids;
  }

  /**
   * The token of an id.
   * @throws IndexError for an id outside 0 to `size - 1`; ArgumentError for one that is no number
   */
  lookupToken(index: number): string {
    return this.#tokens[this.#checkIndex('Vocabulary.lookupToken', index)];
  }

  /** {@link lookupToken} of each id. */
  lookupTokens(indices: Iterable<number>): string[] {
    return this.#tokensOf('Vocabulary.lookupTokens', indices);
  }

  /**
   * The tokens of ids: what {@link encode} took, with the unknown token in place of unknown ones.
   * @param options `skipSpecials`: leave special tokens out, false unless set
   */
  decode(indices: Iterable<number>, options?: { skipSpecials?: boolean }): string[] {
    const { skipSpecials = false } = checkOptions('Vocabulary.decode', options, ['skipSpecials']);
    const tokens = this.#tokensOf('Vocabulary.decode', indices);
    return skipSpecials ? tokens.filter((token) => !this.isSpecial(token)) : tokens;
  }

  /** How often a token occurred in what the vocabulary was built from; 0 for tokens outside it. */
  count(token: string): number {
    const index = this.#indices.get(token);
    return index === undefined ? 0 : this.#counts[index];
  }

  /** The counts by id. */
  counts(): number[] {
    return [...this.#counts];
  }

  /**
   * The probability that an occurrence of each token is kept when frequent ones are left out at random, by id: √(t/f) + t/f, at
   * most 1, for the token's share f of all counts (word2vec.c and fastText; Mikolov et al. 2013 have √(t/f)).
   * @param threshold t, or, from 1 on, a count instead of a share; default 1e-3
   */
  subsampling(threshold = 1e-3): Float32Array {
    const op = 'Vocabulary.subsampling';
    if (typeof threshold !== 'number' || !(threshold > 0)) {
      throw new ValueError(`${op}: threshold must be a number above 0, got ${describe(threshold)}`);
    }
    const total = this.#counts.reduce((a, b) => a + b, 0);
    return keepProbabilities(this.#counts, total, threshold);
  }

  /**
   * A table of ids in which each stands as often as count^exponent says: an entry drawn at random is a negative sample.
   * @param exponent default 0.75 (word2vec; fastText has 0.5)
   * @throws ValueError for a vocabulary without counts
   */
  negativeSampling(exponent = 0.75): Int32Array {
    const op = 'Vocabulary.negativeSampling';
    if (typeof exponent !== 'number' || !(Math.abs(exponent) <= 10)) {
      throw new ValueError(`${op}: exponent must be a number from -10 to 10, got ${describe(exponent)}`);
    }
    if (!this.#counts.some((count) => count > 0)) throw new ValueError(`${op}: no token of the vocabulary was counted`);
    // What was never seen is never drawn, whatever the exponent.
    const ids = this.#counts.flatMap((count, id) => (count > 0 ? [id] : []));
    const table = negativesTable(
      ids.map((id) => this.#counts[id]),
      exponent,
    );
    return ids.length === this.#counts.length ? table : table.map((place) => ids[place]);
  }

  /** The tokens by id. */
  tokens(): string[] {
    return [...this.#tokens];
  }

  /** The special tokens in order of their ids. */
  specials(): string[] {
    return this.#specialIds().map((index) => this.#tokens[index]);
  }

  /** Whether a token is one of the specials. */
  isSpecial(token: string): boolean {
    const index = this.#indices.get(token);
    return index !== undefined && this.#specials.has(index);
  }

  /** [token, id] in order of ids. */
  *entries(): IterableIterator<[token: string, index: number]> {
    for (const [index, token] of this.#tokens.entries()) yield [token, index];
  }

  /** The tokens in order of ids. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.#tokens[Symbol.iterator]();
  }

  toJSON(): VocabularyJSON {
    return {
      format: 'lutra.vocabulary',
      version: 1,
      tokens: this.tokens(),
      counts: this.counts(),
      specials: this.#specialIds(),
      defaultIndex: this.#defaultIndex,
    };
  }

  /**
   * The vocabulary that {@link toJSON} described.
   * @throws FileFormatError saying what is wrong with it
   */
  static fromJSON(json: unknown): Vocabulary {
    return Vocabulary.#fromJSON('Vocabulary.fromJSON', json);
  }

  /** Writes the vocabulary to a file. A crash leaves the file that was there, or the new one, never a part. */
  save(path: string, options?: VocabularySaveOptions): void {
    const op = 'Vocabulary.save';
    const { format = 'json' } = checkOptions(op, options, ['format']);
    checkPath(op, path);
    if (format === 'json') {
      writeFileAtomically(path, `${JSON.stringify(this)}\n`);
      return;
    }
    if (format !== 'counts') throw new ValueError(`${op}: format must be 'json' or 'counts', got ${describe(format)}`);
    const spoilt = this.#tokens.find((token) => token === '' || /\s/.test(token));
    if (spoilt !== undefined) {
      throw new ValueError(`${op}: the token ${describe(spoilt)} can't be written in lines of a word and its count`);
    }
    writeFileAtomically(path, writeCountsFile(this.#tokens.map((token, id) => [token, this.#counts[id]])));
  }

  /**
   * Reads a file that {@link save} wrote, in either format, or word2vec (`-save-vocab`) or GloVe's `vocab_count`.
   * @throws FileFormatError for a file that is none; the file system's own error where it can't be read
   */
  static load(path: string): Vocabulary {
    const op = `Vocabulary.load: ${checkPath('Vocabulary.load', path)}`;
    const bytes = readFileSync(path);
    let json: unknown;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      if (isCountsFile(text)) {
        const counts = readCountsFile(op, text);
        return new Vocabulary(counts.keys(), { counts });
      }
      json = JSON.parse(text);
    } catch (error) {
      if (error instanceof FileFormatError) throw error;
      const kind = kindOfFile(bytes);
      const instead = kind === null || kind.startsWith('a text') ? '' : `; it is ${kind}`;
      throw new FileFormatError(`${op} is no JSON file: ${(error as Error).message}${instead}`);
    }
    return Vocabulary.#fromJSON(op, json);
  }

  static #fromJSON(op: string, json: unknown): Vocabulary {
    const { tokens, counts, specials, defaultIndex } = readVocabularyJSON(op, json);
    return new Vocabulary(tokens, {
      counts: tokens.map((token, index) => [token, counts[index]]),
      specials: specials.map((index) => tokens[index]),
      defaultIndex: defaultIndex ?? undefined,
    });
  }

  #specialIds(): number[] {
    return [...this.#specials].sort((a, b) => a - b);
  }

  #lookup(op: string, token: string, position: number | undefined): number {
    const index = this.#indices.get(checkToken(op, token, position)) ?? this.#defaultIndex;
    if (index !== null) return index;
    const place = position === undefined ? '' : ` at position ${position}`;
    throw new TokenError(
      `${op}: token ${describe(token)}${place} is not in the vocabulary of ${this.size}, and no default index is set; ` +
        'build it with unknownToken, or call setDefaultIndex',
      token,
    );
  }

  #tokensOf(op: string, indices: Iterable<number>): string[] {
    if (!isIterable(indices)) {
      throw new ArgumentError(`${op}: expected a list of ids, got ${describe(indices)}`);
    }
    return Array.from(indices, (index, position) => this.#tokens[this.#checkIndex(op, index, position)]);
  }

  #checkIndex(op: string, index: number, position?: number): number {
    const place = position === undefined ? '' : ` at position ${position}`;
    if (typeof index !== 'number')
      throw new ArgumentError(`${op}: an id must be a number, got ${describe(index)}${place}`);
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      const range = this.size === 0 ? 'the vocabulary is empty' : `ids are integers from 0 to ${this.size - 1}`;
      throw new IndexError(`${op}: ${range}, got ${index}${place}`, index, this.size, position);
    }
    return index;
  }

  #readSpecials(op: string, specials: Iterable<string>): number[] {
    checkTokenList(op, specials);
    return Array.from(specials, (special, position) =>
      this.#requireIndex(op, 'specials', checkToken(op, special, position)),
    );
  }

  #readDefaultIndex(op: string, { unknownToken, defaultIndex }: UnknownTokenOptions): number | null {
    if (unknownToken !== undefined && defaultIndex !== undefined) {
      throw new ArgumentError(`${op}: unknownToken and defaultIndex say the same; give one of them`);
    }
    if (unknownToken !== undefined) return this.#requireIndex(op, 'unknownToken', checkToken(op, unknownToken));
    return defaultIndex === undefined ? null : this.#checkIndex(`${op}: defaultIndex`, defaultIndex);
  }

  #requireIndex(op: string, argument: string, token: string): number {
    const index = this.#indices.get(token);
    if (index === undefined) {
      throw new ValueError(
        `${op}: ${argument} names ${describe(token)}, which is not in the vocabulary of ${this.size}`,
      );
    }
    return index;
  }
}

function checkPath(op: string, path: unknown): string {
  if (typeof path === 'string') return path;
  throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
}
