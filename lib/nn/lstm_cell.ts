import { lstm } from '../ops/lstm.js';
import { squeeze } from '../ops/view.js';
import type { Tensor } from '../tensor/tensor.js';
import { statePair } from './recurrent.js';
import { type CellOptions, checkCellOptions, RecurrentCell } from './recurrent_cell.js';

/** The states after a step, or before it: h and c, each [batch, hiddenSize] or [hiddenSize]. */
export type LSTMCellState = [h: Tensor, c: Tensor];

/**
 * One step of long short-term memory, as `torch.nn.LSTMCell`:
 *
 *     i, f, g, o = σ, σ, tanh, σ of (W_ih x + b_ih + W_hh h + b_hh)
 *     c' = f ⊙ c + i ⊙ g,   h' = o ⊙ tanh(c')
 *
 * ```ts
 * const cell = new nn.LSTMCell(300, 128);
 * let state: nn.LSTMCellState | null = null;
 * for (const x of steps) state = cell.forward(x, state); // x [32, 300] → h and c [32, 128]
 * ```
 *
 * For whole sequences that are known beforehand `nn.LSTM` is faster: it projects the inputs of all steps at once.
 * Hochreiter & Schmidhuber 1997, Long short-term memory.
 */
export class LSTMCell extends RecurrentCell {
  /**
   * @param inputSize the size of a step's input.
   * @param hiddenSize the size of the states.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super('LSTMCell', 4, inputSize, hiddenSize, checkCellOptions('LSTMCell', options));
  }

  /**
   * @param input [batch, inputSize], or [inputSize] for a single one.
   * @param hx the states before, each [batch, hiddenSize] or [hiddenSize]; default zeros.
   * @returns the states after, shaped alike.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, hx?: LSTMCellState | null): LSTMCellState {
    const step = this.checkInput('LSTMCell', input);
    const pair = statePair('LSTMCell', hx);
    const h0 = pair && this.checkState('LSTMCell', 'h0', pair[0], step);
    const c0 = pair && this.checkState('LSTMCell', 'c0', pair[1], step);
    const call = this.stepOf(step);
    const weights = [{ ...call.weights[0], projection: null }];
    const [h, , c] = lstm(step.input, h0, c0, { ...call, weights, projSize: 0 });
    return [this.asGiven(h, step), this.asGiven(squeeze(c, 0), step)];
  }
}
