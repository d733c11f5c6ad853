import { copyOf } from '../calls/copy.js';
import {
  type LstmCall,
  type LstmGradients,
  type LstmWeights,
  lstmBackward,
  lstmForward,
  lstmSizes,
} from '../calls/lstm.js';
import type { Tensor } from '../tensor/tensor.js';
import { gradientLike, type LayerKernels, recurrentLayers } from './recurrent_layers.js';

/**
 * A stack of LSTM layers over whole sequences: one native call for each layer and direction. Shapes, dtypes and options
 * are checked by the caller.
 *
 * @param input [steps, batch, inputSize], or batch-first, or packed rows [rows, inputSize]: as `call.layout` says.
 * @param h0 [layers · directions, batch, width], and c0 [layers · directions, batch, hiddenSize]; null for zeros.
 * @returns the last layer's output [..., directions · width], and the final states, shaped as h0 and c0.
 */
export function lstm(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  call: LstmCall,
): [output: Tensor, hn: Tensor, cn: Tensor] {
  const [output, [hn, cn]] = recurrentLayers(kernels, input, [h0, c0], call);
  return [output, hn, cn];
}

const widthOf = (call: LstmCall) => (call.projSize > 0 ? call.projSize : call.hiddenSize);

const kernels: LayerKernels<LstmCall> = {
  name: 'LstmBackward0',
  outputSize: widthOf,
  stateSizes: (call) => [widthOf(call), call.hiddenSize],
  parameters: (call) => parametersOf(call.weights),
  caches: true,
  sizes: lstmSizes,
  forward(call, index, input, output, [h0, c0], [hn, cn], cache) {
    lstmForward(call, index, input, output, h0, c0, hn, cn, cache);
  },
  backward(call, index, trace, { first, dFirst, dLast }, dOutput, dInput, workspace, wanted) {
    const weights = call.weights[index];
    const gradients = allocateGradients(weights, wanted);
    const states = { h0: first[0], c0: first[1], dh0: dFirst[0], dc0: dFirst[1], dhn: dLast[0], dcn: dLast[1] };
    lstmBackward(call, index, trace, states, dOutput, dInput, workspace, gradients);
    return listGradients(weights, wanted, gradients);
  },
};

function parametersOf(weights: readonly LstmWeights[]): Tensor[] {
  const list: Tensor[] = [];
  for (const w of weights) {
    list.push(w.inputHidden, w.hiddenHidden);
    if (w.biasInput !== null && w.biasHidden !== null) list.push(w.biasInput, w.biasHidden);
    if (w.projection !== null) list.push(w.projection);
  }
  return list;
}

/** Where the gradients of a layer's parameters go; those that nobody wants are null. */
function allocateGradients(w: LstmWeights, wanted: readonly boolean[]): LstmGradients {
  const biased = w.biasInput !== null && w.biasHidden !== null;
  return {
    inputHidden: gradientLike(w.inputHidden, wanted[0]),
    hiddenHidden: gradientLike(w.hiddenHidden, wanted[1]),
    bias: w.biasInput === null || !biased ? null : gradientLike(w.biasInput, wanted[2] || wanted[3]),
    projection: w.projection === null ? null : gradientLike(w.projection, wanted[biased ? 4 : 2]),
  };
}

function listGradients(w: LstmWeights, wanted: readonly boolean[], gradients: LstmGradients): (Tensor | null)[] {
  const list = [gradients.inputHidden, gradients.hiddenHidden];
  if (w.biasInput !== null && w.biasHidden !== null) {
    // Both biases add to the same sum, so their gradients are equal; each leaf gets memory of its own.
    const { bias } = gradients;
    list.push(wanted[2] ? bias : null);
    list.push(wanted[3] && bias !== null ? (wanted[2] ? copyOf(bias) : bias) : null);
  }
  if (w.projection !== null) list.push(gradients.projection);
  return list;
}
