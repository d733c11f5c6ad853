import { Dropout } from '../../nn/dropout.js';
import { EmbeddingBag } from '../../nn/embedding_bag.js';
import { uniform_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { LSTM } from '../../nn/lstm.js';
import { Module } from '../../nn/module.js';
import { PackedSequence } from '../../nn/packed_sequence.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { SentenceBatch } from './batches.js';
import type { TaggerSettings } from './settings.js';

const startRange = 0.1;

export type TaggerSizes = Pick<TaggerSettings, 'embeddingDim' | 'hiddenDim' | 'layers' | 'dropout'> & {
  readonly features: number;
  readonly tags: number;
};

/** The sum of a word's features, an LSTM both ways over packed sentences, a linear layer to the tags. */
export class Tagger extends Module {
  embedding: EmbeddingBag;
  dropout: Dropout;
  lstm: LSTM;
  linear: Linear;

  constructor({ features, tags, embeddingDim, hiddenDim, layers, dropout }: TaggerSizes) {
    super();
    this.embedding = new EmbeddingBag(features, embeddingDim, { mode: 'sum', sparse: true });
    uniform_(this.embedding.weight, -startRange, startRange);
    this.dropout = new Dropout(dropout);
    this.lstm = new LSTM(embeddingDim, hiddenDim, {
      numLayers: layers,
      bidirectional: true,
      dropout: layers > 1 ? dropout : 0,
    });
    this.linear = new Linear(2 * hiddenDim, tags);
  }

  /** @returns logits [words, tags] in the batch's order of words */
  override forward({ features, offsets, batchSizes }: SentenceBatch): Tensor {
    const vectors = this.dropout.forward(this.embedding.forward(features, { offsets }));
    const [output] = this.lstm.forward(new PackedSequence(vectors, batchSizes));
    return this.linear.forward(this.dropout.forward(output.data));
  }
}

/** What the model is, in a line. */
export function describeTagger({ features, tags, embeddingDim, hiddenDim, layers }: TaggerSizes): string {
  const deep = layers > 1 ? ` × ${layers}` : '';
  return `EmbeddingBag(${features}, ${embeddingDim}) → LSTM(${embeddingDim}, ${hiddenDim}, both ways)${deep} → Linear(${2 * hiddenDim}, ${tags})`;
}
