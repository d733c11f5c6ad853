/** One layer of LSTM in one direction: the native calls, unrecorded. */
import type { Tensor } from '../tensor/tensor.js';
import { callLstmBackward, callLstmForward, callLstmSizes, resultsOfLstmSizes } from './planned/lstm.js';
import { type LayerTrace, offsetOf, type RecurrentWeights, type StackCall, sequenceOf } from './sequence.js';

export interface LstmWeights extends RecurrentWeights {
  /** weight_hr, [projSize, hidden], or null */
  projection: Tensor | null;
}

export interface LstmCall extends StackCall<LstmWeights> {
  /** 0: no projection. */
  projSize: number;
}

function lstmSequence(call: LstmCall, direction: number, inputSize: number) {
  const { steps, batch, batchFirst, reverse, hiddenSize } = sequenceOf(call, direction, inputSize);
  return { steps, batch, batchFirst, reverse, inputSize, hiddenSize, projSize: call.projSize };
}

/** Elements that a direction of a layer keeps for backward, and those of the working memory that backward needs. */
export function lstmSizes(call: LstmCall, direction: number, inputSize: number): { cache: number; workspace: number } {
  const cache = callLstmSizes({
    sequence: lstmSequence(call, direction, inputSize),
    batchSizes: call.layout.batchSizes,
  });
  return { cache, workspace: resultsOfLstmSizes.workspace };
}

/** Runs one layer in one direction; its state is row `index` of the stacked states. */
export function lstmForward(
  call: LstmCall,
  index: number,
  input: Tensor,
  output: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  hn: Tensor,
  cn: Tensor,
  cache: Tensor | null,
): void {
  const { layout, hiddenSize, directions } = call;
  const weights = call.weights[index];
  const direction = index % directions;
  const width = call.projSize > 0 ? call.projSize : hiddenSize;
  const inputSize = input.shape[input.ndim - 1];
  const ofH = layout.batch * width;
  const ofC = layout.batch * hiddenSize;
  callLstmForward({
    sequence: lstmSequence(call, direction, inputSize),
    ldOutput: directions * width,
    ldInput: inputSize,
    output,
    outputOffset: output.offset + direction * width,
    hn,
    hnOffset: offsetOf(hn, index, ofH),
    cn,
    cnOffset: offsetOf(cn, index, ofC),
    cache,
    input,
    h0,
    h0Offset: offsetOf(h0, index, ofH),
    c0,
    c0Offset: offsetOf(c0, index, ofC),
    inputHidden: weights.inputHidden,
    hiddenHidden: weights.hiddenHidden,
    projection: weights.projection,
    biasInput: weights.biasInput,
    biasHidden: weights.biasHidden,
    batchSizes: layout.batchSizes,
  });
}

/** The gradients of one layer in one direction; null where none is wanted. */
export interface LstmGradients {
  inputHidden: Tensor | null;
  hiddenHidden: Tensor | null;
  projection: Tensor | null;
  bias: Tensor | null;
}

/** The gradients of one layer in one direction; the second direction adds to `dInput`. */
export function lstmBackward(
  call: LstmCall,
  index: number,
  trace: LayerTrace,
  states: { h0: Tensor | null; c0: Tensor | null; dh0: Tensor; dc0: Tensor; dhn: Tensor | null; dcn: Tensor | null },
  dOutput: Tensor | null,
  dInput: Tensor | null,
  workspace: Tensor,
  gradients: LstmGradients,
): void {
  const { layout, hiddenSize, directions } = call;
  const { input, output } = trace;
  const weights = call.weights[index];
  const direction = index % directions;
  const width = call.projSize > 0 ? call.projSize : hiddenSize;
  const inputSize = input.shape[input.ndim - 1];
  const ofH = layout.batch * width;
  const ofC = layout.batch * hiddenSize;
  const { h0, c0, dh0, dc0, dhn, dcn } = states;
  callLstmBackward({
    sequence: lstmSequence(call, direction, inputSize),
    addToInput: direction === 1,
    ldOutput: directions * width,
    ldInput: inputSize,
    dInput,
    dh0,
    dh0Offset: offsetOf(dh0, index, ofH),
    dc0,
    dc0Offset: offsetOf(dc0, index, ofC),
    dInputHidden: gradients.inputHidden,
    dHiddenHidden: gradients.hiddenHidden,
    dProjection: gradients.projection,
    dBias: gradients.bias,
    workspace,
    dOutput,
    dOutputOffset: offsetOf(dOutput, direction, width),
    dhn,
    dhnOffset: offsetOf(dhn, index, ofH),
    dcn,
    dcnOffset: offsetOf(dcn, index, ofC),
    output,
    outputOffset: output.offset + direction * width,
    cache: trace.caches[direction],
    input,
    h0,
    h0Offset: offsetOf(h0, index, ofH),
    c0,
    c0Offset: offsetOf(c0, index, ofC),
    inputHidden: weights.inputHidden,
    hiddenHidden: weights.hiddenHidden,
    projection: weights.projection,
    batchSizes: layout.batchSizes,
  });
}
