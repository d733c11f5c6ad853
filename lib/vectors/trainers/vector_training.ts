import { strideOfRows, trainSlice } from '../../calls/word2vec.js';
import { CorpusError } from '../../errors.js';
import { type EncodedCorpus, encodeWith, type Sentences } from './encoded_corpus.js';
import { fillFirstRows } from './first_rows.js';
import { type HuffmanPaths, huffmanPaths } from './huffman.js';
import { keepProbabilities, negativesTable } from './sampling_tables.js';
import { SlicedTraining, type Stretch } from './slices.js';
import type { StopSignal } from './turns.js';
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

export interface Word2VecTrainOptions {
  /** Called some times a second. */
  onProgress?: (progress: Word2VecProgress) => void;
  /** Called after each time through the corpus; `false` stops the training there. */
  onEpoch?: (epoch: Word2VecEpoch) => unknown;
  /** Sentences that are not trained on; their loss is told after each epoch. */
  heldOut?: Sentences;
  /** An AbortSignal that stops the training; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

/** The rows whose mean is the vector of word w: rows[begin[w] … begin[w + 1]). */
export interface SubwordRows {
  readonly begin: Int32Array;
  readonly rows: Int32Array;
}

const sliceLengths = { first: 10_000, least: 4096, most: 4e6 };
/** Of a deterministic training, whose random numbers start anew with every slice. */
const fixedSlice = 20_000;
/** Random numbers of an epoch start this far from those of the one before. */
const seedsOfEpoch = 0x10001;

/** The tables of a model of word vectors, and their training by slices of the corpus. */
export class VectorTraining {
  /** Rows of `stride` numbers, `vectorSize` of which count: of words, or of words and n-grams. */
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly stride: number;
  readonly outputRows: number;
  readonly #keep: Float32Array | null;
  readonly #negatives: Int32Array | null;
  readonly #paths: HuffmanPaths | null;

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
    this.#paths = options.hs ? huffmanPaths(corpus.counts) : null;
    this.#negatives = options.hs ? null : negativesTable(corpus.counts, options.nsExponent);
    this.#keep = options.sample > 0 ? keepProbabilities(corpus.counts, corpus.read, options.sample) : null;
    this.outputRows = this.#paths?.inner ?? corpus.words.length;
    this.input = new Float32Array(inputRows * this.stride);
    this.output = new Float32Array(this.outputRows * this.stride);
  }

  async train(op: string, { onProgress, onEpoch, heldOut, signal }: Word2VecTrainOptions): Promise<void> {
    const { tokens, length } = this.corpus;
    const { epochs, alpha, minAlpha, deterministic, seed } = this.options;
    const unseen = heldOut === undefined ? null : await this.#encodeHeldOut(op, heldOut);
    const { vectorSize, seed: firstSeed } = this.options;
    const rows = this.inputRows - this.zeroRows;
    await fillFirstRows(this.input, rows, vectorSize, this.stride, firstSeed, signal);
    const told = ({ epochsPerSecond, ...stretch }: Stretch) =>
      onProgress?.({
        ...stretch,
        wordsPerSecond: epochsPerSecond * length,
        alpha: alpha + (minAlpha - alpha) * stretch.progress,
      });
    const lengths = { ...sliceLengths, fixed: deterministic ? fixedSlice : undefined };
    const training = new SlicedTraining(epochs, tokens.length, lengths, onProgress && told, signal);
    for (let epoch = 0; epoch < epochs; epoch++) {
      await training.run(tokens.length, (begin, end) => {
        const rates = [training.rate(alpha, minAlpha), training.rate(alpha, minAlpha, end - begin)] as const;
        return this.#slice(tokens, begin, end, ...rates, seed + epoch * seedsOfEpoch, 32);
      });
      const report: Word2VecEpoch = { epoch, loss: training.endEpoch() };
      if (unseen !== null) report.heldOutLoss = this.#lossOn(unseen);
      if (onEpoch?.(report) === false) break;
    }
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

  async #encodeHeldOut(op: string, heldOut: Sentences): Promise<Int32Array> {
    const index = new Map(this.corpus.words.map((word, k) => [word, k]));
    const { tokens, length } = await encodeWith(op, heldOut, (word) => index.get(word));
    if (length === 0) throw new CorpusError(`${op}: heldOut holds no word of the vocabulary`);
    return tokens;
  }

  /** A step of rate 0 leaves the tables as they are, to the bit. */
  #lossOn(tokens: Int32Array): number {
    const { loss, examples } = this.#slice(tokens, 0, tokens.length, 0, 0, this.options.seed, 1);
    return loss / examples;
  }
}

export function isEncoded(corpus: unknown): boolean {
  return (corpus as Partial<EncodedCorpus> | null | undefined)?.tokens instanceof Int32Array;
}
