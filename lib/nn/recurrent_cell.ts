import type { RecurrentWeights, SequenceLayout } from '../calls/sequence.js';
import { ArgumentError, DTypeError, ShapeError } from '../errors.js';
import { squeeze, unsqueeze } from '../ops/view.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { uniform_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython } from './module_format.js';
import type { Parameter } from './parameter.js';

export interface CellOptions {
  /** Add biases. Default true. */
  bias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/** A step's input as one step of a batch of sequences, the form that the sequence kernels take. */
export interface CellInput {
  /** [batch, inputSize] */
  input: Tensor;
  layout: SequenceLayout;
  /** Whether the input came without a batch dimension. */
  unbatched: boolean;
}

/**
 * What LSTMCell, GRUCell and RNNCell share: options, parameters under PyTorch's names (`weight_ih`, `weight_hh`,
 * `bias_ih`, `bias_hh`), and the checks of inputs and states. All parameters start from U(−1/√hiddenSize, 1/√hiddenSize).
 *
 * A cell is a layer's kernel on sequences of a single step: two products, and one pass over the gates.
 */
export abstract class RecurrentCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  /** [gates · hiddenSize, inputSize] */
  weight_ih: Parameter;
  /** [gates · hiddenSize, hiddenSize] */
  weight_hh: Parameter;
  /** [gates · hiddenSize], or null */
  bias_ih: Parameter | null;
  /** [gates · hiddenSize], or null */
  bias_hh: Parameter | null;

  protected constructor(op: string, gates: number, inputSize: number, hiddenSize: number, options: CellOptions) {
    super();
    this.inputSize = checkLayerSize(op, 'inputSize', inputSize);
    this.hiddenSize = checkLayerSize(op, 'hiddenSize', hiddenSize, 1);
    this.bias = checkFlag(op, 'bias', options.bias ?? true);
    const kind = checkLayerDType(op, options.dtype);
    const rows = gates * hiddenSize;
    this.weight_ih = zeroParameter(op, [rows, inputSize], kind);
    this.weight_hh = zeroParameter(op, [rows, hiddenSize], kind);
    this.bias_ih = this.bias ? zeroParameter(op, [rows], kind) : null;
    this.bias_hh = this.bias ? zeroParameter(op, [rows], kind) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Draws all parameters anew from U(−1/√hiddenSize, 1/√hiddenSize). */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** @throws ShapeError, DTypeError, ArgumentError unless `input` is [batch, inputSize] or [inputSize]. */
  protected checkInput(op: string, input: unknown): CellInput {
    const x = checkFloat(op, 'input', input);
    const { dtype } = this.weight_ih;
    if (x.dtype !== dtype) throw new DTypeError(`${op}: input must be ${dtype} like the weights, got ${x.dtype}`);
    const { inputSize } = this;
    if ((x.ndim !== 1 && x.ndim !== 2) || x.shape[x.ndim - 1] !== inputSize) {
      const remedy = x.ndim === 3 ? '; a cell takes one step at a time' : '';
      throw new ShapeError(
        `${op}: input must have shape [batch, ${inputSize}] or [${inputSize}], got ${formatShape(x.shape)}${remedy}`,
      );
    }
    const unbatched = x.ndim === 1;
    const batched = unbatched ? unsqueeze(x, 0) : x;
    const layout = { steps: 1, batch: batched.shape[0], batchFirst: false, batchSizes: null };
    return { input: batched, layout, unbatched };
  }

  /** A state as [1, batch, hiddenSize]. @throws ShapeError, DTypeError, ArgumentError */
  protected checkState(op: string, name: string, state: unknown, of: CellInput): Tensor {
    const s = checkFloat(op, name, state);
    if (s.dtype !== of.input.dtype) {
      throw new DTypeError(`${op}: ${name} must be ${of.input.dtype} like the input, got ${s.dtype}`);
    }
    const expected = of.unbatched ? [this.hiddenSize] : [of.layout.batch, this.hiddenSize];
    if (!sameShape(s.shape, expected)) {
      throw new ShapeError(
        `${op}: ${name} must have shape ${formatShape(expected)} (${of.unbatched ? 'size' : 'batch, size'}), ` +
          `got ${formatShape(s.shape)}`,
      );
    }
    const batched = of.unbatched ? unsqueeze(s, 0) : s;
    return unsqueeze(batched, 0);
  }

  /** The only state of a cell, `hx`, or null for zeros. @throws ShapeError, DTypeError, ArgumentError */
  protected checkSingleState(op: string, hx: unknown, of: CellInput): Tensor | null {
    if (hx === undefined || hx === null) return null;
    if (Array.isArray(hx)) {
      throw new ArgumentError(
        `${op}: hx must be one tensor, got an array of ${hx.length} (only LSTMCell has two states)`,
      );
    }
    return this.checkState(op, 'hx', hx, of);
  }

  /** What the kernels are called with. */
  protected stepOf({ layout }: CellInput) {
    const weights: RecurrentWeights = {
      inputHidden: this.weight_ih.contiguous(),
      hiddenHidden: this.weight_hh.contiguous(),
      biasInput: this.bias_ih?.contiguous() ?? null,
      biasHidden: this.bias_hh?.contiguous() ?? null,
    };
    return { layout, hiddenSize: this.hiddenSize, directions: 1 as const, weights: [weights], dropout: 0 };
  }

  /** A new state [batch, hiddenSize], without the batch dimension where the input has none. */
  protected asGiven(state: Tensor, of: CellInput): Tensor {
    return of.unbatched ? squeeze(state, 0) : state;
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : `, bias=${formatPython(this.bias)}`}`;
  }
}

/** The options of a cell after a check of their names. */
export function checkCellOptions<T extends CellOptions>(
  op: string,
  options: T | undefined,
  more: readonly (keyof T & string)[] = [],
): T {
  return checkOptions(op, options, ['bias', 'dtype', ...more]);
}
