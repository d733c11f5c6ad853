import { type Nonlinearity, nonlinearityCode } from '../calls/recurrent.js';
import type { StackCall } from '../calls/sequence.js';
import type { Tensor } from '../tensor/tensor.js';
import { recurrentLayers } from './recurrent_layers.js';
import { singleStateKernels } from './single_state_layers.js';

const kernels = singleStateKernels('RnnBackward0', 'rnn', false);

/**
 * A stack of simple recurrent layers over whole sequences: one native call for each layer and direction. Shapes, dtypes
 * and options are checked by the caller.
 *
 * @param input [steps, batch, inputSize], or batch-first, or packed rows [rows, inputSize]: as `call.layout` says.
 * @param h0 [layers · directions, batch, hiddenSize]; null for zeros.
 * @param nonlinearity what is applied to the sums.
 * @returns the last layer's output [..., directions · hiddenSize], and the final states, shaped as h0.
 */
export function rnn(
  input: Tensor,
  h0: Tensor | null,
  nonlinearity: Nonlinearity,
  call: StackCall,
): [output: Tensor, hn: Tensor] {
  const [output, [hn]] = recurrentLayers(kernels, input, [h0], { ...call, variant: nonlinearityCode[nonlinearity] });
  return [output, hn];
}
