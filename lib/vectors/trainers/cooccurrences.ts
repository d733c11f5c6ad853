import { open, stat } from 'node:fs/promises';
import { bytesOfRecord, numbersOfRecord } from '../../calls/cooccurrences.js';
import { ArgumentError, CorpusError, describe, FileFormatError, ValueError } from '../../errors.js';
import { writePartsInBackground } from '../../io/atomic_file.js';
import { checkOptions } from '../../options.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import { encodeCorpus, type Sentences } from './encoded_corpus.js';
import { checkWhole, readFlag } from './option_checks.js';
import { PairCounter, pairsInMemory, type ShuffledPairs } from './pair_counter.js';
import { type StopSignal, Turns } from './turns.js';

/** How co-occurrences are counted; names and defaults are those of GloVe's programs, in camelCase. */
export interface CooccurrenceOptions {
  /** Words that occur less often are left out. Default 1. */
  minCount?: number;
  /** At most so many words, the most frequent. Default null: all. */
  maxFinalVocab?: number | null;
  /** Words to the left of each that it is counted with, 1 to 512. Default 15. */
  window?: number;
  /** To the right, too. Default true. */
  symmetric?: boolean;
  /** A pair at distance d weighs 1 / d instead of 1. Default true. */
  distanceWeighting?: boolean;
  /** Bytes that counting may take; what outgrows them goes to files. Default 1 GiB, at least 16 MiB. */
  memory?: number;
  /** The folder for those files. Default null: the system's folder for temporary files. */
  folder?: string | null;
  /** Where the random order of the pairs begins. Default 1. */
  seed?: number;
}

export type CooccurrenceSettings = {
  readonly [Key in keyof CooccurrenceOptions]-?: Exclude<CooccurrenceOptions[Key], undefined>;
};

export const cooccurrenceDefaults: CooccurrenceSettings = {
  minCount: 1,
  maxFinalVocab: null,
  window: 15,
  symmetric: true,
  distanceWeighting: true,
  memory: 2 ** 30,
  folder: null,
  seed: 1,
};

const leastMemory = 2 ** 24;
const recordsAtOnce = 1 << 16;

/** Checks the settings that counting takes; the others are left as they are. */
export function checkCooccurrenceSettings(op: string, settings: Record<string, unknown>): void {
  checkWhole(op, 'minCount', settings.minCount, 0, Number.MAX_SAFE_INTEGER);
  checkWhole(op, 'window', settings.window, 1, 512);
  checkWhole(op, 'memory', settings.memory, leastMemory, Number.MAX_SAFE_INTEGER);
  checkWhole(op, 'seed', settings.seed, 0, 2 ** 31);
  if (settings.maxFinalVocab !== null) checkWhole(op, 'maxFinalVocab', settings.maxFinalVocab, 1, 2 ** 31 - 2);
  for (const name of ['symmetric', 'distanceWeighting']) settings[name] = readFlag(op, name, settings[name]);
  if (settings.folder !== null && typeof settings.folder !== 'string') {
    throw new ArgumentError(`${op}: folder must be a path or null, got ${describe(settings.folder)}`);
  }
}

function readSettings(op: string, options: CooccurrenceOptions): CooccurrenceSettings {
  const given = checkOptions(op, options, Object.keys(cooccurrenceDefaults));
  const settings: Record<string, unknown> = { ...cooccurrenceDefaults };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) settings[name] = value;
  checkCooccurrenceSettings(op, settings);
  return settings as unknown as CooccurrenceSettings;
}

/**
 * How often the words of a corpus stand near each other: what GloVe is trained on.
 *
 * ```ts
 * const pairs = await Cooccurrences.count('texts/*.txt', { minCount: 5, window: 10 });
 * const model = await GloVe.train(pairs, { vectorSize: 100 });
 * await pairs.close();
 * ```
 *
 * Pairs that outgrow `memory` lie in temporary files until `close`.
 */
export class Cooccurrences {
  /** The words, by falling frequency; equals in order of appearance. */
  readonly words: readonly string[];
  /** How often each occurs; empty where a file was loaded that doesn't tell. */
  readonly counts: readonly number[];
  readonly #pairs: ShuffledPairs;
  readonly #settings: CooccurrenceSettings | null;
  #closed = false;

  /** For `count` and `load`. */
  private constructor(
    words: readonly string[],
    counts: readonly number[],
    pairs: ShuffledPairs,
    settings: CooccurrenceSettings | null,
  ) {
    if (typeof pairs?.part !== 'function') {
      throw new ArgumentError('Cooccurrences: are made by await Cooccurrences.count(sentences) or load, not by new');
    }
    this.words = words;
    this.counts = counts;
    this.#pairs = pairs;
    this.#settings = settings;
  }

  /**
   * Counts the pairs of a corpus.
   * @param sentences what `Word2Vec.train` takes; windows end with a sentence
   * @throws CorpusError for a corpus without words, OptionError or ValueError for what is no option; the system's error if the disk
   *   is full; the reason of `signal` once it is aborted
   */
  static async count(
    sentences: Sentences,
    { signal, ...options }: CooccurrenceOptions & { signal?: StopSignal } = {},
  ): Promise<Cooccurrences> {
    const op = 'Cooccurrences.count';
    return Cooccurrences.countFor(op, sentences, readSettings(op, options), signal);
  }

