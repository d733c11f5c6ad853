import { gru } from '../ops/gru.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedSequence } from './packed_sequence.js';
import { checkRecurrentOptions, type RecurrentOptions } from './recurrent.js';
import { SingleStateRecurrent } from './single_state_recurrent.js';

export type GRUOptions = RecurrentOptions;

/**
 * Gated recurrent units over whole sequences, as `torch.nn.GRU`:
 *
 *     r, z = σ, σ of (W_ih x + b_ih + W_hh h + b_hh)
 *     n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
 *     h' = (1 − z) ⊙ n + z ⊙ h
 *
 * The weights hold the rows of r, z and n in this order.
 *
 * ```ts
 * const gru = new nn.GRU(300, 128, { batchFirst: true });
 * const [output, h] = gru.forward(x); // x [32, 20, 300] → output [32, 20, 128], h [1, 32, 128]
 * ```
 *
 * Cho et al. 2014, Learning phrase representations; the reset gate acts on the product with W_hn, as in cuDNN.
 */
export class GRU extends SingleStateRecurrent {
  /**
   * @param inputSize the size of each step's input.
   * @param hiddenSize the size of the state.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: GRUOptions) {
    super('GRU', 3, inputSize, hiddenSize, checkRecurrentOptions('GRU', options));
  }

  /**
   * @param input [steps, batch, inputSize], with batchFirst [batch, steps, inputSize], or one sequence [steps, inputSize];
   *   or a PackedSequence, whose output is packed alike and whose padding costs nothing.
   * @param hx the first states [layers · directions, batch, hiddenSize]; default zeros. Never batch-first; without the
   *   batch dimension for a single sequence; in the order of the sequences before packing.
   * @returns the outputs of the last layer at every step, [..., directions · hiddenSize] laid out as the input, and the
   *   final states of every layer and direction, shaped as hx.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, state: Tensor];
  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, state: Tensor];
  forward(input: Tensor | PackedSequence, hx?: Tensor | null): [output: Tensor | PackedSequence, state: Tensor];
  forward(input: Tensor | PackedSequence, hx?: Tensor | null): [output: Tensor | PackedSequence, state: Tensor] {
    return this.run('GRU', input, hx, gru);
  }
}
