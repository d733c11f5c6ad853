/** One layer with a single state (GRU or RNN) in one direction: the native calls, unrecorded. */
import type { Tensor } from '../tensor/tensor.js';
import {
  callRecurrentBackward,
  callRecurrentForward,
  callRecurrentSizes,
  resultsOfRecurrentSizes,
} from './planned/recurrent.js';
import { offsetOf, type StackCall, sequenceOf } from './sequence.js';

export interface RecurrentCall extends StackCall {
  /** What the kernel family distinguishes: RNN's nonlinearity; 0 for GRU. */
  variant: number;
}

/** The kinds of layers with a single state. */
export type RecurrentKind = keyof typeof functions;

const functions = {
  gru: { sizes: 'gruSizes', forward: 'gruForward', backward: 'gruBackward' },
  rnn: { sizes: 'rnnSizes', forward: 'rnnForward', backward: 'rnnBackward' },
} as const;

function recurrentSequence(call: RecurrentCall, direction: number, inputSize: number) {
  const { steps, batch, batchFirst, reverse, hiddenSize } = sequenceOf(call, direction, inputSize);
  return { steps, batch, batchFirst, reverse, inputSize, hiddenSize, variant: call.variant };
}

/** Elements that a direction of a layer keeps for backward, and those of the working memory that backward needs. */
export function recurrentSizes(
  kind: RecurrentKind,
  call: RecurrentCall,
  direction: number,
  inputSize: number,
): { cache: number; workspace: number } {
  const cache = callRecurrentSizes(functions[kind].sizes, {
    sequence: recurrentSequence(call, direction, inputSize),
    batchSizes: call.layout.batchSizes,
  });
  return { cache, workspace: resultsOfRecurrentSizes.workspace };
}

/** Runs one layer in one direction; its state is row `index` of the stacked states. */
export function recurrentForward(
  kind: RecurrentKind,
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
  callRecurrentForward(functions[kind].forward, {
    sequence: recurrentSequence(call, direction, inputSize),
    ldOutput: directions * hiddenSize,
    ldInput: inputSize,
    output,
    outputOffset: output.offset + direction * hiddenSize,
    hn,
    hnOffset: offsetOf(hn, index, ofH),
    cache,
    input,
    h0,
    h0Offset: offsetOf(h0, index, ofH),
    inputHidden: weights.inputHidden,
    hiddenHidden: weights.hiddenHidden,
    biasInput: weights.biasInput,
    biasHidden: weights.biasHidden,
    batchSizes: layout.batchSizes,
  });
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
  kind: RecurrentKind,
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
  const { h0, dh0, dhn } = states;
  callRecurrentBackward(functions[kind].backward, {
    sequence: recurrentSequence(call, direction, inputSize),
    addToInput: direction === 1,
    ldOutput: directions * hiddenSize,
    ldInput: inputSize,
    dInput,
    dh0,
    dh0Offset: offsetOf(dh0, index, ofH),
    dInputHidden: gradients.inputHidden,
    dHiddenHidden: gradients.hiddenHidden,
    dBiasInput: gradients.biasInput,
    dBiasHidden: gradients.biasHidden,
    workspace,
    dOutput,
    dOutputOffset: offsetOf(dOutput, direction, hiddenSize),
    dhn,
    dhnOffset: offsetOf(dhn, index, ofH),
    output,
    outputOffset: output.offset + direction * hiddenSize,
    cache,
    input,
    h0,
    h0Offset: offsetOf(h0, index, ofH),
    inputHidden: weights.inputHidden,
    hiddenHidden: weights.hiddenHidden,
    batchSizes: layout.batchSizes,
  });
}

/** What a simple recurrent unit applies to its sums, by the code that the kernels know it by. */
export const nonlinearityCode = { tanh: 0, relu: 1 } as const;

export type Nonlinearity = keyof typeof nonlinearityCode;
