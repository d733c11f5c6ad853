import type { TableFormat } from '../table/read_table.js';
import type { TrainingSettings } from '../task.js';

/** What a language model is told; the command line says what is usual. */
export interface LanguageSettings extends Omit<TrainingSettings, 'epochs' | 'batchSize'> {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly textColumn?: string;
  readonly format?: TableFormat;
  readonly model: 'lstm' | 'gru' | 'transformer';
  readonly level: 'word' | 'character';
  readonly lowercase?: 'yes' | 'no';
  readonly minFrequency: number;
  readonly maxVocabulary: number;
  readonly sequenceLength: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly layers: number;
  readonly heads: number;
  readonly dropout: number;
}
