import { Dropout } from '../../nn/dropout.js';
import { Embedding } from '../../nn/embedding.js';
import { GRU } from '../../nn/gru.js';
import { normal_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { Module } from '../../nn/module.js';
import { LearnedPositionalEncoding } from '../../nn/positional_encoding.js';
import { TransformerEncoderLayer } from '../../nn/transformer_layers.js';
import { generateSquareSubsequentMask, TransformerEncoder } from '../../nn/transformer_stacks.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { RecommenderSettings } from './settings.js';

export type RecommenderSizes = Pick<
  RecommenderSettings,
  'model' | 'embeddingDim' | 'layers' | 'heads' | 'dropout' | 'maxLength'
> & { readonly items: number };

/**
 * Reads sessions and says what each item's successor is like: ids [steps, sessions] in, vectors [steps, sessions, dim] out,
 * which `output` compares with all items.
 */
export class Recommender extends Module {
  embedding: Embedding;
  position: LearnedPositionalEncoding | null;
  dropout: Dropout;
  reader: GRU | TransformerEncoder;
  output: Linear;

  constructor({ model, items, embeddingDim, layers, heads, dropout, maxLength }: RecommenderSizes) {
    super();
    this.embedding = new Embedding(items, embeddingDim, { paddingIdx: 0 });
    normal_(this.embedding.weight, 0, 0.1);
    this.dropout = new Dropout(dropout);
    if (model === 'gru') {
      this.position = null;
      this.reader = new GRU(embeddingDim, embeddingDim, { numLayers: layers, dropout: layers > 1 ? dropout : 0 });
    } else {
      this.position = new LearnedPositionalEncoding(embeddingDim, { maxLen: maxLength });
      const how = { dimFeedforward: 2 * embeddingDim, dropout, normFirst: true };
      this.reader = new TransformerEncoder(new TransformerEncoderLayer(embeddingDim, heads, how), layers);
    }
    this.output = new Linear(embeddingDim, items);
  }

  /** Sessions are filled up behind their end, which nothing before it sees. */
  override forward(ids: Tensor): Tensor {
    const vectors = this.embedding.forward(ids);
    if (this.reader instanceof GRU) {
      const [states] = this.reader.forward(this.dropout.forward(vectors));
      return this.dropout.forward(states);
    }
    const mask = generateSquareSubsequentMask(ids.shape[0]);
    const placed = this.dropout.forward(this.position!.forward(vectors));
    return this.reader.forward(placed, { mask, isCausal: true });
  }
}

/** What the model is, in a line. */
export function describeRecommender({ model, items, embeddingDim, layers, heads }: RecommenderSizes): string {
  const deep = layers > 1 ? ` × ${layers}` : '';
  const reader =
    model === 'gru'
      ? `GRU(${embeddingDim}, ${embeddingDim})`
      : `causal TransformerEncoder(${embeddingDim}, ${heads} heads)`;
  return `Embedding(${items}, ${embeddingDim}) → ${reader}${deep} → Linear(${embeddingDim}, ${items})`;
}
