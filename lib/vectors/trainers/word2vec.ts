import { ArgumentError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import { type KeyedVectors, knownVectors } from '../keyed_vectors.js';
import { DistinctWords } from '../word_list.js';
import { type EncodedCorpus, encodeCorpus, type Sentences } from './encoded_corpus.js';
import { type ContinueTrainingOptions, encodeFurther, furtherSettings, takeRows } from './further_training.js';
import { partOptions, readTrainingControl } from './train_options.js';
import { Turns } from './turns.js';
import { type PackedTables, VectorTraining, type Word2VecTrainOptions } from './vector_training.js';
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
  #corpus: CorpusFacts;
  #tables: PackedTables;
  #wv: KeyedVectors;

  /** For `Word2Vec.train`, which reads the corpus first. */
  private constructor(options: Word2VecSettings, trained: Trained) {
    if (!(trained?.tables?.input instanceof Float32Array)) {
      throw new ArgumentError('Word2Vec: is made by await Word2Vec.train(sentences, options), not by new');
    }
    this.options = options;
    this.#corpus = trained.corpus;
    this.#tables = trained.tables;
    this.#wv = trained.wv;
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
    const corpus = await encodeCorpus(op, sentences, settings, training.signal);
    const tables = new VectorTraining(settings, corpus, corpus.words.length, null);
    await tables.train(op, 'Word2Vec', training, control);
    return new Word2Vec(settings, await finished(settings, corpus, tables));
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
    const before = this.#tables;
    const grown = new VectorTraining(settings, corpus, corpus.words.length, null);
    const { vectorSize: dim, hs } = settings;
    await grown.train(op, 'Word2Vec', training, control, async ({ input, output, stride }) => {
      await takeRows(input, stride, before.input, dim, dim, rowBefore);
      if (!hs) await takeRows(output, stride, before.output, dim, dim, rowBefore);
    });
    const trained = await finished(settings, corpus, grown);
    this.#corpus = trained.corpus;
    this.#tables = trained.tables;
    this.#wv = trained.wv;
    return this;
  }

  /** The vectors, as they are now: the model's own, not a copy of them. */
  get wv(): KeyedVectors {
    return this.#wv;
  }
}

/** What a further training needs to know of a corpus, without its text. */
type CorpusFacts = Pick<EncodedCorpus, 'words' | 'counts' | 'read'>;

interface Trained {
  readonly corpus: CorpusFacts;
  readonly tables: PackedTables;
  readonly wv: KeyedVectors;
}

/** What stays of a training: its tables, and its words without the text. */
async function finished(
  { vectorSize }: Word2VecSettings,
  { words, counts, read }: EncodedCorpus,
  training: VectorTraining,
): Promise<Trained> {
  const tables = await training.packed();
  const places = await placesOfWords(words, new Turns());
  const vectors = Tensor.wrap(tables.input, [words.length, vectorSize], 'float32');
  const wv = knownVectors(new DistinctWords(words, places), vectors, counts);
  return { corpus: { words, counts, read }, tables, wv };
}
