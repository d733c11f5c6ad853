export {
  type CorpusInput,
  type CorpusItems,
  type CsvColumnOptions,
  corpusOf,
  csvColumn,
  type JsonLinesOptions,
  jsonLines,
  textFiles,
  textLines,
} from './corpus/readers.js';
export { TextCorpus } from './corpus/text_corpus.js';
export type { NormalForm, TextOptions } from './corpus/text_form.js';
export { loadTokenizer, PretrainedTokenizer, type Tokenize, type Tokenizer } from './corpus/tokenizers.js';
export {
  type ContinueOptions,
  continueTokens,
  filterLogits,
  type SamplingFilter,
  type SamplingOptions,
  sampleTokens,
} from './sampling.js';
export { countTokens, type TokenCounts } from './token_counts.js';
export { type TokenizeOptions, tokenizeWords } from './tokenize.js';
export {
  Vocabulary,
  type VocabularyBuildOptions,
  type VocabularyCorpusOptions,
  type VocabularyOptions,
  type VocabularySaveOptions,
} from './vocabulary.js';
