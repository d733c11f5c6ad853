import { gru } from '../ops/gru.js';
import type { Tensor } from '../tensor/tensor.js';
import { type CellOptions, checkCellOptions, RecurrentCell } from './recurrent_cell.js';

/**
 * One step of gated recurrent units, as `torch.nn.GRUCell`:
 *
 *     r = σ(W_ir x + b_ir + W_hr h + b_hr),   z = σ(W_iz x + b_iz + W_hz h + b_hz)
 *     n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)),   h' = (1 − z) ⊙ n + z ⊙ h
 *
 * The weights hold the rows of r, z and n in this order.
 *
 * ```ts
 * const cell = new nn.GRUCell(300, 128);
 * let h: Tensor | null = null;
 * for (const x of steps) h = cell.forward(x, h); // x [32, 300] → h [32, 128]
 * ```
 *
 * For whole sequences that are known beforehand `nn.GRU` is faster: it projects the inputs of all steps at once.
 * Cho et al. 2014, Learning phrase representations; the reset gate acts on the product with W_hn, as in cuDNN.
 */
export class GRUCell extends RecurrentCell {
  /**
   * @param inputSize the size of a step's input.
   * @param hiddenSize the size of the state.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super('GRUCell', 3, inputSize, hiddenSize, checkCellOptions('GRUCell', options));
  }

  /**
   * @param input [batch, inputSize], or [inputSize] for a single one.
   * @param hx the state before, [batch, hiddenSize] or [hiddenSize]; default zeros.
   * @returns the state after, shaped alike.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(input: Tensor, hx?: Tensor | null): Tensor {
    const step = this.checkInput('GRUCell', input);
    const h0 = this.checkSingleState('GRUCell', hx, step);
    return this.asGiven(gru(step.input, h0, this.stepOf(step))[0], step);
  }
}
