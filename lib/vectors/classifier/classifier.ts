import { ArgumentError, describe, ValueError } from '../../errors.js';
import { writePartsAtomically, writePartsInBackground } from '../../io/atomic_file.js';
import { checkOptions } from '../../options.js';
import { FastTextDictionary } from '../fasttext/dictionary.js';
import { type FastTextKeyedVectors, makeSubwordVectors } from '../fasttext/keyed_vectors.js';
import { floatsOf } from '../fasttext/matrix.js';
import { type LoadModelOptions, loadModel } from '../fasttext/model_loader.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { isQuantized, writeModel } from '../fasttext/model_writer.js';
import { vectorsOfWords } from '../fasttext/word_rows.js';
import { checkWhole } from '../trainers/option_checks.js';
import { partOptions, readTrainingControl } from '../trainers/train_options.js';
import { type AutotuneOptions, autotuneModel } from './autotune.js';
import { readExamples, trainModel } from './build.js';
import { exampleOf, type LabelledTexts } from './examples.js';
import { measure } from './measure.js';
import type { ClassifierTest } from './measures.js';
import { type ClassifierOptions, checkPrefix, classifierDefaults, readClassifierOptions } from './options.js';
import { Predictor, type Scored } from './predictor.js';
import { type QuantizeOptions, quantizeModel } from './quantize.js';
import type { ClassifierTrainOptions } from './training.js';

export interface ClassifierPredictOptions {
  /** How many labels to give at most; null for all. Default 1. */
  k?: number | null;
  /** Labels less probable are left out. Default 0. */
  threshold?: number;
}

/** A label, without its prefix, and its probability. */
export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/**
 * Texts and their labels: fastText's classifier (Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification"), the mean
 * of the vectors of words and n-grams, and a linear layer.
 *
 * ```ts
 * const model = await FastTextClassifier.train(
 *   [{ text: 'win a prize now', labels: 'spam' }, '__label__ham see you at noon'],
 *   { wordNgrams: 2, epochs: 25, alpha: 0.5 },
 * );
 * model.predict('a prize');          // [{ label: 'spam', probability: 0.97 }]
 * model.save('model.bin');           // fastText reads it
 * ```
 *
 * A text's tokens are parted by white space, and none is changed: lower case and punctuation are the caller's. A token that
 * begins with `labelPrefix` is a label wherever it stands. Differences from fastText: probabilities are true ones (fastText
 * adds 0.00001), and rows of n-grams that no example has are zero and take no memory.
 */
export class FastTextClassifier {
  /** Without their prefix, the most frequent first. */
  readonly labels: readonly string[];
  /** How often each occurred in training. */
  readonly labelCounts: readonly number[];
  readonly words: readonly string[];
  /** How it was trained; of a model from a file, as far as that says so. */
  readonly options: Readonly<ClassifierOptions>;
  readonly #model: FastTextModel;
  readonly #prefix: string;
  #predictor: Predictor | null = null;

