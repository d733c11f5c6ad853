import { ArgumentError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { type KeyedVectors, knownVectors } from '../keyed_vectors.js';
import { DistinctWords } from '../word_list.js';
import { type EncodedCorpus, encodeCorpus, type Sentences } from './encoded_corpus.js';
import { type ContinueTrainingOptions, encodeFurther, furtherSettings, takeRows } from './further_training.js';
import { partOptions, readTrainingControl } from './train_options.js';
import { isEncoded, VectorTraining, type Word2VecTrainOptions } from './vector_training.js';
import { readWord2VecOptions, type Word2VecOptions, type Word2VecSettings } from './word2vec_options.js';

/**
 * Word vectors by word2vec (Mikolov et al. 2013): skip-gram or CBOW, with negative sampling or hierarchical softmax.
 *
 * ```ts
 * const model = await Word2Vec.train('texts/*.txt.gz', { sg: true, vectorSize: 100, onProgress: console.log });
 * model.wv.mostSimilar('river');
 * ```
 *
 * Options and defaults are gensim's in camelCase. One thing differs from the originals: the negatives of a centre word are
 * shared by the words of its window (as in pWord2Vec, Ji et al. 2016), at the same quality.
 */
export class Word2Vec {
  readonly options: Readonly<Word2VecSettings>;
  #corpus: Pick<EncodedCorpus, 'words' | 'counts' | 'read'>;
  #training: VectorTraining;
  #wv: KeyedVectors | null = null;

  /** For `Word2Vec.train`, which reads the corpus first. */
  private constructor(options: Word2VecSettings, corpus: EncodedCorpus) {
    if (!isEncoded(corpus)) {
      throw new ArgumentError('Word2Vec: is made by await Word2Vec.train(sentences, options), not by new');
    }
    this.options = options;
    this.#corpus = factsOf(corpus);
    this.#training = new VectorTraining(options, corpus, corpus.words.length, null);
  }

  /** The most frequent first. */
  get words(): readonly string[] {
    return this.#corpus.words;
  }

  /** How often each word occurred, in all texts that it was trained on. */
  get counts(): readonly number[] {
    return this.#corpus.counts;
  }

  /**
   * Reads a corpus and trains on it.
   * @param sentences what `textLines`, `jsonLines` and their like give; or the path or pattern of text files, a sentence a line; or
   *   an iterable, also an asynchronous one, of lists of tokens or of texts, whose tokens white space parts. Plain text is counted and
   *   numbered by native code, and read twice for that
   * @throws ArgumentError, OptionError or ValueError for what is no corpus or no option; CorpusError for a corpus of which
   *   no words are left; the reason of `signal` once it is aborted
   */
  static async train(sentences: Sentences, options: Word2VecOptions & Word2VecTrainOptions = {}): Promise<Word2Vec> {
    const op = 'Word2Vec.train';
    const { training, how } = partOptions(op, options);
    const settings = readWord2VecOptions(op, how);
    const control = readTrainingControl(op, training);
    const model = new Word2Vec(settings, await encodeCorpus(op, sentences, settings, training.signal));
    await model.#training.train(op, 'Word2Vec', training, control);
    return model;
  }

  /**
   * Trains on, on another text, whose words may join: gensim's `build_vocab(update=True)` and `train`. Words of the model stay, with the
   * vectors that they have; counts are added up, and words are again in order of frequency; new ones begin with random numbers. How often
   * words are left out or drawn as negatives follows the new counts. With hierarchical softmax the tree is built anew, and the weights of
   * its nodes begin from zero.
   * @returns this model, once it is trained
   * @throws CorpusError for a text of which no word is known or joins; ArgumentError, OptionError or ValueError for what is no corpus or
   *   no option; the reason of `signal` once it is aborted, and the model is as it was
   */
  async continueTraining(
    sentences: Sentences,
    options: ContinueTrainingOptions & Word2VecTrainOptions = {},
  ): Promise<this> {
    const op = 'Word2Vec.continueTraining';
    const { training, how } = partOptions(op, options);
    const further = furtherSettings(op, how, () => this.options);
    const settings = readWord2VecOptions(op, further.settings);
    const control = readTrainingControl(op, training);
    const { corpus, rowBefore } = await encodeFurther(
      op,
      sentences,
      this.#corpus,
      settings,
      further.update,
      control.signal,
    );
    const before = this.#training;
    const grown = new VectorTraining(settings, corpus, corpus.words.length, null);
    const { vectorSize: dim, hs } = settings;
    await grown.train(op, 'Word2Vec', training, control, async ({ input, output, stride }) => {
      await takeRows(input, stride, before.input, before.stride, dim, rowBefore);
      if (!hs) await takeRows(output, stride, before.output, before.stride, dim, rowBefore);
    });
    this.#training = grown;
    this.#corpus = factsOf(corpus);
    this.#wv = null;
    return this;
  }

  /** The vectors, as they are now. */
  get wv(): KeyedVectors {
    this.#wv ??= knownVectors(new DistinctWords(this.words), this.#vectors(), this.counts);
    return this.#wv;
  }

  #vectors(): Tensor {
    const dim = this.options.vectorSize;
    const { input, stride } = this.#training;
    const table = new Float32Array(this.words.length * dim);
    for (let w = 0; w < this.words.length; w++) {
      table.set(input.subarray(w * stride, w * stride + dim), w * dim);
    }
    return Tensor.wrap(table, [this.words.length, dim], 'float32');
  }
}

/** What a further training needs to know of a corpus, without its text. */
function factsOf({ words, counts, read }: EncodedCorpus): Pick<EncodedCorpus, 'words' | 'counts' | 'read'> {
  return { words, counts, read };
}
