import type { Nonlinearity } from '../calls/recurrent.js';
import { rnn } from '../ops/rnn.js';
import type { Tensor } from '../tensor/tensor.js';
import { type CellOptions, checkCellOptions, RecurrentCell } from './recurrent_cell.js';
import { checkNonlinearity } from './rnn.js';

export interface RNNCellOptions extends CellOptions {
  /** What is applied to the sums: 'tanh' (the default) or 'relu'. */
  nonlinearity?: Nonlinearity;
}

/**
 * One step of simple recurrent units, as `torch.nn.RNNCell`:
 *
 *     h' = tanh(W_ih x + b_ih + W_hh h + b_hh)   (or relu of it)
 *
 * ```ts
 * const cell = new nn.RNNCell(300, 128, { nonlinearity: 'relu' });
 * let h: Tensor | null = null;
 * for (const x of steps) h = cell.forward(x, h); // x [32, 300] → h [32, 128]
 * ```
 *
 * For whole sequences that are known beforehand `nn.RNN` is faster: it projects the inputs of all steps at once.
 * Elman 1990, Finding structure in time.
 */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: Nonlinearity;

  /**
   * @param inputSize the size of a step's input.
   * @param hiddenSize the size of the state.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: RNNCellOptions) {
    const given = checkCellOptions('RNNCell', options, ['nonlinearity']);
    const nonlinearity = checkNonlinearity('RNNCell', given.nonlinearity);
    super('RNNCell', 1, inputSize, hiddenSize, given);
    this.nonlinearity = nonlinearity;
  }

  /**
   * @param input [batch, inputSize], or [inputSize] for a single one.
   * @param hx the state before, [batch, hiddenSize] or [hiddenSize]; default zeros.
   * @returns the state after, shaped alike.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, hx?: Tensor | null): Tensor {
    const step = this.checkInput('RNNCell', input);
    const h0 = this.checkSingleState('RNNCell', hx, step);
    return this.asGiven(rnn(step.input, h0, this.nonlinearity, this.stepOf(step))[0], step);
  }

  override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`;
  }
}
