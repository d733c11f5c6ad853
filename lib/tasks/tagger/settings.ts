import type { TrainingSettings } from '../task.js';

/** What a tagger is told; the command line says what is usual. */
export interface TaggerSettings extends TrainingSettings {
  readonly format?: 'slash' | 'conll' | 'jsonl';
  readonly wordColumn?: string;
  readonly tagColumn?: string;
  readonly minFrequency: number;
  readonly maxVocabulary: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly layers: number;
  readonly dropout: number;
  readonly wordDropout: number;
}
