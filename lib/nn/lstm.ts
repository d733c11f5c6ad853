import { lstm } from '../ops/lstm.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedSequence } from './packed_sequence.js';
import { checkRecurrentOptions, Recurrent, type RecurrentOptions, statePair } from './recurrent.js';

export interface LSTMOptions extends RecurrentOptions {
  /** Project the hidden state to this size; 0 (the default): don't. Must be below hiddenSize. */
  projSize?: number;
}

/** First or final states: h [layers · directions, batch, projSize or hiddenSize] and c [layers · directions, batch, hiddenSize]. */
export type LSTMState = [h: Tensor, c: Tensor];

/**
 * Long short-term memory over whole sequences, as `torch.nn.LSTM`:
 *
 *     i, f, g, o = σ, σ, tanh, σ of (W_ih x + b_ih + W_hh h + b_hh)
 *     c' = f ⊙ c + i ⊙ g,   h' = o ⊙ tanh(c')   (with projSize: h' = W_hr (o ⊙ tanh(c')))
 *
 * ```ts
 * const lstm = new nn.LSTM(300, 128, { batchFirst: true });
 * const [output, [h, c]] = lstm.forward(x); // x [32, 20, 300] → output [32, 20, 128], h and c [1, 32, 128]
 * ```
 *
 * Hochreiter & Schmidhuber 1997, Long short-term memory; projections: Sak et al. 2014.
 */
export class LSTM extends Recurrent {
  /**
   * @param inputSize the size of each step's input.
   * @param hiddenSize the size of the cell.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: LSTMOptions) {
    const given = checkRecurrentOptions('LSTM', options, ['projSize']);
    super('LSTM', 4, inputSize, hiddenSize, given, given.projSize ?? 0);
  }

  /**
   * @param input [steps, batch, inputSize], with batchFirst [batch, steps, inputSize], or one sequence [steps, inputSize];
   *   or a PackedSequence, whose output is packed alike and whose padding costs nothing.
   * @param hx the first states; default zeros. Never batch-first; without the batch dimension for a single sequence; in
   *   the order of the sequences before packing.
   * @returns the outputs of the last layer at every step, [..., directions · width] laid out as the input, and the final
   *   states of every layer and direction.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, hx?: LSTMState | null): [output: Tensor, state: LSTMState];
  forward(input: PackedSequence, hx?: LSTMState | null): [output: PackedSequence, state: LSTMState];
  forward(input: Tensor | PackedSequence, hx?: LSTMState | null): [output: Tensor | PackedSequence, state: LSTMState];
  forward(input: Tensor | PackedSequence, hx?: LSTMState | null): [output: Tensor | PackedSequence, state: LSTMState] {
    const sequence = this.checkInput('LSTM', input);
    const pair = statePair('LSTM', hx);
    const h0 = pair && this.checkState('LSTM', 'h0', pair[0], this.outputSize, sequence);
    const c0 = pair && this.checkState('LSTM', 'c0', pair[1], this.hiddenSize, sequence);
    const [output, h, c] = lstm(sequence.input, h0, c0, {
      layout: sequence.layout,
      hiddenSize: this.hiddenSize,
      projSize: this.projSize,
      directions: this.directions,
      weights: this.weights(),
      dropout: this.training ? this.dropout : 0,
    });
    const state: LSTMState = [this.stateAsGiven(h, sequence), this.stateAsGiven(c, sequence)];
    return [this.asGiven(output, sequence), state];
  }
}
