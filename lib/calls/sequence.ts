/** What the native calls of all recurrent layers say alike: how sequences lie in memory, and where their parts begin. */

import type { Tensor } from '../tensor/tensor.js';

/** How the rows of the input lie: [steps, batch], or with batchFirst [batch, steps]; packed with batchSizes. */
export interface SequenceLayout {
  steps: number;
  batch: number;
  batchFirst: boolean;
  /** For packed sequences: how many of them have step t, int32 [steps], descending from `batch`. Else null. */
  batchSizes: Tensor | null;
}

/** The parameters of one layer in one direction, as PyTorch names and lays them out. All contiguous. */
export interface RecurrentWeights {
  /** weight_ih, [gates · hidden, input] */
  inputHidden: Tensor;
  /** weight_hh, [gates · hidden, width]; width is the hidden size, or what an LSTM projects to */
  hiddenHidden: Tensor;
  /** bias_ih, [gates · hidden], or null */
  biasInput: Tensor | null;
  /** bias_hh, [gates · hidden], or null */
  biasHidden: Tensor | null;
}

/** What every stack of recurrent layers is called with. */
export interface StackCall<Weights = RecurrentWeights> {
  layout: SequenceLayout;
  hiddenSize: number;
  directions: 1 | 2;
  /** One for each layer and direction, the directions of a layer side by side. */
  weights: readonly Weights[];
  /** Probability with which outputs between layers are dropped. */
  dropout: number;
}

/** What a layer read and wrote, and what each direction kept of it (nothing where the kernels keep nothing). */
export interface LayerTrace {
  input: Tensor;
  output: Tensor;
  caches: Tensor[];
}

/** How the rows of a layer lie and its sizes, as every call of a recurrent layer takes them. */
export function sequenceOf({ layout, hiddenSize }: StackCall, direction: number, inputSize: number) {
  const { steps, batch, batchFirst } = layout;
  return { steps, batch, batchFirst, reverse: direction === 1, inputSize, hiddenSize };
}

/** Where part `index` of a tensor begins, of parts of `size` elements; 0 without a tensor. */
export function offsetOf(t: Tensor | null, index = 0, size = 0): number {
  return t === null ? 0 : t.offset + index * size;
}
