import { type Nonlinearity, nonlinearityCode } from '../calls/recurrent.js';
import { describe, ValueError } from '../errors.js';
import { rnn } from '../ops/rnn.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedSequence } from './packed_sequence.js';
import { checkRecurrentOptions, type RecurrentOptions } from './recurrent.js';
import { SingleStateRecurrent } from './single_state_recurrent.js';

export interface RNNOptions extends RecurrentOptions {
  /** What is applied to the sums: 'tanh' (the default) or 'relu'. */
  nonlinearity?: Nonlinearity;
}

/**
 * Simple recurrent units over whole sequences, as `torch.nn.RNN`:
 *
 *     h' = tanh(W_ih x + b_ih + W_hh h + b_hh)   (or relu of it)
 *
 * ```ts
 * const rnn = new nn.RNN(300, 128, { batchFirst: true });
 * const [output, h] = rnn.forward(x); // x [32, 20, 300] → output [32, 20, 128], h [1, 32, 128]
 * ```
 *
 * Elman 1990, Finding structure in time.
 */
export class RNN extends SingleStateRecurrent {
  readonly nonlinearity: Nonlinearity;

  /**
   * @param inputSize the size of each step's input.
   * @param hiddenSize the size of the state.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: RNNOptions) {
    const given = checkRecurrentOptions('RNN', options, ['nonlinearity']);
    const nonlinearity = checkNonlinearity('RNN', given.nonlinearity);
    super('RNN', 1, inputSize, hiddenSize, given);
    this.nonlinearity = nonlinearity;
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
    return this.run('RNN', input, hx, (x, h0, call) => rnn(x, h0, this.nonlinearity, call));
  }
}

/** @throws ValueError unless it is 'tanh' (the default) or 'relu'. */
export function checkNonlinearity(op: string, nonlinearity: unknown = 'tanh'): Nonlinearity {
  if (typeof nonlinearity === 'string' && Object.hasOwn(nonlinearityCode, nonlinearity)) {
    return nonlinearity as Nonlinearity;
  }
  throw new ValueError(`${op}: nonlinearity must be 'tanh' or 'relu', got ${describe(nonlinearity)}`);
}
