import { setImmediate } from 'node:timers/promises';
import { strideOfRows, trainSlice } from '../../calls/word2vec.js';
import { CorpusError } from '../../errors.js';
import { type EncodedCorpus, encodeWith, type Sentences } from './encoded_corpus.js';
import { fillFirstRows, packRows } from './first_rows.js';
import { type HuffmanPaths, huffmanSteps } from './huffman.js';
import { checksum } from './kept_training.js';
import { makePasses } from './passes.js';
import { keepProbabilities, negativesSteps } from './sampling_tables.js';
import type { Stretch } from './slices.js';
import type { KeptTrainingOptions, TrainingControl } from './train_options.js';
import { inTurns, type StopSignal } from './turns.js';
import type { Word2VecSettings } from './word2vec_options.js';

/** Where a training stands. */
export interface Word2VecProgress {
  /** From 0. */
  epoch: number;
  epochs: number;
  /** The share of the whole training that is done, 0 to 1. */
  progress: number;
  /** Words of the vocabulary that were gone through, a second. */
  wordsPerSecond: number;
  /** Mean loss of an example, over the last stretch: what the binary decisions about one context word cost, in nats. */
  loss: number;
  /** Learning rate. */
  alpha: number;
  /** Seconds. */
  timeLeft: number;
}

export interface Word2VecEpoch {
  epoch: number;
  loss: number;
  /** The same on `heldOut`, where that was given. */
  heldOutLoss?: number;
}

export interface Word2VecTrainOptions extends KeptTrainingOptions {
  /** Called some times a second. */
  onProgress?: (progress: Word2VecProgress) => void;
  /** Called after each time through the corpus; `false` stops the training there. */
  onEpoch?: (epoch: Word2VecEpoch) => unknown;
  /** Sentences that are not trained on; their loss is told after each epoch. */
  heldOut?: Sentences;
}

/** The rows whose mean is the vector of word w: rows[begin[w] … begin[w + 1]). */
export interface SubwordRows {
  readonly begin: Int32Array;
  readonly rows: Int32Array;
}

/** The tables of a training that has ended: rows of `vectorSize` numbers. */
export interface PackedTables {
  readonly input: Float32Array;
  readonly output: Float32Array;
}

const sliceLengths = { first: 10_000, least: 4096, most: 4e6 };
/** Of a deterministic training, whose random numbers start anew with every slice. */
const fixedSlice = 20_000;
/** Multiply-adds of one that are some hundredths of a second; with more, slices are shorter, so that their time is about the same. */
const workOfSlice = 20_000 * 3 * 6 * 100;
/** Random numbers of an epoch start this far from those of the one before. */
const seedsOfEpoch = 0x10001;

/** The tables of a model of word vectors, and their training by slices of the corpus. */
export class VectorTraining {
  /** Rows of `stride` numbers, `vectorSize` of which count: of words, or of words and n-grams. */
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly stride: number;
  readonly outputRows: number;
  #keep: Float32Array | null = null;
  #negatives: Int32Array | null = null;
  #paths: HuffmanPaths | null = null;

  /**
   * @param inputRows as many as there are words, unless `subwords` says which rows belong to them
   * @param zeroRows of these, how many at the end belong to nothing and stay zero
   */
  constructor(
    private readonly options: Word2VecSettings,
    private readonly corpus: EncodedCorpus,
    private readonly inputRows: number,
    private readonly subwords: SubwordRows | null,
    private readonly zeroRows = 0,
  ) {
    this.stride = strideOfRows(options.vectorSize);
    // Inner nodes of the tree, or words.
    this.outputRows = options.hs ? Math.max(corpus.words.length - 1, 0) : corpus.words.length;
    this.input = new Float32Array(inputRows * this.stride);
    this.output = new Float32Array(this.outputRows * this.stride);
  }

