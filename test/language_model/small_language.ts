import { manualSeed } from '../../lib/index.js';
import { TokenBatches } from '../../lib/language_model/batches.js';
import { buildVocabulary } from '../../lib/language_model/corpus.js';
import { LanguageModel } from '../../lib/language_model/model.js';
import { grammarText } from './grammar_text.js';

/** A text of few words, the batches of its two parts, and a model that learns it in a second. */
const words = grammarText(3000, 1).split(' ');
export const vocabulary = buildVocabulary(words);
export const ids = vocabulary.encode(words);
/** Where the words for validation begin. */
export const cut = Math.floor(ids.length * 0.9);
export const layout = { startId: 2, batchSize: 4, sequenceLength: 16 };
export const training = new TokenBatches(ids.subarray(0, cut), layout);
export const validation = new TokenBatches(ids.subarray(cut), { ...layout, remainder: 'pad' });

export function makeModel(seed = 1, more: { layers?: number; dropout?: number } = {}): LanguageModel {
  manualSeed(seed);
  return new LanguageModel({ vocabularySize: vocabulary.size, embeddingDim: 12, hiddenDim: 16, ...more });
}