  /** @internal `count` on behalf of another operation. */
  static async countFor(
    op: string,
    sentences: Sentences,
    settings: CooccurrenceSettings,
    signal?: StopSignal,
  ): Promise<Cooccurrences> {
    const { words, counts, tokens } = await encodeCorpus(
      op,
      sentences,
      { ...settings, corpusMemory: settings.memory },
      signal,
    );
    const counter = new PairCounter(op, words.length, settings, new Turns(signal));
    try {
      await counter.count(tokens);
      const pairs = await counter.shuffled(settings.seed);
      if (pairs.count > 0) return new Cooccurrences(words, counts, pairs, settings);
      await pairs.close();
    } finally {
      await counter.close();
    }
    throw new CorpusError(`${op}: no two words of the vocabulary stand in one sentence`);
  }

  /**
   * Reads what GloVe's `cooccur` or `shuffle` wrote, or `save`.
   * @param words the words in the order of the vocabulary file; a word and its count a line may be given as such a line
   * @throws FileFormatError for a file that is not whole records of words that there are
   */
  static async load(path: string, words: readonly string[]): Promise<Cooccurrences> {
    const op = 'Cooccurrences.load';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
      throw new ArgumentError(`${op}: words must be a list of strings, got ${describe(words)}`);
    }
    await checkDistinct(op, words);
    const bytes = (await stat(path)).size;
    if (bytes === 0 || bytes % bytesOfRecord !== 0) {
      throw new FileFormatError(`${op}: ${path}: must hold records of ${bytesOfRecord} bytes, got ${bytes} bytes`);
    }
    const records = new Int32Array((bytes / bytesOfRecord) * numbersOfRecord);
    const file = await open(path);
    try {
      const view = new Uint8Array(records.buffer);
      for (let at = 0; at < bytes; ) {
        const { bytesRead } = await file.read(view, at, Math.min(bytes - at, 2 ** 24), at);
        if (bytesRead === 0) throw new FileFormatError(`${op}: ${path}: has become shorter while it was read`);
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    await checkRecords(`${op}: ${path}`, records, words.length);
    return new Cooccurrences([...words], [], pairsInMemory(records), null);
  }

  /** Pairs, each way counted once. */
  get length(): number {
    return this.#pairs.count;
  }

  /** Pairs in random order, as word numbers and weight. */
  pairs(): AsyncGenerator<readonly [first: number, second: number, weight: number]> {
    return this.#eachPair();
  }

  async *#eachPair(): AsyncGenerator<readonly [number, number, number]> {
    for (let k = 0; k < this.#pairs.parts; k++) {
      const { records } = await this.part(k);
      const weights = new Float64Array(records.buffer, records.byteOffset, records.length / 2);
      for (let at = 0; at < records.length; at += numbersOfRecord) {
        yield [records[at] - 1, records[at + 1] - 1, weights[at / 2 + 1]];
      }
    }
  }

  /** Writes them as GloVe's `cooccur` does: int32, int32 (words from 1 on), float64; for `glove -input-file` in random order. */
  async save(path: string): Promise<void> {
    const op = 'Cooccurrences.save';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    await writePartsInBackground(path, this.#bytes());
  }

  /** A part at a time, which is all that memory has to hold. */
  async *#bytes(): AsyncGenerator<Uint8Array> {
    for (let k = 0; k < this.#pairs.parts; k++) {
      const { records } = await this.part(k);
      yield new Uint8Array(records.buffer, records.byteOffset, records.byteLength);
    }
  }

  /** @internal How they were counted; null of a file. */
  get settings(): CooccurrenceSettings | null {
    return this.#settings;
  }

  /** @internal */
  get parts(): number {
    return this.#pairs.parts;
  }

  /** @internal Records of a part; the caller's own if `owned`. */
  part(k: number): ReturnType<ShuffledPairs['part']> {
    if (this.#closed) throw new ArgumentError('Cooccurrences: were closed');
    return this.#pairs.part(k);
  }

  /** Removes temporary files. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pairs.close();
  }
}

async function checkDistinct(op: string, words: readonly string[]): Promise<void> {
  const turns = new Turns();
  const places = await placesOfWords(words, turns);
  for (let k = 0; k < words.length; k++) {
    if (k % 4096 === 0) await turns.next();
    if (places.get(words[k]) === k) continue;
    throw new ValueError(`${op}: words must differ, got ${describe(words[k])} twice`);
  }
}

async function checkRecords(where: string, records: Int32Array, words: number): Promise<void> {
  const turns = new Turns();
  const weights = new Float64Array(records.buffer, 0, records.length / 2);
  for (let at = 0; at < records.length; at += numbersOfRecord) {
    const [first, second, weight] = [records[at], records[at + 1], weights[at / 2 + 1]];
    if (!(first >= 1 && first <= words && second >= 1 && second <= words && weight > 0 && weight < Infinity)) {
      throw new FileFormatError(
        `${where}: record ${at / numbersOfRecord} must be two words from 1 to ${words} and a positive weight, ` +
          `got ${first}, ${second} and ${weight}`,
      );
    }
    if (at % (recordsAtOnce * numbersOfRecord) === 0) await turns.next();
  }
}
