import { Dropout } from '../../nn/dropout.js';
import { Embedding } from '../../nn/embedding.js';
import { GRU } from '../../nn/gru.js';
import { uniform_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { LSTM } from '../../nn/lstm.js';
import { Module } from '../../nn/module.js';
import { PositionalEncoding } from '../../nn/positional_encoding.js';
import { TransformerEncoderLayer } from '../../nn/transformer_layers.js';
import { generateSquareSubsequentMask, TransformerEncoder } from '../../nn/transformer_stacks.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { LanguageSettings } from './settings.js';

/** Vectors of words start small, so that what is learned outweighs it soon, for rare words too. */
const startRange = 0.1;

/** What a recurrent model remembers of a text: of an LSTM two tensors, of a GRU one; null of a transformer. */
export type Memory = readonly Tensor[] | null;

export type SequenceModelSizes = Pick<
  LanguageSettings,
  'model' | 'sequenceLength' | 'embeddingDim' | 'hiddenDim' | 'layers' | 'heads' | 'dropout'
> & { readonly tokens: number };

/** Predicts the next token of texts that lie side by side: ids [steps, texts] in, logits [steps, texts, tokens] out. */
export abstract class SequenceModel extends Module {
  /** @param memory where the texts were left; none at their beginning */
  abstract override forward(ids: Tensor, memory?: Memory): [logits: Tensor, memory: Memory];
}

class RecurrentModel extends SequenceModel {
  embedding: Embedding;
  dropout: Dropout;
  rnn: LSTM | GRU;
  linear: Linear;

  constructor({ model, tokens, embeddingDim, hiddenDim, layers, dropout }: SequenceModelSizes) {
    super();
    this.embedding = new Embedding(tokens, embeddingDim);
    uniform_(this.embedding.weight, -startRange, startRange);
    this.dropout = new Dropout(dropout);
    const options = { numLayers: layers, dropout: layers > 1 ? dropout : 0 };
    this.rnn =
      model === 'lstm' ? new LSTM(embeddingDim, hiddenDim, options) : new GRU(embeddingDim, hiddenDim, options);
    this.linear = new Linear(hiddenDim, tokens);
  }

  override forward(ids: Tensor, memory: Memory = null): [Tensor, Memory] {
    const vectors = this.dropout.forward(this.embedding.forward(ids));
    const { rnn } = this;
    let output: Tensor;
    let next: Tensor[];
    if (rnn instanceof LSTM) {
      [output, next] = rnn.forward(vectors, memory === null ? undefined : [memory[0], memory[1]]);
    } else {
      const [states, last] = rnn.forward(vectors, memory?.[0]);
      [output, next] = [states, [last]];
    }
    return [this.linear.forward(this.dropout.forward(output)), next.map((state) => state.detach())];
  }
}

class TransformerModel extends SequenceModel {
  embedding: Embedding;
  position: PositionalEncoding;
  encoder: TransformerEncoder;
  linear: Linear;

  constructor(sizes: SequenceModelSizes) {
    super();
    const { tokens, embeddingDim, hiddenDim, layers, heads, dropout, sequenceLength } = sizes;
    this.embedding = new Embedding(tokens, embeddingDim);
    this.position = new PositionalEncoding(embeddingDim, { maxLen: sequenceLength, dropout });
    const how = { dimFeedforward: hiddenDim, dropout, normFirst: true };
    this.encoder = new TransformerEncoder(new TransformerEncoderLayer(embeddingDim, heads, how), layers);
    this.linear = new Linear(embeddingDim, tokens);
  }

  override forward(ids: Tensor, _memory?: Memory): [Tensor, Memory] {
    const mask = generateSquareSubsequentMask(ids.shape[0]);
    const vectors = this.position.forward(this.embedding.forward(ids));
    return [this.linear.forward(this.encoder.forward(vectors, { mask, isCausal: true })), null];
  }
}

export function makeSequenceModel(sizes: SequenceModelSizes): SequenceModel {
  return sizes.model === 'transformer' ? new TransformerModel(sizes) : new RecurrentModel(sizes);
}

/** What the model is, in a line. */
export function describeSequenceModel(sizes: SequenceModelSizes): string {
  const { model, tokens, embeddingDim, hiddenDim, layers, heads } = sizes;
  const deep = layers > 1 ? ` × ${layers}` : '';
  if (model === 'transformer') {
    return `Embedding(${tokens}, ${embeddingDim}) → causal TransformerEncoder(${embeddingDim}, ${heads} heads, ${hiddenDim})${deep} → Linear(${embeddingDim}, ${tokens})`;
  }
  return `Embedding(${tokens}, ${embeddingDim}) → ${model.toUpperCase()}(${embeddingDim}, ${hiddenDim})${deep} → Linear(${hiddenDim}, ${tokens})`;
}
