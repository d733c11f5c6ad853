import { ArgumentError, describe, ValueError } from '../../errors.js';
import { writePartsAtomically } from '../../io/atomic_file.js';
import { Tensor } from '../../tensor/tensor.js';
import { FastTextDictionary } from '../fasttext/dictionary.js';
import { type FastTextKeyedVectors, makeSubwordVectors } from '../fasttext/keyed_vectors.js';
import { type LoadModelOptions, loadModel } from '../fasttext/model_loader.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { writeModel } from '../fasttext/model_writer.js';
import { RowNumbers } from '../fasttext/row_numbers.js';
import { vectorsOfWords } from '../fasttext/word_rows.js';
import { type EncodedCorpus, encodeCorpus, type Sentences } from './encoded_corpus.js';
import { type FastTextOptions, type FastTextSettings, readFastTextOptions } from './fasttext_options.js';
import { packRows } from './first_rows.js';
import { partOptions, readTrainingControl } from './train_options.js';
import { type StopSignal, Turns } from './turns.js';
import { type SubwordRows, VectorTraining, type Word2VecTrainOptions } from './vector_training.js';

/**
 * Vectors of words and of their n-grams of characters (Bojanowski et al. 2017, "Enriching Word Vectors with Subword
 * Information"), by skip-gram or CBOW, with negative sampling or hierarchical softmax.
 *
 * ```ts
 * const model = await FastText.train(sentences, { vectorSize: 100, minN: 3, maxN: 6 });
 * model.wv.mostSimilar('unheardof');      // words that share its parts
 * model.save('model.bin');                // fastText and gensim read it
 * ```
 *
 * Names of options are gensim's, defaults fastText's, n-grams and their hashes too. Differences: the negatives of a centre
 * word are shared by the words of its window; rows of n-grams that no word of the vocabulary has stay zero, and take no memory;
 * ends of sentences are no words.
 */
export class FastText {
  /** How it was trained; of a model from a file, as far as that says so. */
  readonly options: Readonly<Partial<FastTextSettings>>;
  readonly words: readonly string[];
  readonly counts: readonly number[];
  readonly #model: FastTextModel;
  readonly #wv: FastTextKeyedVectors;

  /** For `FastText.train` and `FastText.load`. */
  private constructor(model: FastTextModel, wv: FastTextKeyedVectors, options: Partial<FastTextSettings>) {
    if (!((model as FastTextModel | undefined)?.dictionary instanceof FastTextDictionary)) {
      throw new ArgumentError(
        'FastText: is made by await FastText.train(sentences, options) or await FastText.load(path), not by new',
      );
    }
    this.#model = model;
    this.#wv = wv;
    this.options = options;
    this.words = model.dictionary.words;
    this.counts = model.dictionary.counts;
  }

  /**
   * Reads a corpus and trains on it.
   * @param sentences lists of tokens, or texts whose tokens white space parts; iterable or async iterable
   * @throws ArgumentError, OptionError or ValueError for what is no corpus or no option; CorpusError for a corpus of which
   *   no words are left; the reason of `signal` once it is aborted
   */
  static async train(sentences: Sentences, options: FastTextOptions & Word2VecTrainOptions = {}): Promise<FastText> {
    const op = 'FastText.train';
    const { training: callbacks, how } = partOptions(op, options);
    const settings = readFastTextOptions(op, how);
    const control = readTrainingControl(op, callbacks);
    const { signal } = control;
    const corpus = await encodeCorpus(op, sentences, settings, signal);
    const numbers = new RowNumbers(corpus.words.length, settings.maxN > 0 ? settings.bucket : 0);
    const subwords = settings.maxN > 0 ? await subwordRows(settings, corpus, numbers, signal) : null;
    // One row more, of zeros, for n-grams that no word has.
    const zeroRows = subwords === null ? 0 : 1;
    const training = new VectorTraining(settings, corpus, numbers.rows + zeroRows, subwords, zeroRows);
    await training.train(op, 'FastText', callbacks, control);
    const model = await finish(settings, corpus, numbers, training);
    return FastText.#of(op, model, settings);
  }

