export { CorpusError } from '../errors.js';
export { type Neighbour, nearestNeighbours } from '../vectors/neighbours.js';
export { type SequenceBatch, TokenBatches, type TokenBatchesOptions } from './batches.js';
export { type BrownFile, readBrownCorpus } from './brown.js';
export { brownCorpus, buildVocabulary, type Corpus, type CorpusOptions, textCorpus } from './corpus.js';
export { evaluate, unigramPerplexity } from './evaluate.js';
export { type GenerateOptions, generate } from './generate.js';
export { LanguageModel, type LanguageModelOptions, type LanguageModelState } from './model.js';
export { learningRateAt } from './schedule.js';
export { readTextFile, splitSentences } from './text_file.js';
export {
  type EpochResult,
  type TrainListeners,
  type TrainOptions,
  type TrainProgress,
  type TrainResult,
  trainLanguageModel,
} from './train.js';
