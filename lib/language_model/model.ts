import { Dropout } from '../nn/dropout.js';
import { Embedding } from '../nn/embedding.js';
import { uniform_ } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { LSTM } from '../nn/lstm.js';
import { Module } from '../nn/module.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';

/** An LSTM's memory between batches: hidden and cell state, [layers, texts, hiddenDim] each. */
export type LanguageModelState = [h: Tensor, c: Tensor];

export interface LanguageModelOptions {
  /** Words in the vocabulary. */
  vocabularySize: number;
  /** Length of a word's vector. */
  embeddingDim: number;
  /** Length of the LSTM's state. */
  hiddenDim: number;
  /** LSTM layers; 1 unless set. */
  layers?: number;
  /** Probability that an element between layers is zeroed in training; 0 unless set. */
  dropout?: number;
}

/**
 * Word vectors start from U(-0.1, 0.1): small enough that what is learned outweighs it, also for rare words, so that the
 * neighbours of a word mean something. (N(0, 1), the usual start, would take many passes to outweigh.)
 */
const startRange = 0.1;

/**
 * Predicts the next word: `Embedding → LSTM → Linear`.
 *
 * The parameters have PyTorch's names: `embedding.weight`, `lstm.weight_ih_l0`, …, `linear.weight`, `linear.bias`; all but
 * the first have its starting values too.
 */
export class LanguageModel extends Module {
  embedding: Embedding;
  dropout: Dropout;
  lstm: LSTM;
  linear: Linear;

  /** @throws OptionError for an unknown option, ArgumentError or ValueError for a size that is missing or out of range. */
  constructor(options: LanguageModelOptions) {
    super();
    const names = ['vocabularySize', 'embeddingDim', 'hiddenDim', 'layers', 'dropout'];
    const {
      vocabularySize,
      embeddingDim,
      hiddenDim,
      layers = 1,
      dropout = 0,
    } = checkOptions('LanguageModel', options, names);
    this.embedding = new Embedding(vocabularySize, embeddingDim);
    uniform_(this.embedding.weight, -startRange, startRange);
    this.dropout = new Dropout(dropout);
    this.lstm = new LSTM(embeddingDim, hiddenDim, { numLayers: layers, dropout: layers > 1 ? dropout : 0 });
    this.linear = new Linear(hiddenDim, vocabularySize);
  }

  /**
   * @param input int32 [steps, texts]: word ids
   * @param state where the last batch of the same texts ended; zeros unless given
   * @returns the logits of the word after each, [steps, texts, vocabularySize], and the state to go on from
   */
  forward(input: Tensor, state?: LanguageModelState): [logits: Tensor, state: LanguageModelState] {
    const vectors = this.dropout.forward(this.embedding.forward(input));
    const [output, next] = this.lstm.forward(vectors, state);
    return [this.linear.forward(this.dropout.forward(output)), next];
  }
}

/** The same memory, cut off from the graph that made it. */
export function detachState([h, c]: LanguageModelState): LanguageModelState {
  return [h.detach(), c.detach()];
}

/** How many numbers a module learns. */
export function countParameters(module: Module): number {
  let count = 0;
  for (const parameter of module.parameters()) count += parameter.numel;
  return count;
}
