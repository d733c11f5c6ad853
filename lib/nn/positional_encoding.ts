import { ShapeError, ValueError } from '../errors.js';
import { add } from '../ops/arithmetic.js';
import { narrow } from '../ops/view.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { Dropout } from './dropout.js';
import { normal_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface PositionalEncodingOptions {
  /** Positions 0 … maxLen − 1 have an encoding. Default 5000. */
  maxLen?: number;
  /** The probability with which an element of the sum is dropped in training. Default 0. */
  dropout?: number;
  /** Inputs are [batch, length, size] instead of [length, batch, size]. Default false. */
  batchFirst?: boolean;
  /** The encoding's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

const optionNames = ['maxLen', 'dropout', 'batchFirst', 'dtype'] as const;

/**
 * The sinusoidal encoding of positions, [maxLen, embeddingDim]: sin(p · f) at even places 2i and cos(p · f) at the odd
 * ones behind them, f = 10000^(−2i / embeddingDim). Vaswani et al. 2017, Attention is all you need, 3.5.
 *
 * In float32 every step is rounded to float32, as where PyTorch's tutorial computes exp, product, sin and cos: position
 * 4999 then differs from the exact value by up to 3e-4, but equals what models trained there have seen.
 */
export function sinusoidalEncoding(maxLen: number, embeddingDim: number, options?: { dtype?: DType }): Tensor {
  const op = 'sinusoidalEncoding';
  const { dtype } = checkOptions(op, options, ['dtype']);
  const kind = checkLayerDType(op, dtype);
  const positions = checkLayerSize(op, 'maxLen', maxLen);
  const columns = checkLayerSize(op, 'embeddingDim', embeddingDim);
  const round = kind === 'float32' ? Math.fround : (x: number) => x;
  const out = Tensor.allocate([positions, columns], kind, false);
  const { array } = out.storage;
  const slope = round(-Math.log(10000) / columns);
  for (let j = 0; j < columns; j += 2) {
    const frequency = round(Math.exp(round(j * slope)));
    for (let p = 0; p < positions; p++) {
      const angle = round(p * frequency);
      const at = out.offset + p * columns + j;
      array[at] = Math.sin(angle);
      if (j + 1 < columns) array[at + 1] = Math.cos(angle);
    }
  }
  return out;
}

/** What both encodings share: where length lies, and what may be added. */
abstract class PositionAdder extends Module {
  readonly embeddingDim: number;
  readonly maxLen: number;
  readonly batchFirst: boolean;

  constructor(op: string, embeddingDim: number, maxLen: number, batchFirst: boolean | undefined) {
    super();
    this.embeddingDim = checkLayerSize(op, 'embeddingDim', embeddingDim, 1);
    this.maxLen = checkLayerSize(op, 'maxLen', maxLen, 1);
    this.batchFirst = checkFlag(op, 'batchFirst', batchFirst ?? false);
  }

  /** input plus the encodings of its positions; a table [maxLen, embeddingDim], or with a dimension of 1 for batches. */
  protected addPositions(op: string, input: unknown, table: Tensor, start: number): Tensor {
    const x = checkFloat(op, 'input', input);
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[x.ndim - 1] !== this.embeddingDim) {
      const layout = this.batchFirst ? '[batch, length, ' : '[length, batch, ';
      throw new ShapeError(
        `${op}: input must have shape ${layout}${this.embeddingDim}] or [length, ${this.embeddingDim}], got ${formatShape(x.shape)}`,
      );
    }
    const lengthDim = x.ndim === 3 && this.batchFirst ? 1 : 0;
    const length = x.shape[lengthDim];
    checkLayerSize(op, 'start', start);
    if (start + length > this.maxLen) {
      throw new ValueError(
        `${op}: positions ${start} to ${start + length - 1} need a maxLen of ${start + length}, this encoding has ${this.maxLen}`,
      );
    }
    const positions = narrow(table.reshape(this.maxLen, this.embeddingDim), 0, start, length);
    return add(x, x.ndim === 3 && !this.batchFirst ? positions.unsqueeze(1) : positions);
  }
}

/**
 * Adds the sinusoidal encoding of each position to its vector, then applies dropout. The encoding is the buffer `pe`,
 * [maxLen, 1, embeddingDim] or with batchFirst [1, maxLen, embeddingDim], as in PyTorch's tutorials.
 */
export class PositionalEncoding extends PositionAdder {
  dropout: Dropout;
  readonly pe!: Tensor;

  /** @param embeddingDim the size of every position's vector. */
  constructor(embeddingDim: number, options?: PositionalEncodingOptions) {
    const op = 'PositionalEncoding';
    const given = checkOptions(op, options, optionNames);
    super(op, embeddingDim, given.maxLen ?? 5000, given.batchFirst);
    this.dropout = new Dropout(given.dropout ?? 0);
    const table = sinusoidalEncoding(this.maxLen, embeddingDim, { dtype: checkLayerDType(op, given.dtype) });
    this.registerBuffer('pe', table.unsqueeze(this.batchFirst ? 0 : 1));
  }

  /**
   * @param input [length, batch, embeddingDim], [batch, length, embeddingDim] with batchFirst, or [length, embeddingDim].
   * @param start the position of the first vector. Default 0.
   * @throws ShapeError; ValueError for more positions than maxLen.
   */
  forward(input: Tensor, start = 0): Tensor {
    return this.dropout.forward(this.addPositions('PositionalEncoding', input, this.pe, start));
  }
}

/** Adds a learned vector of each position to its vector, then applies dropout. The vectors start from N(0, 1). */
export class LearnedPositionalEncoding extends PositionAdder {
  /** [maxLen, embeddingDim] */
  weight: Parameter;
  dropout: Dropout;

  /** @param embeddingDim the size of every position's vector. */
  constructor(embeddingDim: number, options?: PositionalEncodingOptions) {
    const op = 'LearnedPositionalEncoding';
    const given = checkOptions(op, options, optionNames);
    super(op, embeddingDim, given.maxLen ?? 5000, given.batchFirst);
    this.weight = zeroParameter(op, [this.maxLen, embeddingDim], checkLayerDType(op, given.dtype));
    this.dropout = new Dropout(given.dropout ?? 0);
    this.resetParameters();
  }

  /** Draws the vectors anew from N(0, 1), as `nn.Embedding` does. */
  resetParameters(): void {
    normal_(this.weight);
  }

  /** As `PositionalEncoding.forward`. */
  forward(input: Tensor, start = 0): Tensor {
    return this.dropout.forward(this.addPositions('LearnedPositionalEncoding', input, this.weight, start));
  }
}
