import type { TableFormat } from '../table/read_table.js';
import type { TrainingSettings } from '../task.js';

/** What a classifier is told; the command line says what is usual. */
export interface ClassifierSettings extends TrainingSettings {
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly format?: TableFormat;
  readonly header: boolean;
  readonly labelSeparator?: string;
  readonly model: 'bag' | 'lstm' | 'gru' | 'transformer';
  readonly level: 'word' | 'subword' | 'character';
  readonly lowercase: boolean;
  readonly minFrequency: number;
  readonly maxVocabulary?: number;
  readonly maxLength?: number;
  readonly embeddingDim: number;
  readonly hiddenDim: number;
  readonly layers: number;
  readonly heads: number;
  readonly dropout: number;
}
