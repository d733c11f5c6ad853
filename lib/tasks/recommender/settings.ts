import type { TrainingSettings } from '../task.js';

/** What a recommender is told; the command line says what is usual. */
export interface RecommenderSettings extends TrainingSettings {
  readonly format?: 'lines' | 'csv' | 'tsv' | 'jsonl';
  readonly sessionColumn?: string;
  readonly itemColumn?: string;
  readonly model: 'gru' | 'transformer';
  readonly loss: 'auto' | 'full' | 'sampled';
  readonly negatives: number;
  readonly minFrequency: number;
  readonly maxLength: number;
  readonly embeddingDim: number;
  readonly layers: number;
  readonly heads: number;
  readonly dropout: number;
  readonly k: number;
}
