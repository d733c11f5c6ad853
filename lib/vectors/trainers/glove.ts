import { setImmediate } from 'node:timers/promises';
import { numbersOfRecord } from '../../calls/cooccurrences.js';
import { prepareExamples, strideOfGloveRows, trainGloveSlice } from '../../calls/glove.js';
import { ArgumentError, describe, ValueError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { placesOfWords, type WordNumbers } from '../../text/corpus/word_numbers.js';
import { type KeyedVectors, knownVectors } from '../keyed_vectors.js';
import { DistinctWords } from '../word_list.js';
import { type CooccurrenceOptions, Cooccurrences } from './cooccurrences.js';
import type { Sentences } from './encoded_corpus.js';
import { fillFirstRows } from './first_rows.js';
import { costOf, countHeldOut } from './glove_held_out.js';
import { type GloVeOptions, type GloVeSettings, readGloVeOptions } from './glove_options.js';
import { checksum } from './kept_training.js';
import { makePasses } from './passes.js';
import type { Stretch } from './slices.js';
import { type KeptTrainingOptions, partOptions, readTrainingControl, type TrainingControl } from './train_options.js';
import { type StopSignal, Turns } from './turns.js';

/** Where a training stands. */
export interface GloVeProgress {
  /** From 0. */
  epoch: number;
  epochs: number;
  /** The share of the whole training that is done, 0 to 1. */
  progress: number;
  /** Pairs a second. */
  pairsPerSecond: number;
  /** Mean cost of a pair over the last stretch, ½ f(X) (w · c + b + d - log X)². */
  cost: number;
  /** Seconds. */
  timeLeft: number;
}

export interface GloVeEpoch {
  epoch: number;
  /** Mean cost of a pair. */
  cost: number;
  /** The same on the pairs of `heldOut`, where that was given. */
  heldOutCost?: number;
}

export interface GloVeTrainOptions extends KeptTrainingOptions {
  /** Called some times a second. */
  onProgress?: (progress: GloVeProgress) => void;
  /** Called after each time through the pairs; `false` stops the training there. */
  onEpoch?: (epoch: GloVeEpoch) => unknown;
  /**
   * Sentences that are not trained on: the cost of their pairs is told after each epoch. They are counted as the others are, and weigh as
   * if there were as many words of them.
   */
  heldOut?: Sentences;
}

/** Which of the two vectors of each word: GloVe's `-model 2`, `-model 1` and the other table. */
export type GloVeVectors = 'sum' | 'word' | 'context';

const sliceLengths = { first: 1 << 14, least: 4096, most: 4e6 };
/** Records whose logarithms are taken before the event loop has its turn. */
const preparedAtOnce = 1 << 16;
const filledAtOnce = 1 << 20;
/** Words between two looks at the time. */
const wordsOfStep = 1 << 10;
const ofCounting: readonly (keyof CooccurrenceOptions)[] = [
  'minCount',
  'maxFinalVocab',
  'window',
  'symmetric',
  'distanceWeighting',
  'memory',
  'folder',
];

/**
 * Word vectors by GloVe (Pennington, Socher, Manning 2014): the products of vectors are fitted to the logarithms of how often words
 * stand near each other.
 *
 * ```ts
 * const model = await GloVe.train('texts/*.txt', { vectorSize: 100, minCount: 5, onEpoch: console.log });
 * model.wv.mostSimilar('river');
 * ```
 *
 * Options, defaults and arithmetic are those of GloVe's C programs, in float32 instead of float64. As there, biases learn at rate 1, and
 * `wv` has the sums of both vectors of each word.
 */
export class GloVe {
  readonly options: Readonly<GloVeSettings>;
  readonly words: readonly string[];
  readonly counts: readonly number[];
  readonly #stride: number;
  readonly #word: Float32Array;
  readonly #context: Float32Array;
  /** What steps are divided by, while it is trained. */
  #wordSquares: Float32Array;
  #contextSquares: Float32Array;
  #places: WordNumbers | null = null;
  #wv: KeyedVectors | null = null;

  /** For `GloVe.train`, which counts first. */
  private constructor(options: GloVeSettings, pairs: Cooccurrences) {
    if (!(pairs instanceof Cooccurrences)) {
      throw new ArgumentError('GloVe: is made by await GloVe.train(sentences, options), not by new');
    }
    this.options = options;
    this.words = pairs.words;
    this.counts = pairs.counts;
    this.#stride = strideOfGloveRows(options.vectorSize);
    const numbers = pairs.words.length * this.#stride;
    this.#word = new Float32Array(numbers);
    this.#context = new Float32Array(numbers);
    this.#wordSquares = new Float32Array(numbers);
    this.#contextSquares = new Float32Array(numbers);
  }

  async #fill(signal: StopSignal | undefined): Promise<void> {
    const { vectorSize: dim, seed } = this.options;
    // Uniform in ±½ / dim, biases too, as GloVe begins.
    const rows = { rows: this.words.length, columns: dim + 1, stride: this.#stride };
    await fillFirstRows(this.#word, rows, 2 * dim, seed, signal);
    await fillFirstRows(this.#context, rows, 2 * dim, seed + 0x5bd1e995, signal);
    const turns = new Turns(signal);
    for (const squares of [this.#wordSquares, this.#contextSquares]) {
      for (let at = 0; at < squares.length; at += filledAtOnce) {
        squares.fill(1, at, at + filledAtOnce);
        await turns.next();
      }
    }
  }

  /**
   * Counts the co-occurrences of a corpus and trains on them.
   * @param data a corpus, as `Word2Vec.train` takes it, or co-occurrences that were counted or loaded, which stay as they are
   * @throws ArgumentError, OptionError or ValueError for what is no corpus or no option; CorpusError for a corpus without pairs; the
   *   reason of `signal` once it is aborted
   */
  static async train(data: Sentences | Cooccurrences, options: GloVeOptions & GloVeTrainOptions = {}): Promise<GloVe> {
    const op = 'GloVe.train';
    const { training, how } = partOptions(op, options);
    const settings = readGloVeOptions(op, how);
    const control = readTrainingControl(op, training);
    if (data instanceof Cooccurrences) {
      const surplus = ofCounting.find((name) => how[name] !== undefined);
      if (surplus !== undefined)
        throw new ValueError(`${op}: ${surplus} has no effect on pairs that are counted already`);
      return new GloVe(settings, data).#train(op, data, training, control);
    }
    const pairs = await Cooccurrences.countFor(op, data, settings, control.signal);
    try {
      return await new GloVe(settings, pairs).#train(op, pairs, training, control, true);
    } finally {
      await pairs.close();
    }
  }

  /** The sums of both vectors of each word. */
  get wv(): KeyedVectors {
    return this.#wv!;
  }

  /** The vectors of words, of words as context, or their sums (the default). */
  vectors(which: GloVeVectors = 'sum'): KeyedVectors {
    if (which !== 'sum' && which !== 'word' && which !== 'context') {
      throw new ValueError(`GloVe.vectors: which must be 'sum', 'word' or 'context', got ${describe(which)}`);
    }
    const dim = this.options.vectorSize;
    const table = new Float32Array(this.words.length * dim);
    for (let w = 0; w < this.words.length; w++) {
      for (let j = 0; j < dim; j++) {
        const at = w * this.#stride + j;
        table[w * dim + j] = (which === 'context' ? 0 : this.#word[at]) + (which === 'word' ? 0 : this.#context[at]);
      }
    }
    return this.#keyed(table, this.#places);
  }

  #keyed(table: Float32Array, places: WordNumbers | null): KeyedVectors {
    const vectors = Tensor.wrap(table, [this.words.length, this.options.vectorSize], 'float32');
    return knownVectors(
      new DistinctWords(this.words, places),
      vectors,
      this.counts.length > 0 ? this.counts : undefined,
    );
  }

  /** The sums take the place of what steps were divided by, which no one needs any more. */
  async #finish(squares: Float32Array): Promise<void> {
    const turns = new Turns();
    const dim = this.options.vectorSize;
    for (let w = 0; w < this.words.length; w++) {
      const [from, to] = [w * this.#stride, w * dim];
      for (let j = 0; j < dim; j++) squares[to + j] = this.#word[from + j] + this.#context[from + j];
      if (w % wordsOfStep === 0) await turns.next();
    }
    this.#places = await placesOfWords(this.words, turns);
    this.#wv = this.#keyed(squares.subarray(0, this.words.length * dim), this.#places);
  }

  async #train(
    op: string,
    pairs: Cooccurrences,
    { onProgress, onEpoch, heldOut }: GloVeTrainOptions,
    control: TrainingControl,
    ours = false,
  ): Promise<this> {
    const { workers: _workers, folder: _folder, ...settings } = this.options;
    const { epochs, deterministic } = settings;
    const { signal } = control;
    await this.#fill(signal);
    const unseen = heldOut === undefined ? null : await countHeldOut(op, pairs, heldOut, signal);
    const tables = {
      word: this.#word,
      context: this.#context,
      wordSquares: this.#wordSquares,
      contextSquares: this.#contextSquares,
    };
    const told = ({ epochsPerSecond, loss, ...stretch }: Stretch) =>
      onProgress?.({ ...stretch, pairsPerSecond: epochsPerSecond * pairs.length, cost: loss });
    // Pairs in memory are prepared once: in place, where nobody else has them.
    let kept: Int32Array | null = null;
    try {
      await makePasses({
        op,
        trainer: 'GloVe',
        settings,
        data: async () => ({
          words: pairs.words.length,
          pairs: pairs.length,
          checksum: await checksum([pairs.words, (await pairs.part(0)).records], signal),
        }),
        tables,
        epochs,
        units: pairs.length,
        lengths: { ...sliceLengths, fixed: deterministic ? sliceLengths.first : undefined },
        control,
        tell: onProgress && told,
        pass: async (training) => {
          for (let k = 0; k < pairs.parts; k++) {
            const examples: Int32Array = kept ?? (await this.#examples(pairs, k, ours, signal));
            if (pairs.parts === 1) kept = examples;
            await training.run(examples.length / numbersOfRecord, (begin, end) => ({
              loss: this.#slice(examples, begin, end),
              examples: end - begin,
            }));
          }
        },
        heldOutLoss: unseen === null ? null : () => costOf(unseen, tables, this.#stride, this.options, signal),
        ended: (epoch, cost, heldOutCost) =>
          onEpoch?.(heldOutCost === undefined ? { epoch, cost } : { epoch, cost, heldOutCost }),
      });
    } finally {
      await unseen?.pairs.close();
    }
    await this.#finish(this.#wordSquares);
    [this.#wordSquares, this.#contextSquares] = [new Float32Array(0), new Float32Array(0)];
    return this;
  }

  /** A part with logarithms and factors instead of weights. */
  async #examples(pairs: Cooccurrences, k: number, ours: boolean, signal?: StopSignal): Promise<Int32Array> {
    const { records, owned } = await pairs.part(k);
    const examples = owned || ours ? records : new Int32Array(records.length);
    const count = examples.length / numbersOfRecord;
    const { alpha, xMax } = this.options;
    for (let at = 0; at < count; at += preparedAtOnce) {
      const place = at * numbersOfRecord;
      if (examples !== records) examples.set(records.subarray(place, place + preparedAtOnce * numbersOfRecord), place);
      prepareExamples(examples, at, Math.min(at + preparedAtOnce, count), alpha, xMax);
      await setImmediate();
      signal?.throwIfAborted();
    }
    return examples;
  }

  #slice(examples: Int32Array, begin: number, end: number): number {
    const { vectorSize: dim, eta, gradClip, workers, deterministic } = this.options;
    return trainGloveSlice({
      words: this.words.length,
      dim,
      begin,
      end,
      eta,
      gradClip,
      threads: deterministic ? 1 : (workers ?? 1024),
      word: this.#word,
      context: this.#context,
      wordSquares: this.#wordSquares,
      contextSquares: this.#contextSquares,
      examples,
    }).cost;
  }
}
