/** What the native calls of all recurrent layers say alike: how sequences lie in memory, and where their parts begin. */

import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

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

/** The first eight numbers of a plan; `variant` is what one kind of layer adds to it. */
export function planSequence(call: StackCall, direction: number, inputSize: number, variant: number): void {
  const { layout } = call;
  plan[0] = layout.steps;
  plan[1] = layout.batch;
  plan[2] = layout.batchFirst ? 1 : 0;
  plan[3] = direction;
  plan[4] = inputSize;
  plan[5] = call.hiddenSize;
  plan[6] = variant;
  plan[7] = layout.batchSizes === null ? 0 : layout.batchSizes.offset;
}

export function arrayOf(t: Tensor | null) {
  return t === null ? null : t.storage.array;
}

/** Where part `index` of a tensor begins, of parts of `size` elements; 0 without a tensor. */
export function offsetOf(t: Tensor | null, index = 0, size = 0): number {
  return t === null ? 0 : t.offset + index * size;
}
