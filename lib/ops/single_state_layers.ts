import {
  type RecurrentCall,
  type RecurrentKind,
  recurrentBackward,
  recurrentForward,
  recurrentSizes,
} from '../calls/recurrent.js';
import type { RecurrentWeights } from '../calls/sequence.js';
import type { Tensor } from '../tensor/tensor.js';
import { gradientLike, type LayerKernels } from './recurrent_layers.js';

/** The layers whose only state is their output: GRU and RNN. `caches`: whether forward keeps more than its output. */
export function singleStateKernels(name: string, kind: RecurrentKind, caches: boolean): LayerKernels<RecurrentCall> {
  return {
    name,
    outputSize: (call) => call.hiddenSize,
    stateSizes: (call) => [call.hiddenSize],
    parameters: (call) =>
      call.weights.length === 1 ? parametersOf(call.weights[0]) : call.weights.flatMap(parametersOf),
    caches,
    sizes: (call, direction, inputSize) => recurrentSizes(kind, call, direction, inputSize),
    forward(call, index, input, output, [h0], [hn], cache) {
      recurrentForward(kind, call, index, input, output, h0, hn, cache);
    },
    backward(call, index, { input, output, caches }, { first, dFirst, dLast }, dOutput, dInput, workspace, wanted) {
      const gradients = parametersOf(call.weights[index]).map((parameter, k) => gradientLike(parameter, wanted[k]));
      const [inputHidden, hiddenHidden, biasInput = null, biasHidden = null] = gradients;
      const cache = caches.length === 0 ? null : caches[index % call.directions];
      recurrentBackward(
        kind,
        call,
        index,
        { input, output, cache },
        { h0: first[0], dh0: dFirst[0], dhn: dLast[0] },
        dOutput,
        dInput,
        workspace,
        { inputHidden, hiddenHidden, biasInput, biasHidden },
      );
      return gradients;
    },
  };
}

function parametersOf(w: RecurrentWeights): Tensor[] {
  const { inputHidden, hiddenHidden, biasInput, biasHidden } = w;
  if (biasInput === null || biasHidden === null) return [inputHidden, hiddenHidden];
  return [inputHidden, hiddenHidden, biasInput, biasHidden];
}
