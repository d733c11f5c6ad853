import type { SubwordRange } from './subwords.js';

/** What a model learned by, in the order of the numbers in its file. */
export const lossNames = ['hs', 'ns', 'softmax', 'ova'] as const;
export const modelNames = ['cbow', 'skipgram', 'supervised'] as const;

export type FastTextLoss = (typeof lossNames)[number];
export type FastTextKind = (typeof modelNames)[number];

/** What the file of a model says of its training. Learning rate, seed and the labels' prefix are not in it. */
export interface ModelSettings extends SubwordRange {
  readonly dim: number;
  readonly window: number;
  readonly epochs: number;
  readonly minCount: number;
  readonly negative: number;
  readonly wordNgrams: number;
  readonly loss: FastTextLoss;
  readonly model: FastTextKind;
  readonly lrUpdateRate: number;
  readonly sample: number;
}
