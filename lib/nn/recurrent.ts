import type { LstmWeights } from '../calls/lstm.js';
import type { SequenceLayout } from '../calls/sequence.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { indexSelect } from '../ops/indexing.js';
import { squeeze, unsqueeze } from '../ops/view.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { uniform_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';
import { PackedSequence } from './packed_sequence.js';
import type { Parameter } from './parameter.js';

export interface RecurrentOptions {
  /** Layers stacked on each other. Default 1. */
  numLayers?: number;
  /** Add biases. Default true. */
  bias?: boolean;
  /** Input and output are [batch, steps, …] instead of [steps, batch, …]; states are not affected. Default false. */
  batchFirst?: boolean;
  /** Probability with which outputs of every layer but the last are dropped in training. Default 0. */
  dropout?: number;
  /** Read the sequences from both ends. Default false. */
  bidirectional?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export const recurrentOptionNames = [
  'numLayers',
  'bias',
  'batchFirst',
  'dropout',
  'bidirectional',
  'dtype',
] as const satisfies readonly (keyof RecurrentOptions)[];

/** An input brought into the form that the sequence kernels take. */
export interface SequenceInput {
  /** [steps, batch, inputSize], or batch-first, or packed rows [rows, inputSize]: as `layout` says. */
  input: Tensor;
  layout: SequenceLayout;
  /** Whether the input came without a batch dimension. */
  unbatched: boolean;
  /** The input as it came, when it came packed; else null. */
  packed: PackedSequence | null;
}

/**
 * What LSTM, GRU and RNN share: options, parameters under PyTorch's names, and the checks of inputs and states.
 * Parameters are `weight_ih_l{k}`, `weight_hh_l{k}`, `bias_ih_l{k}`, `bias_hh_l{k}`, `weight_hr_l{k}` for layer k, with the
 * suffix `_reverse` for the second direction; all start from U(−1/√hiddenSize, 1/√hiddenSize).
 */
export abstract class Recurrent extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  /** Probability with which outputs between layers are dropped in training. */
  dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;
  [name: `weight_${string}`]: Parameter;
  [name: `bias_${string}`]: Parameter;

