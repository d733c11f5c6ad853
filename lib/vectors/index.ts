export { ApproximateIndex, type ApproximateOptions } from './approximate.js';
export type { AutotuneOptions, AutotuneTrial } from './classifier/autotune.js';
export { type ClassifierPredictOptions, FastTextClassifier, type Prediction } from './classifier/classifier.js';
export type { LabelledText, LabelledTexts } from './classifier/examples.js';
export type { ClassifierTest, LabelMeasures } from './classifier/measures.js';
export type { ClassifierOptions, ClassifierSettings } from './classifier/options.js';
export type { QuantizeOptions } from './classifier/quantize.js';
export type { ClassifierEpoch, ClassifierProgress, ClassifierTrainOptions } from './classifier/training.js';
export type { AnalogyOptions, AnalogyResult, AnalogySection } from './evaluation/analogies.js';
export type { PairsOptions, PairsResult } from './evaluation/pairs.js';
export { FastTextKeyedVectors } from './fasttext/keyed_vectors.js';
export type { LoadOptions, SaveOptions, VectorFormat } from './formats/files.js';
export type { SavedType, WordList } from './formats/tables.js';
export type { EncodingErrors } from './formats/words.js';
export type { MissingRule, ToEmbeddingOptions, VectorsEmbedding } from './into_embedding.js';
export {
  type BatchOptions,
  type BatchQuery,
  KeyedVectors,
  type KeyedVectorsOptions,
  type MapOptions,
  type MostSimilarOptions,
  type QueryOfBoth,
} from './keyed_vectors.js';
export type { Queries, Query } from './queries.js';
export type { Nearest, SearchOptions } from './search.js';
export { type CooccurrenceOptions, Cooccurrences } from './trainers/cooccurrences.js';
export type { Sentences } from './trainers/encoded_corpus.js';
export { FastText } from './trainers/fasttext.js';
export type { FastTextOptions, FastTextSettings } from './trainers/fasttext_options.js';
export type { ContinueTrainingOptions } from './trainers/further_training.js';
export {
  GloVe,
  type GloVeEpoch,
  type GloVeProgress,
  type GloVeTrainOptions,
  type GloVeVectors,
} from './trainers/glove.js';
export type { GloVeOptions, GloVeSettings } from './trainers/glove_options.js';
export type { KeptTrainingOptions, VectorCheckpointOptions } from './trainers/train_options.js';
export type { Word2VecEpoch, Word2VecProgress, Word2VecTrainOptions } from './trainers/vector_training.js';
export { Word2Vec } from './trainers/word2vec.js';
export type { Word2VecOptions, Word2VecSettings } from './trainers/word2vec_options.js';
