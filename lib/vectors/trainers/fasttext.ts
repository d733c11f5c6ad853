import { ArgumentError, describe, ValueError } from '../../errors.js';
import { writePartsAtomically, writePartsInBackground } from '../../io/atomic_file.js';
import { Tensor } from '../../tensor/tensor.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import { FastTextDictionary } from '../fasttext/dictionary.js';
import { type FastTextKeyedVectors, makeSubwordVectors } from '../fasttext/keyed_vectors.js';
import { floatsOf } from '../fasttext/matrix.js';
import { type LoadModelOptions, loadModel } from '../fasttext/model_loader.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { writeModel } from '../fasttext/model_writer.js';
import { RowNumbers } from '../fasttext/row_numbers.js';
import { vectorsOfWords } from '../fasttext/word_rows.js';
import { type EncodedCorpus, encodeCorpus, type Sentences } from './encoded_corpus.js';
import { type FastTextOptions, type FastTextSettings, readFastTextOptions } from './fasttext_options.js';
import { packRows } from './first_rows.js';
import { type ContinueTrainingOptions, encodeFurther, furtherSettings, takeRows } from './further_training.js';
import { partOptions, readTrainingControl, type TrainingControl } from './train_options.js';
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
  #model: FastTextModel;
  #wv: FastTextKeyedVectors;

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
  }

  /** The most frequent first. */
  get words(): readonly string[] {
    return this.#model.dictionary.words;
  }

  /** How often each word occurred, in all texts that it was trained on. */
  get counts(): readonly number[] {
    return this.#model.dictionary.counts;
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
    const model = await trainOn(op, corpus, settings, callbacks, control);
    return FastText.#of(op, model, settings);
  }

  /**
   * Trains on, on another text, whose words may join: gensim's `build_vocab(update=True)` and `train`, for models from files too. Words and
   * n-grams of the model stay, with the vectors that they have; counts are added up, and words are again in order of frequency; new words
   * and n-grams begin with random numbers. How often words are left out or drawn as negatives follows the new counts. With hierarchical
   * softmax the tree is built anew, and the weights of its nodes begin from zero. Options that the file of a model doesn't tell are the
   * defaults of `FastText.train`.
   * @returns this model, once it is trained
   * @throws CorpusError for a text of which no word is known or joins; ArgumentError, OptionError or ValueError for what is no corpus or
   *   no option; the reason of `signal` once it is aborted, and the model is as it was
   */
  async continueTraining(
    sentences: Sentences,
    options: ContinueTrainingOptions & Word2VecTrainOptions = {},
  ): Promise<this> {
    const op = 'FastText.continueTraining';
    const { training: callbacks, how } = partOptions(op, options);
    const further = furtherSettings(op, how, () => {
      // A model without n-grams has numbers for them that mean nothing.
      const { minN, bucket: buckets, ...rest } = this.options;
      return readFastTextOptions(op, rest.maxN === 0 ? rest : { minN, bucket: buckets, ...rest });
    });
    const settings = readFastTextOptions(op, further.settings);
    const control = readTrainingControl(op, callbacks);
    const { dictionary, input, output } = this.#model;
    if (!(input instanceof Tensor && output instanceof Tensor)) {
      throw new ValueError(`${op}: the model's tables are quantised; only those of floats can be trained`);
    }
    const { words, counts, tokens: read } = dictionary;
    const before = { words, counts, read };
    const { corpus, rowBefore } = await encodeFurther(op, sentences, before, settings, further.update, control.signal);
    const { vectorSize: dim, bucket, maxN, hs } = settings;
    // Rows of n-grams that no word had hold nothing that was learned.
    const { bucketRows } = dictionary;
    const unused = bucketRows instanceof Int32Array ? input.shape[0] - 1 : -1;
    const model = await trainOn(op, corpus, settings, callbacks, control, async (tables, numbers) => {
      await takeRows(tables.input, tables.stride, floatsOf(input), dim, dim, rowBefore);
      if (!hs) await takeRows(tables.output, tables.stride, floatsOf(output), dim, dim, rowBefore);
      if (maxN === 0) return;
      const rows = numbers.bucketRows(-1);
      const turns = new Turns(control.signal);
      for (let b = 0; b < bucket; b++) {
        if (b % 4096 === 0) await turns.next();
        const row = dictionary.rowOf(b);
        if (rows[b] < 0 || row < 0 || row === unused) continue;
        tables.input.set(floatsOf(input).subarray(row * dim, (row + 1) * dim), rows[b] * tables.stride);
      }
    });
    const { keys, vectors } = await vectorsOfWords(op, model, { vocabulary: null, limit: Number.POSITIVE_INFINITY });
    this.#wv = makeSubwordVectors(model, keys, vectors);
    this.#model = model;
    return this;
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

  /** {@link save} while the event loop goes on: the system's threads write. The model must stay as it is until it is done. */
  async saveInBackground(path: string): Promise<void> {
    const op = 'FastText.saveInBackground';
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    await writePartsInBackground(path, writeModel(this.#model));
  }

  toString(): string {
    const { dim, model, loss, minN, maxN } = this.#model.settings;
    return `FastText(${this.words.length} words, vectorSize=${dim}, ${model}, ${loss}, n-grams of ${maxN > 0 ? `${minN} to ${maxN}` : 'none'})`;
  }
}

/** Trains a model on a corpus; `takeOver` fills rows that there were before. */
async function trainOn(
  op: string,
  corpus: EncodedCorpus,
  settings: FastTextSettings,
  callbacks: Word2VecTrainOptions,
  control: TrainingControl,
  takeOver: (
    tables: Pick<VectorTraining, 'input' | 'output' | 'stride'>,
    numbers: RowNumbers,
  ) => Promise<void> = async () => {},
): Promise<FastTextModel> {
  const numbers = new RowNumbers(corpus.words.length, settings.maxN > 0 ? settings.bucket : 0);
  const subwords = settings.maxN > 0 ? await subwordRows(settings, corpus, numbers, control.signal) : null;
  // One row more, of zeros, for n-grams that no word has.
  const zeroRows = subwords === null ? 0 : 1;
  const training = new VectorTraining(settings, corpus, numbers.rows + zeroRows, subwords, zeroRows);
  await training.train(op, 'FastText', callbacks, control, (tables) => takeOver(tables, numbers));
  return finish(settings, corpus, numbers, training);
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
    if (w % 256 === 255) await turns.next();
  }
  return { begin, rows: await numbers.list(turns) };
}

async function finish(
  settings: FastTextSettings,
  corpus: EncodedCorpus,
  numbers: RowNumbers,
  training: VectorTraining,
): Promise<FastTextModel> {
  const { vectorSize: dim, window, epochs, minCount, negative, minN, maxN, sample } = settings;
  const bucket = maxN > 0 ? settings.bucket : 0;
  const places = await placesOfWords(corpus.words, new Turns());
  const words = corpus.words.length;
  const inputRows = training.input.length / training.stride;
  const input = await packRows(training.input, inputRows, dim, training.stride);
  const packed = await packRows(training.output, training.outputRows, dim, training.stride);
  let output = packed;
  if (settings.hs) {
    // fastText has a row more than inner nodes, and takes the other branch for the positive one.
    output = new Float32Array(words * dim);
    const turns = new Turns();
    for (let k = 0; k < packed.length; k++) {
      output[k] = -packed[k];
      if (k % 0x100000 === 0) await turns.next();
    }
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
      places,
    }),
    input: Tensor.wrap(input, [inputRows, dim], 'float32'),
    output: Tensor.wrap(output, [words, dim], 'float32'),
  };
}