  /** For `train`, `autotune`, `load` and `quantize`. */
  private constructor(model: FastTextModel, options: ClassifierOptions) {
    if (!((model as FastTextModel | undefined)?.dictionary instanceof FastTextDictionary)) {
      throw new ArgumentError(
        'FastTextClassifier: is made by await FastTextClassifier.train(examples, options) or await FastTextClassifier.load(path), not by new',
      );
    }
    this.#model = model;
    this.#prefix = options.labelPrefix ?? classifierDefaults.labelPrefix;
    this.options = options;
    this.words = model.dictionary.words;
    this.labelCounts = model.dictionary.labelCounts;
    this.labels = model.dictionary.labels.map((label) =>
      label.startsWith(this.#prefix) ? label.slice(this.#prefix.length) : label,
    );
  }

  /**
   * Reads examples and trains on them.
   * @param examples lines with labels in them (`__label__spam win a prize`), or `{ text, labels }`; iterable or async iterable
   * @throws ArgumentError, OptionError or ValueError for what is no example or no option; CorpusError where no example has a
   *   label; the reason of `signal` once it is aborted
   */
  static async train(
    examples: LabelledTexts,
    options: ClassifierOptions & ClassifierTrainOptions = {},
  ): Promise<FastTextClassifier> {
    const op = 'FastTextClassifier.train';
    const { training, how } = partOptions(op, options);
    const settings = readClassifierOptions(op, how);
    const control = readTrainingControl(op, training);
    const read = await readExamples(op, examples, settings.labelPrefix, control.signal);
    return new FastTextClassifier(await trainModel(op, read, settings, training, control), settings);
  }

  /**
   * Looks for the options with which most of the examples in `validation` come out right, for `duration` seconds, and trains by
   * the best that it found: a random search around what was best so far, as fastText's. Options that are given stay.
   */
  static async autotune(examples: LabelledTexts, options: AutotuneOptions): Promise<FastTextClassifier> {
    const { model, settings } = await autotuneModel('FastTextClassifier.autotune', examples, options);
    return new FastTextClassifier(model, settings);
  }

  /**
   * A model that `fasttext supervised` or `quantize`, or `save`, has written.
   * @throws FileFormatError for a file that is none, or damaged; ValueError for word vectors
   */
  static async load(path: string, options?: LoadModelOptions & { labelPrefix?: string }): Promise<FastTextClassifier> {
    const op = 'FastTextClassifier.load';
    const { labelPrefix = classifierDefaults.labelPrefix, ...how } = checkOptions(op, options, [
      'encodingErrors',
      'labelPrefix',
    ]);
    checkPrefix(op, labelPrefix);
    const model = await loadModel(op, path, how);
    const { settings } = model;
    if (settings.model !== 'supervised') {
      throw new ValueError(`${op}: ${path} holds word vectors; FastText.load or KeyedVectors.load reads them`);
    }
    const { dim, epochs, minCount, wordNgrams, loss, negative, minN, maxN, bucket } = settings;
    const known = { epochs, minCount, wordNgrams, loss, negative, minN, maxN, bucket };
    return new FastTextClassifier(model, { vectorSize: dim, ...known, labelPrefix });
  }

  /** Whether its tables are quantised, as those of `.ftz` files are. */
  get quantized(): boolean {
    return isQuantized(this.#model.input);
  }

  /** The labels of a text, most probable first; none where the model knows nothing of it. */
  predict(text: string | readonly string[], options?: ClassifierPredictOptions): Prediction[] {
    return this.#predict('FastTextClassifier.predict', [text], options)[0];
  }

  /** The same for many texts at once, which is faster. */
  predictAll(texts: readonly (string | readonly string[])[], options?: ClassifierPredictOptions): Prediction[][] {
    const op = 'FastTextClassifier.predictAll';
    if (!Array.isArray(texts)) throw new ArgumentError(`${op}: texts must be an array, got ${describe(texts)}`);
    return this.#predict(op, texts, options);
  }

  /** How well it finds the labels of examples: precision and recall at `k`, over all and for each label. */
  async test(examples: LabelledTexts, options?: ClassifierPredictOptions): Promise<ClassifierTest> {
    const op = 'FastTextClassifier.test';
    const { k, threshold } = this.#limits(op, options);
    const meter = await measure(op, this.#model, examples, this.#prefix, k, threshold, this.labels);
    return meter.result();
  }

  /** The mean of the vectors of a text's features, which the labels are found by. */
  sentenceVector(text: string | readonly string[]): Float32Array {
    const { tokens } = this.#example('FastTextClassifier.sentenceVector', text);
    return floatsOf(this.#predictions.hidden([tokens]).vectors).slice();
  }

  /** The vectors of its words, and of others by their n-grams where it has such. */
  async wordVectors(): Promise<FastTextKeyedVectors> {
    const all = { vocabulary: null, limit: Number.POSITIVE_INFINITY };
    const { keys, vectors } = await vectorsOfWords('FastTextClassifier.wordVectors', this.#model, all);
    return makeSubwordVectors(this.#model, keys, vectors);
  }

  /**
   * The same classifier in a fraction of the memory: each part of a row becomes one of 256 (product quantisation), features with
   * short vectors are left out. Save it as `.ftz`.
   */
  async quantize(options?: QuantizeOptions): Promise<FastTextClassifier> {
    const model = await quantizeModel('FastTextClassifier.quantize', this.#model, this.#prefix, options);
    return new FastTextClassifier(model, this.options);
  }

  /** Writes the model in fastText's format, in one piece or not at all: `.bin`, or `.ftz` once it is quantised. */
  save(path: string): void {
    const op = 'FastTextClassifier.save';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    writePartsAtomically(path, writeModel(this.#model));
  }

  /** {@link save} while the event loop goes on: the system's threads write. The model must stay as it is until it is done. */
  async saveInBackground(path: string): Promise<void> {
    const op = 'FastTextClassifier.saveInBackground';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    await writePartsInBackground(path, writeModel(this.#model));
  }

  toString(): string {
    const { dim, loss, wordNgrams } = this.#model.settings;
    const quantized = this.quantized ? ', quantised' : '';
    return `FastTextClassifier(${this.labels.length} labels, ${this.words.length} words, vectorSize=${dim}, wordNgrams=${wordNgrams}, ${loss}${quantized})`;
  }

  get #predictions(): Predictor {
    this.#predictor ??= new Predictor(this.#model);
    return this.#predictor;
  }

  #example(op: string, text: unknown) {
    if (typeof text !== 'string' && !Array.isArray(text)) {
      throw new ArgumentError(`${op}: a text must be a string or an array of tokens, got ${describe(text)}`);
    }
    return exampleOf(op, text, this.#prefix);
  }

  #predict(op: string, texts: readonly unknown[], options: ClassifierPredictOptions | undefined): Prediction[][] {
    const { k, threshold } = this.#limits(op, options);
    const tokens = texts.map((text) => this.#example(op, text).tokens);
    const named = ({ label, probability }: Scored) => ({ label: this.labels[label], probability });
    return this.#predictions.predict(tokens, k, threshold).map((found) => found.map(named));
  }

  #limits(op: string, options: ClassifierPredictOptions | undefined): { k: number; threshold: number } {
    const { k = 1, threshold = 0 } = checkOptions(op, options, ['k', 'threshold']);
    if (k !== null) checkWhole(op, 'k', k, 1, Number.MAX_SAFE_INTEGER);
    if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1)) {
      throw new ValueError(`${op}: threshold must be from 0 to 1, got ${describe(threshold)}`);
    }
    return { k: k ?? Number.POSITIVE_INFINITY, threshold };
  }
}
