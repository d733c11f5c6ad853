import { Dropout } from '../../nn/dropout.js';
import { Embedding } from '../../nn/embedding.js';
import { EmbeddingBag } from '../../nn/embedding_bag.js';
import { GRU } from '../../nn/gru.js';
import { uniform_ } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { LSTM } from '../../nn/lstm.js';
import { Module } from '../../nn/module.js';
import { packPaddedSequence, padPackedSequence } from '../../nn/packing.js';
import { PositionalEncoding } from '../../nn/positional_encoding.js';
import { TransformerEncoderLayer } from '../../nn/transformer_layers.js';
import { TransformerEncoder } from '../../nn/transformer_stacks.js';
import { amax } from '../../ops/extreme_values.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TextBatch } from './batches.js';
import type { ClassifierSettings } from './settings.js';

/** Vectors of words start small, so that what is learned outweighs it soon, for rare words too. */
const startRange = 0.1;

export type ClassifierSizes = Pick<
  ClassifierSettings,
  'model' | 'embeddingDim' | 'hiddenDim' | 'layers' | 'heads' | 'dropout'
> & { readonly words: number; readonly labels: number; readonly longest: number };

/** Texts in, logits [texts, labels] out. */
export abstract class TextClassifier extends Module {
  abstract override forward(batch: TextBatch): Tensor;
}

/** The mean of the words' vectors, then a linear layer: `embedding.weight`, `linear.weight`, `linear.bias`. */
class BagClassifier extends TextClassifier {
  embedding: EmbeddingBag;
  dropout: Dropout;
  linear: Linear;

  constructor({ words, labels, embeddingDim, dropout }: ClassifierSizes) {
    super();
    this.embedding = new EmbeddingBag(words, embeddingDim, { mode: 'mean', sparse: true });
    uniform_(this.embedding.weight, -startRange, startRange);
    this.dropout = new Dropout(dropout);
    this.linear = new Linear(embeddingDim, labels);
  }

  override forward({ ids, offsets }: TextBatch): Tensor {
    return this.linear.forward(this.dropout.forward(this.embedding.forward(ids, { offsets: offsets! })));
  }
}

/** A recurrent network both ways over packed texts; of each element of its output the largest over time. */
class RecurrentClassifier extends TextClassifier {
  embedding: Embedding;
  dropout: Dropout;
  rnn: LSTM | GRU;
  linear: Linear;

  constructor({ model, words, labels, embeddingDim, hiddenDim, layers, dropout }: ClassifierSizes) {
    super();
    this.embedding = new Embedding(words, embeddingDim, { paddingIdx: 0 });
    uniform_(this.embedding.weight, -startRange, startRange);
    this.dropout = new Dropout(dropout);
    const Layers = model === 'lstm' ? LSTM : GRU;
    this.rnn = new Layers(embeddingDim, hiddenDim, {
      numLayers: layers,
      bidirectional: true,
      batchFirst: true,
      dropout: layers > 1 ? dropout : 0,
    });
    this.linear = new Linear(2 * hiddenDim, labels);
  }

  override forward({ ids, lengths }: TextBatch): Tensor {
    const packed = packPaddedSequence(ids, lengths!, { batchFirst: true, enforceSorted: false });
    const vectors = this.dropout.forward(this.embedding.forward(packed.data));
    const sequences = packed.withData(vectors);
    const [output] = this.rnn instanceof LSTM ? this.rnn.forward(sequences) : this.rnn.forward(sequences);
    const [states] = padPackedSequence(output, { batchFirst: true, paddingValue: -1 });
    return this.linear.forward(this.dropout.forward(amax(states, 1)));
  }
}

/** A transformer's encoder; the mean of its output over the words of a text. */
class TransformerClassifier extends TextClassifier {
  embedding: Embedding;
  position: PositionalEncoding;
  encoder: TransformerEncoder;
  linear: Linear;

  constructor(sizes: ClassifierSizes) {
    super();
    const { words, labels, embeddingDim, hiddenDim, layers, heads, dropout, longest } = sizes;
    this.embedding = new Embedding(words, embeddingDim, { paddingIdx: 0 });
    this.position = new PositionalEncoding(embeddingDim, { maxLen: longest, dropout, batchFirst: true });
    const layer = new TransformerEncoderLayer(embeddingDim, heads, {
      dimFeedforward: hiddenDim,
      dropout,
      batchFirst: true,
      normFirst: true,
    });
    this.encoder = new TransformerEncoder(layer, layers);
    this.linear = new Linear(embeddingDim, labels);
  }

  override forward({ ids, hidden, counted }: TextBatch): Tensor {
    const output = this.encoder.forward(this.position.forward(this.embedding.forward(ids)), {
      srcKeyPaddingMask: hidden!,
    });
    return this.linear.forward(output.mul(counted!).sum(1));
  }
}

export function makeClassifier(sizes: ClassifierSizes): TextClassifier {
  switch (sizes.model) {
    case 'bag':
      return new BagClassifier(sizes);
    case 'lstm':
    case 'gru':
      return new RecurrentClassifier(sizes);
    case 'transformer':
      return new TransformerClassifier(sizes);
  }
}

/** What the model is, in a line. */
export function describeClassifier(sizes: ClassifierSizes): string {
  const { model, words, labels, embeddingDim, hiddenDim, layers, heads } = sizes;
  const deep = layers > 1 ? ` × ${layers}` : '';
  switch (model) {
    case 'bag':
      return `EmbeddingBag(${words}, ${embeddingDim}) → Linear(${embeddingDim}, ${labels})`;
    case 'transformer':
      return `Embedding(${words}, ${embeddingDim}) → TransformerEncoder(${embeddingDim}, ${heads} heads, ${hiddenDim})${deep} → mean → Linear(${embeddingDim}, ${labels})`;
    default: {
      const kind = model.toUpperCase();
      return `Embedding(${words}, ${embeddingDim}) → ${kind}(${embeddingDim}, ${hiddenDim}, both ways)${deep} → max → Linear(${2 * hiddenDim}, ${labels})`;
    }
  }
}
