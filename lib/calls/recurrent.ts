/** One layer with a single state (GRU or RNN) in one direction: the native calls, unrecorded. */
import { native } from '../addon/native.js';
import type { NativeRecurrentBackward, NativeRecurrentForward, NativeRecurrentSizes } from '../addon/recurrent.js';
import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
import { arrayOf, offsetOf, planSequence, type StackCall } from './sequence.js';

export interface RecurrentCall extends StackCall {
  /** What the kernel family distinguishes: RNN's nonlinearity; 0 for GRU. */
  variant: number;
}

/** The native functions of one family. */
export interface RecurrentFunctions {
  sizes: NativeRecurrentSizes;
  forward: NativeRecurrentForward;
  backward: NativeRecurrentBackward;
}

/** Elements that a direction of a layer keeps for backward, and those of the working memory that backward needs. */
export function recurrentSizes(
  functions: RecurrentFunctions,
  call: RecurrentCall,
  direction: number,
  inputSize: number,
): { cache: number; workspace: number } {
  planSequence(call, direction, inputSize, call.variant);
  const cache = functions.sizes(plan, arrayOf(call.layout.batchSizes));
  return { cache, workspace: plan[0] };
}

/** Runs one layer in one direction; its state is row `index` of the stacked states. */
export function recurrentForward(
  functions: RecurrentFunctions,
  call: RecurrentCall,
  index: number,
  input: Tensor,
  output: Tensor,
  h0: Tensor | null,
  hn: Tensor,
  cache: Tensor | null,
): void {
  const { layout, hiddenSize, directions } = call;
  const weights = call.weights[index];
  const direction = index % directions;
  const inputSize = input.shape[input.ndim - 1];
  const ofH = layout.batch * hiddenSize;
  planSequence(call, direction, inputSize, call.variant);
  plan[8] = output.offset + direction * hiddenSize;
  plan[9] = directions * hiddenSize;
  plan[10] = offsetOf(hn, index, ofH);
  plan[11] = offsetOf(cache);
  plan[12] = input.offset;
  plan[13] = inputSize;
  plan[14] = offsetOf(h0, index, ofH);
  plan[15] = weights.inputHidden.offset;
  plan[16] = weights.hiddenHidden.offset;
  plan[17] = offsetOf(weights.biasInput);
  plan[18] = offsetOf(weights.biasHidden);
  functions.forward(
    plan,
    output.storage.array,
    hn.storage.array,
    arrayOf(cache),
    input.storage.array,
    arrayOf(h0),
    weights.inputHidden.storage.array,
    weights.hiddenHidden.storage.array,
    arrayOf(weights.biasInput),
    arrayOf(weights.biasHidden),
    arrayOf(layout.batchSizes),
  );
}

/** The gradients of one layer in one direction; null where none is wanted. */
export interface RecurrentGradients {
  inputHidden: Tensor | null;
  hiddenHidden: Tensor | null;
  biasInput: Tensor | null;
  biasHidden: Tensor | null;
}

/** The gradients of one layer in one direction; the second direction adds to `dInput`. `cache`: forward's, if any. */
export function recurrentBackward(
  functions: RecurrentFunctions,
  call: RecurrentCall,
  index: number,
  trace: { input: Tensor; output: Tensor; cache: Tensor | null },
  states: { h0: Tensor | null; dh0: Tensor; dhn: Tensor | null },
  dOutput: Tensor | null,
  dInput: Tensor | null,
  workspace: Tensor,
  gradients: RecurrentGradients,
): void {
  const { layout, hiddenSize, directions } = call;
  const { input, output, cache } = trace;
  const weights = call.weights[index];
  const direction = index % directions;
  const inputSize = input.shape[input.ndim - 1];
  const ofH = layout.batch * hiddenSize;
  planSequence(call, direction, inputSize, call.variant);
  plan[8] = offsetOf(dInput);
  plan[9] = direction;
  plan[10] = offsetOf(states.dh0, index, ofH);
  plan[11] = offsetOf(gradients.inputHidden);
  plan[12] = offsetOf(gradients.hiddenHidden);
  plan[13] = offsetOf(gradients.biasInput);
  plan[14] = offsetOf(gradients.biasHidden);
  plan[15] = workspace.offset;
  plan[16] = offsetOf(dOutput) + direction * hiddenSize;
  plan[17] = directions * hiddenSize;
  plan[18] = offsetOf(states.dhn, index, ofH);
  plan[19] = output.offset + direction * hiddenSize;
  plan[20] = offsetOf(cache);
  plan[21] = input.offset;
  plan[22] = inputSize;
  plan[23] = offsetOf(states.h0, index, ofH);
  plan[24] = weights.inputHidden.offset;
  plan[25] = weights.hiddenHidden.offset;
  functions.backward(
    plan,
    arrayOf(dInput),
    states.dh0.storage.array,
    arrayOf(gradients.inputHidden),
    arrayOf(gradients.hiddenHidden),
    arrayOf(gradients.biasInput),
    arrayOf(gradients.biasHidden),
    workspace.storage.array,
    arrayOf(dOutput),
    arrayOf(states.dhn),
    output.storage.array,
    arrayOf(cache),
    input.storage.array,
    arrayOf(states.h0),
    weights.inputHidden.storage.array,
    weights.hiddenHidden.storage.array,
    arrayOf(layout.batchSizes),
  );
}

export const gruFunctions: RecurrentFunctions = {
  sizes: native.gruSizes,
  forward: native.gruForward,
  backward: native.gruBackward,
};

/** What a simple recurrent unit applies to its sums, by the code that the kernels know it by. */
export const nonlinearityCode = { tanh: 0, relu: 1 } as const;

export type Nonlinearity = keyof typeof nonlinearityCode;

export const rnnFunctions: RecurrentFunctions = {
  sizes: native.rnnSizes,
  forward: native.rnnForward,
  backward: native.rnnBackward,
};