  /**
   * @param op what errors start with
   * @param trainer the name of the class
   * @param takeOver fills rows that a model before this one has, instead of random numbers
   */
  async train(
    op: string,
    trainer: string,
    options: Word2VecTrainOptions,
    control: TrainingControl,
    takeOver: (tables: Pick<VectorTraining, 'input' | 'output' | 'stride'>) => Promise<void> = async () => {},
  ): Promise<void> {
    const { onProgress, onEpoch, heldOut } = options;
    const { tokens, length, words, counts } = this.corpus;
    const { workers: _workers, corpusMemory: _memory, ...settings } = this.options;
    const { epochs, alpha, minAlpha, deterministic, seed, vectorSize } = settings;
    const { signal } = control;
    const { hs, nsExponent, sample } = this.options;
    if (hs) this.#paths = await inTurns(huffmanSteps(counts), signal);
    else this.#negatives = await inTurns(negativesSteps(counts, nsExponent), signal);
    if (sample > 0) this.#keep = keepProbabilities(counts, this.corpus.read, sample);
    const unseen = heldOut === undefined ? null : await this.#encodeHeldOut(op, heldOut, signal);
    const first = { rows: this.inputRows - this.zeroRows, columns: vectorSize, stride: this.stride };
    await fillFirstRows(this.input, first, vectorSize, seed, signal);
    await takeOver(this);
    const told = ({ epochsPerSecond, ...stretch }: Stretch) =>
      onProgress?.({
        ...stretch,
        wordsPerSecond: epochsPerSecond * length,
        alpha: alpha + (minAlpha - alpha) * stretch.progress,
      });
    await makePasses({
      op,
      trainer,
      settings,
      data: async () => ({
        words: words.length,
        tokens: tokens.length,
        checksum: await checksum([words, counts, tokens], signal),
      }),
      tables: { input: this.input, output: this.output },
      epochs,
      units: tokens.length,
      lengths: {
        ...sliceLengths,
        first: Math.round(this.#wordsOfSlice / 20),
        fixed: deterministic ? this.#wordsOfSlice : undefined,
      },
      control,
      tell: onProgress && told,
      pass: (training, epoch) =>
        training.run(tokens.length, (begin, end) => {
          const rates = [training.rate(alpha, minAlpha), training.rate(alpha, minAlpha, end - begin)] as const;
          return this.#slice(tokens, begin, end, ...rates, seed + epoch * seedsOfEpoch, 32);
        }),
      heldOutLoss: unseen === null ? null : () => this.#lossOn(unseen),
      ended: (epoch, loss, heldOutLoss) =>
        onEpoch?.(heldOutLoss === undefined ? { epoch, loss } : { epoch, loss, heldOutLoss }),
    });
  }

  /** The tables without what pads their rows, in the same memory: the end of the training. */
  async packed(): Promise<PackedTables> {
    const dim = this.options.vectorSize;
    const input = await packRows(this.input, this.inputRows, dim, this.stride);
    return { input, output: await packRows(this.output, this.outputRows, dim, this.stride) };
  }

  /** By the settings and the vocabulary alone, so that a training is cut in the same way everywhere. */
  get #wordsOfSlice(): number {
    const { sg, window, shrinkWindows, negative, vectorSize } = this.options;
    const words = Math.max(1, this.corpus.words.length);
    const outputs = this.options.hs ? Math.log2(words + 1) : negative + 1;
    const context = window * (shrinkWindows ? 1 : 2);
    const rows = this.subwords === null ? 1 : this.subwords.rows.length / words;
    const work = (sg ? (context * outputs * (1 + rows / outputs)) / 1.7 : context * rows + outputs) * vectorSize;
    return Math.max(500, Math.min(fixedSlice, Math.round(workOfSlice / work)));
  }

  #slice(
    tokens: Int32Array,
    begin: number,
    end: number,
    beginRate: number,
    endRate: number,
    seed: number,
    lossEvery: number,
  ) {
    const { options } = this;
    const paths = this.#paths;
    return trainSlice({
      words: this.corpus.words.length,
      inputRows: this.inputRows,
      outputs: this.outputRows,
      dim: options.vectorSize,
      model: options.sg ? 0 : 1,
      window: options.window,
      shrinkWindow: options.shrinkWindows,
      mean: options.cbowMean,
      negative: options.negative,
      begin,
      end,
      beginRate,
      endRate,
      seed,
      threads: options.deterministic ? 1 : (options.workers ?? 1024),
      lossEvery,
      tokenCount: tokens.length,
      negativesCount: this.#negatives?.length ?? 0,
      pathCount: paths?.nodes.length ?? 0,
      subwordCount: this.subwords?.rows.length ?? 0,
      input: this.input,
      output: this.output,
      tokens,
      keep: this.#keep,
      negatives: this.#negatives,
      pathBegin: paths?.begin ?? null,
      pathNodes: paths?.nodes ?? null,
      pathCodes: paths?.codes ?? null,
      subwordBegin: this.subwords?.begin ?? null,
      subwordRows: this.subwords?.rows ?? null,
    });
  }

  async #encodeHeldOut(op: string, heldOut: Sentences, signal: StopSignal | undefined): Promise<Int32Array> {
    const { tokens, length } = await encodeWith(op, heldOut, this.corpus.words, signal);
    if (length === 0) throw new CorpusError(`${op}: heldOut holds no word of the vocabulary`);
    return tokens;
  }

  /** A step of rate 0 leaves the tables as they are, to the bit. */
  async #lossOn(tokens: Int32Array): Promise<number> {
    let [loss, examples] = [0, 0];
    for (let begin = 0; begin < tokens.length; begin += fixedSlice) {
      const end = Math.min(begin + fixedSlice, tokens.length);
      const some = this.#slice(tokens, begin, end, 0, 0, this.options.seed, 1);
      loss += some.loss;
      examples += some.examples;
      await setImmediate();
    }
    return loss / examples;
  }
}