  protected constructor(
    op: string,
    gates: number,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
    projSize = 0,
  ) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false, dtype } = options;
    this.inputSize = checkLayerSize(op, 'inputSize', inputSize, 1);
    this.hiddenSize = checkLayerSize(op, 'hiddenSize', hiddenSize, 1);
    this.numLayers = checkLayerSize(op, 'numLayers', numLayers, 1);
    this.bias = checkFlag(op, 'bias', bias);
    this.batchFirst = checkFlag(op, 'batchFirst', batchFirst);
    this.bidirectional = checkFlag(op, 'bidirectional', bidirectional);
    this.projSize = checkLayerSize(op, 'projSize', projSize);
    if (projSize >= hiddenSize) {
      throw new ValueError(`${op}: projSize must be smaller than hiddenSize, got ${projSize} and ${hiddenSize}`);
    }
    if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
      throw new ValueError(`${op}: dropout must be a probability from 0 to 1, got ${describe(dropout)}`);
    }
    this.dropout = dropout;
    const kind = checkLayerDType(op, dtype);
    if (dropout > 0 && numLayers === 1) {
      process.emitWarning(
        `${op}: dropout acts between layers, so with numLayers 1 a dropout of ${dropout} does nothing`,
      );
    }
    for (const [name, shape] of this.parameterShapes(gates)) {
      this.registerParameter(name, zeroParameter(op, shape, kind));
    }
    this.resetParameters();
    guardMembersOf(this);
  }

  /** The width of the state h, and of the output for each direction. */
  get outputSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize;
  }

  get directions(): 1 | 2 {
    return this.bidirectional ? 2 : 1;
  }

  private *parameterShapes(gates: number): Generator<[string, number[]]> {
    const rows = gates * this.hiddenSize;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const inputSize = layer === 0 ? this.inputSize : this.directions * this.outputSize;
      for (let direction = 0; direction < this.directions; direction++) {
        const suffix = suffixOf(layer, direction);
        yield [`weight_ih${suffix}`, [rows, inputSize]];
        yield [`weight_hh${suffix}`, [rows, this.outputSize]];
        if (this.bias) {
          yield [`bias_ih${suffix}`, [rows]];
          yield [`bias_hh${suffix}`, [rows]];
        }
        if (this.projSize > 0) yield [`weight_hr${suffix}`, [this.projSize, this.hiddenSize]];
      }
    }
  }

  /** Draws all parameters anew from U(−1/√hiddenSize, 1/√hiddenSize). */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** The parameters of every layer, the directions of a layer side by side; null what the layer doesn't have. */
  protected weights(): LstmWeights[] {
    const weights: LstmWeights[] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      for (let direction = 0; direction < this.directions; direction++) {
        weights.push({
          inputHidden: this.weightOf('weight_ih', layer, direction)!,
          hiddenHidden: this.weightOf('weight_hh', layer, direction)!,
          biasInput: this.weightOf('bias_ih', layer, direction),
          biasHidden: this.weightOf('bias_hh', layer, direction),
          projection: this.projSize > 0 ? this.weightOf('weight_hr', layer, direction) : null,
        });
      }
    }
    return weights;
  }

  /** A parameter of one layer and direction, contiguous; null where the layer has none. */
  private weightOf(
    kind: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh' | 'weight_hr',
    layer: number,
    direction: number,
  ) {
    const found = (this as Record<string, unknown>)[nameOf(kind, layer, direction)];
    // A tensor that is no parameter is made of some, by weightNorm.
    return found instanceof Tensor ? found.contiguous() : null;
  }

  /**
   * @param input a tensor or a PackedSequence.
   * @throws ShapeError, DTypeError, ArgumentError unless it is a sequence, or a batch of them, of this layer's kind.
   */
  protected checkInput(op: string, input: unknown): SequenceInput {
    const packed = input instanceof PackedSequence ? input : null;
    if (packed === null && !(input instanceof Tensor)) {
      throw new ArgumentError(`${op}: input must be a Tensor or a PackedSequence, got ${describe(input)}`);
    }
    const x = checkFloat(op, packed === null ? 'input' : 'input.data', packed === null ? input : packed.data);
    const { dtype } = this.weight_ih_l0;
    if (x.dtype !== dtype) throw new DTypeError(`${op}: input must be ${dtype} like the weights, got ${x.dtype}`);
    const { batchFirst, inputSize } = this;
    if (packed === null ? x.ndim !== 2 && x.ndim !== 3 : x.ndim !== 2) {
      const batched = batchFirst ? `[batch, steps, ${inputSize}]` : `[steps, batch, ${inputSize}]`;
      const form = packed === null ? `${batched} or [steps, ${inputSize}]` : `[rows, ${inputSize}]`;
      const name = packed === null ? 'input' : 'the data of a packed input';
      throw new ShapeError(`${op}: ${name} must have shape ${form}, got ${formatShape(x.shape)}`);
    }
    if (x.shape[x.ndim - 1] !== inputSize) {
      throw new ShapeError(
        `${op}: the last dimension of input must be inputSize ${inputSize}, got shape ${formatShape(x.shape)}`,
      );
    }
    if (packed !== null) {
      const { batchSizes } = packed;
      const layout = { steps: batchSizes.numel, batch: batchSizes.at(0), batchFirst: false, batchSizes };
      return { input: x, layout, unbatched: false, packed };
    }
    const unbatched = x.ndim === 2;
    const batched = unbatched ? unsqueeze(x, batchFirst ? 0 : 1) : x;
    const [steps, batch] = batchFirst ? [batched.shape[1], batched.shape[0]] : batched.shape;
    if (steps === 0)
      throw new ShapeError(`${op}: sequences must have at least one step, got shape ${formatShape(x.shape)}`);
    return { input: batched, layout: { steps, batch, batchFirst, batchSizes: null }, unbatched, packed };
  }

  /**
   * A first state as [layers · directions, batch, width], its sequences in the order of the packed ones.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  protected checkState(op: string, name: string, state: unknown, width: number, of: SequenceInput): Tensor {
    const s = checkFloat(op, name, state);
    if (s.dtype !== of.input.dtype) {
      throw new DTypeError(`${op}: ${name} must be ${of.input.dtype} like the input, got ${s.dtype}`);
    }
    const stacked = this.numLayers * this.directions;
    const expected = of.unbatched ? [stacked, width] : [stacked, of.layout.batch, width];
    if (!sameShape(s.shape, expected)) {
      const meaning = of.unbatched ? 'layers x directions, size' : 'layers x directions, batch, size';
      throw new ShapeError(
        `${op}: ${name} must have shape ${formatShape(expected)} (${meaning}), got ${formatShape(s.shape)}`,
      );
    }
    if (of.unbatched) return unsqueeze(s, 1);
    const order = of.packed?.sortedIndices ?? null;
    return order === null ? s : indexSelect(s, 1, order);
  }

  /** The last layer's output in the form in which the input came: packed alike, or without a batch dimension. */
  protected asGiven(output: Tensor, of: SequenceInput): Tensor | PackedSequence {
    if (of.packed !== null) return of.packed.withData(output);
    return of.unbatched ? squeeze(output, this.batchFirst ? 0 : 1) : output;
  }

  /** Final states [layers · directions, batch, width] in the original order, or without a batch dimension. */
  protected stateAsGiven(state: Tensor, of: SequenceInput): Tensor {
    if (of.unbatched) return squeeze(state, 1);
    const order = of.packed?.unsortedIndices ?? null;
    return order === null ? state : indexSelect(state, 1, order);
  }

  override extraRepr(): string {
    const facts = [`${this.inputSize}`, `${this.hiddenSize}`];
    if (this.projSize !== 0) facts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) facts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) facts.push(`bias=${formatPython(this.bias)}`);
    if (this.batchFirst) facts.push('batch_first=True');
    if (this.dropout !== 0) facts.push(`dropout=${formatPythonFloat(this.dropout)}`);
    if (this.bidirectional) facts.push('bidirectional=True');
    return facts.join(', ');
  }
}

/** Names of parameters, by kind and then by layer and direction: a property is found faster by a string that lasts. */
const names: { [kind: string]: string[] } = {};

function nameOf(kind: string, layer: number, direction: number): string {
  names[kind] ??= [];
  const list = names[kind];
  const at = 2 * layer + direction;
  list[at] ??= `${kind}${suffixOf(layer, direction)}`;
  return list[at];
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? '_reverse' : ''}`;
}

/** A pair of states given as `hx`, or null for none. @throws ArgumentError unless it is an array of two. */
export function statePair(op: string, hx: unknown): [unknown, unknown] | null {
  if (hx === undefined || hx === null) return null;
  if (Array.isArray(hx) && hx.length === 2) return [hx[0], hx[1]];
  const got = hx instanceof Tensor ? `one Tensor of shape ${formatShape(hx.shape)}` : describe(hx);
  throw new ArgumentError(`${op}: hx must be a pair [h0, c0] of tensors, got ${got}`);
}

/** The options of a recurrent layer after a check of their names. */
export function checkRecurrentOptions<T extends RecurrentOptions>(
  op: string,
  options: T | undefined,
  more: readonly (keyof T & string)[] = [],
): T {
  return checkOptions(op, options, [...recurrentOptionNames, ...more]);
}