  /**
   * A model that `fasttext skipgram` or `cbow`, or `save`, has written.
   * @throws FileFormatError for a file that is none, or damaged; ValueError for a classifier
   */
  static async load(path: string, options?: LoadModelOptions): Promise<FastText> {
    const op = 'FastText.load';
    const model = await loadModel(op, path, options);
    const { settings } = model;
    if (settings.model === 'supervised') {
      throw new ValueError(
        `${op}: ${path} is a classifier; FastTextClassifier.load reads it, or KeyedVectors.load its vectors`,
      );
    }
    const { dim, window, minCount, negative, epochs, sample, minN, maxN, bucket } = settings;
    return FastText.#of(op, model, {
      ...{ vectorSize: dim, window, minCount, negative, epochs, sample, minN, maxN, bucket },
      sg: settings.model === 'skipgram',
      hs: settings.loss === 'hs',
    });
  }

  static async #of(op: string, model: FastTextModel, options: Partial<FastTextSettings>): Promise<FastText> {
    const { keys, vectors } = await vectorsOfWords(op, model, { vocabulary: null, limit: Number.POSITIVE_INFINITY });
    return new FastText(model, makeSubwordVectors(model, keys, vectors), options);
  }

  /** The vectors, of all words: those of the vocabulary, and others by their n-grams. */
  get wv(): FastTextKeyedVectors {
    return this.#wv;
  }

  /**
   * Writes the whole model in fastText's format, in one piece or not at all. A model of few words is large too: the
   * format has a row for each bucket.
   */
  save(path: string): void {
    const op = 'FastText.save';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    writePartsAtomically(path, writeModel(this.#model));
  }

  toString(): string {
    const { dim, model, loss, minN, maxN } = this.#model.settings;
    return `FastText(${this.words.length} words, vectorSize=${dim}, ${model}, ${loss}, n-grams of ${maxN > 0 ? `${minN} to ${maxN}` : 'none'})`;
  }
}

/** The rows of each word: its own, and those of its n-grams, which get their numbers as they come. */
async function subwordRows(
  settings: FastTextSettings,
  corpus: EncodedCorpus,
  numbers: RowNumbers,
  signal: StopSignal | undefined,
): Promise<SubwordRows> {
  const begin = new Int32Array(corpus.words.length + 1);
  const turns = new Turns(signal);
  for (const [w, word] of corpus.words.entries()) {
    numbers.startWord(w);
    numbers.addNgrams(word, settings);
    begin[w + 1] = numbers.length;
    if (w % 1024 === 1023) await turns.next();
  }
  return { begin, rows: numbers.list() };
}

async function finish(
  settings: FastTextSettings,
  corpus: EncodedCorpus,
  numbers: RowNumbers,
  training: VectorTraining,
): Promise<FastTextModel> {
  const { vectorSize: dim, window, epochs, minCount, negative, minN, maxN, sample } = settings;
  const bucket = maxN > 0 ? settings.bucket : 0;
  const words = corpus.words.length;
  const inputRows = training.input.length / training.stride;
  const input = await packRows(training.input, inputRows, dim, training.stride);
  const packed = await packRows(training.output, training.outputRows, dim, training.stride);
  let output = packed;
  if (settings.hs) {
    // fastText has a row more than inner nodes, and takes the other branch for the positive one.
    output = new Float32Array(words * dim);
    for (let k = 0; k < packed.length; k++) output[k] = -packed[k];
  }
  return {
    settings: {
      dim,
      window,
      epochs,
      minCount,
      negative,
      wordNgrams: 1,
      loss: settings.hs ? 'hs' : 'ns',
      model: settings.sg ? 'skipgram' : 'cbow',
      bucket,
      minN,
      maxN,
      lrUpdateRate: 100,
      sample,
    },
    dictionary: new FastTextDictionary({
      words: corpus.words,
      counts: corpus.counts,
      labels: [],
      labelCounts: [],
      tokens: corpus.read,
      range: { minN, maxN, bucket },
      bucketRows: maxN > 0 ? numbers.bucketRows(inputRows - 1) : null,
    }),
    input: Tensor.wrap(input, [inputRows, dim], 'float32'),
    output: Tensor.wrap(output, [words, dim], 'float32'),
  };
}
