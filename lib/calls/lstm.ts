/** One layer of LSTM in one direction: the native calls, unrecorded. */
import { native } from '../addon/native.js';
import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
import { arrayOf, type LayerTrace, offsetOf, planSequence, type RecurrentWeights, type StackCall } from './sequence.js';

export interface LstmWeights extends RecurrentWeights {
  /** weight_hr, [projSize, hidden], or null */
  projection: Tensor | null;
}

export interface LstmCall extends StackCall<LstmWeights> {
  /** 0: no projection. */
  projSize: number;
}

/** Elements that a direction of a layer keeps for backward, and those of the working memory that backward needs. */
export function lstmSizes(call: LstmCall, direction: number, inputSize: number): { cache: number; workspace: number } {
  planSequence(call, direction, inputSize, call.projSize);
  const cache = native.lstmSizes(plan, arrayOf(call.layout.batchSizes));
  return { cache, workspace: plan[0] };
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
  planSequence(call, direction, inputSize, call.projSize);
  plan[8] = output.offset + direction * width;
  plan[9] = directions * width;
  plan[10] = offsetOf(hn, index, ofH);
  plan[11] = offsetOf(cn, index, ofC);
  plan[12] = offsetOf(cache);
  plan[13] = input.offset;
  plan[14] = inputSize;
  plan[15] = offsetOf(h0, index, ofH);
  plan[16] = offsetOf(c0, index, ofC);
  plan[17] = weights.inputHidden.offset;
  plan[18] = weights.hiddenHidden.offset;
  plan[19] = offsetOf(weights.projection);
  plan[20] = offsetOf(weights.biasInput);
  plan[21] = offsetOf(weights.biasHidden);
  native.lstmForward(
    plan,
    output.storage.array,
    hn.storage.array,
    cn.storage.array,
    arrayOf(cache),
    input.storage.array,
    arrayOf(h0),
    arrayOf(c0),
    weights.inputHidden.storage.array,
    weights.hiddenHidden.storage.array,
    arrayOf(weights.projection),
    arrayOf(weights.biasInput),
    arrayOf(weights.biasHidden),
    arrayOf(layout.batchSizes),
  );
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
  const cache = trace.caches[direction];
  planSequence(call, direction, inputSize, call.projSize);
  plan[8] = offsetOf(dInput);
  plan[9] = direction;
  plan[10] = offsetOf(states.dh0, index, ofH);
  plan[11] = offsetOf(states.dc0, index, ofC);
  plan[12] = offsetOf(gradients.inputHidden);
  plan[13] = offsetOf(gradients.hiddenHidden);
  plan[14] = offsetOf(gradients.projection);
  plan[15] = offsetOf(gradients.bias);
  plan[16] = workspace.offset;
  plan[17] = offsetOf(dOutput) + direction * width;
  plan[18] = directions * width;
  plan[19] = offsetOf(states.dhn, index, ofH);
  plan[20] = offsetOf(states.dcn, index, ofC);
  plan[21] = output.offset + direction * width;
  plan[22] = cache.offset;
  plan[23] = input.offset;
  plan[24] = inputSize;
  plan[25] = offsetOf(states.h0, index, ofH);
  plan[26] = offsetOf(states.c0, index, ofC);
  plan[27] = weights.inputHidden.offset;
  plan[28] = weights.hiddenHidden.offset;
  plan[29] = offsetOf(weights.projection);
  native.lstmBackward(
    plan,
    arrayOf(dInput),
    states.dh0.storage.array,
    states.dc0.storage.array,
    arrayOf(gradients.inputHidden),
    arrayOf(gradients.hiddenHidden),
    arrayOf(gradients.projection),
    arrayOf(gradients.bias),
    workspace.storage.array,
    arrayOf(dOutput),
    arrayOf(states.dhn),
    arrayOf(states.dcn),
    output.storage.array,
    cache.storage.array,
    input.storage.array,
    arrayOf(states.h0),
    arrayOf(states.c0),
    weights.inputHidden.storage.array,
    weights.hiddenHidden.storage.array,
    arrayOf(weights.projection),
    arrayOf(layout.batchSizes),
  );
}
