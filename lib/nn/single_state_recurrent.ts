import type { StackCall } from '../calls/sequence.js';
import { ArgumentError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { PackedSequence } from './packed_sequence.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

/** What GRU and RNN share: a single state h, and how they come from an input to the kernels and back. */
export abstract class SingleStateRecurrent extends Recurrent {
  protected constructor(op: string, gates: number, inputSize: number, hiddenSize: number, options: RecurrentOptions) {
    super(op, gates, inputSize, hiddenSize, options);
  }

  /** Checks the arguments, runs `layers`, and gives the results the form of the arguments. */
  protected run(
    op: string,
    input: Tensor | PackedSequence,
    hx: Tensor | null | undefined,
    layers: (input: Tensor, h0: Tensor | null, call: StackCall) => [Tensor, Tensor],
  ): [output: Tensor | PackedSequence, state: Tensor] {
    const sequence = this.checkInput(op, input);
    if (Array.isArray(hx)) {
      throw new ArgumentError(
        `${op}: hx must be one tensor h0, got an array of ${hx.length} (only LSTM has two states)`,
      );
    }
    const h0 = hx === undefined || hx === null ? null : this.checkState(op, 'hx', hx, this.hiddenSize, sequence);
    const [output, h] = layers(sequence.input, h0, {
      layout: sequence.layout,
      hiddenSize: this.hiddenSize,
      directions: this.directions,
      weights: this.weights(),
      dropout: this.training ? this.dropout : 0,
    });
    return [this.asGiven(output, sequence), this.stateAsGiven(h, sequence)];
  }
}
