import { ArgumentError, describe } from '../errors.js';
import { gelu, relu } from '../ops/activation.js';
import { add } from '../ops/arithmetic.js';
import { checkProbability } from '../ops/dropout.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { Dropout } from './dropout.js';
import { checkFlag, checkHeads, checkLayerSize } from './layer_arguments.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { MultiheadAttention } from './multihead_attention.js';
import { LayerNorm } from './normalization.js';

/** The nonlinearity of a feed-forward part: by name, as a function, or as a module. */
export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor) | Module;

export interface TransformerLayerOptions {
  /** The width of the feed-forward part. Default 2048. */
  dimFeedforward?: number;
  /** The probability of every dropout in the layer. Default 0.1. */
  dropout?: number;
  /** The nonlinearity of the feed-forward part. Default 'relu'. */
  activation?: Activation;
  /** Added to the variance in every LayerNorm. Default 1e-5. */
  layerNormEps?: number;
  /** Tensors are [batch, length, dModel] instead of [length, batch, dModel]. Default false. */
  batchFirst?: boolean;
  /** Normalise what goes into each part instead of what comes out of its sum. Default false. */
  normFirst?: boolean;
  /** Give projections and norms a bias. Default true. */
  bias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export const layerOptionNames = [
  'dimFeedforward',
  'dropout',
  'activation',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
  'dtype',
] as const;

export interface TransformerEncoderLayerForwardOptions {
  /** What each position may not see, [L, L] or [batch · nhead, L, L]; bool (true hides) or numbers added. */
  srcMask?: Tensor | null;
  /** Positions to ignore, [batch, L]; bool (true ignores) or numbers added. */
  srcKeyPaddingMask?: Tensor | null;
  /** A promise that srcMask is the causal one. Default false. */
  isCausal?: boolean;
}

export interface TransformerDecoderLayerForwardOptions {
  /** What each target position may not see of the target, [T, T] or [batch · nhead, T, T]. */
  tgtMask?: Tensor | null;
  /** What each target position may not see of the memory, [T, S] or [batch · nhead, T, S]. */
  memoryMask?: Tensor | null;
  /** Target positions to ignore, [batch, T]. */
  tgtKeyPaddingMask?: Tensor | null;
  /** Memory positions to ignore, [batch, S]. */
  memoryKeyPaddingMask?: Tensor | null;
  /** A promise that tgtMask is the causal one. Default false. */
  tgtIsCausal?: boolean;
  /** A promise that memoryMask is the causal one. Default false. */
  memoryIsCausal?: boolean;
}

function checkActivation(op: string, value: unknown): ((x: Tensor) => Tensor) | Module {
  if (value === 'relu') return relu;
  if (value === 'gelu') return (x) => gelu(x);
  if (typeof value === 'function') return value as (x: Tensor) => Tensor;
  if (value instanceof Module) return value;
  throw new ArgumentError(`${op}: activation must be 'relu', 'gelu', a function or a Module, got ${describe(value)}`);
}

/** What a layer's options come to. */
function checkLayer(op: string, dModel: number, nhead: number, options: TransformerLayerOptions | undefined) {
  const given = checkOptions(op, options, layerOptionNames);
  const bias = checkFlag(op, 'bias', given.bias ?? true);
  const p = checkProbability(op, given.dropout ?? 0.1);
  const { dtype } = given;
  const width = checkLayerSize(op, 'dimFeedforward', given.dimFeedforward ?? 2048, 1);
  const normFirst = checkFlag(op, 'normFirst', given.normFirst ?? false);
  const batchFirst = checkFlag(op, 'batchFirst', given.batchFirst ?? false);
  const activation = checkActivation(op, given.activation ?? 'relu');
  checkHeads(op, 'dModel', dModel, 'nhead', nhead);
  return {
    activation,
    normFirst,
    batchFirst,
    attention: () => new MultiheadAttention(dModel, nhead, { dropout: p, bias, batchFirst, dtype }),
    widen: () => new Linear(dModel, width, { bias, dtype }),
    narrow: () => new Linear(width, dModel, { bias, dtype }),
    norm: () => new LayerNorm(dModel, { eps: given.layerNormEps ?? 1e-5, bias, dtype }),
    dropout: () => new Dropout(p),
  };
}

function activate(activation: ((x: Tensor) => Tensor) | Module, x: Tensor): Tensor {
  return activation instanceof Module ? activation.forward(x) : activation(x);
}

/**
 * PyTorch's attention hands batch-first results on as a view of [length, batch, size], and dropout draws its random
 * numbers in memory's order: the same numbers must fall on the same elements here.
 */
function dropAttended(dropout: Dropout, attended: Tensor, batchFirst: boolean): Tensor {
  const reordered = batchFirst && attended.ndim === 3 && dropout.training && dropout.p > 0;
  if (!reordered) return dropout.forward(attended);
  return dropout.forward(attended.transpose(0, 1)).transpose(0, 1);
}

/**
 * Self-attention, then a feed-forward part, each added to its input and normalised, as
 * `torch.nn.TransformerEncoderLayer`. With `normFirst`: x + attention(norm(x)), then x + feedForward(norm(x)).
 *
 * ```ts
 * const layer = new nn.TransformerEncoderLayer(512, 8, { batchFirst: true });
 * layer.forward(x).shape; // that of x, [32, 10, 512]
 * ```
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: ((x: Tensor) => Tensor) | Module;
  readonly normFirst: boolean;

  /** @param dModel the size of every position's vector. @param nhead the number of heads, a divisor of dModel. */
  constructor(dModel: number, nhead: number, options?: TransformerLayerOptions) {
    super();
    const make = checkLayer('TransformerEncoderLayer', dModel, nhead, options);
    this.self_attn = make.attention();
    this.linear1 = make.widen();
    this.dropout = make.dropout();
    this.linear2 = make.narrow();
    this.norm1 = make.norm();
    this.norm2 = make.norm();
    this.dropout1 = make.dropout();
    this.dropout2 = make.dropout();
    this.activation = make.activation;
    this.normFirst = make.normFirst;
  }

  /**
   * @param src [L, batch, dModel], [batch, L, dModel] with batchFirst, or [L, dModel].
   * @param srcMask the mask alone, or all options.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(
    src: Tensor,
    srcMask?: Tensor | null | TransformerEncoderLayerForwardOptions,
    options?: TransformerEncoderLayerForwardOptions,
  ): Tensor {
    const given = withPositional('TransformerEncoderLayer', 'srcMask', srcMask, options, [
      'srcMask',
      'srcKeyPaddingMask',
      'isCausal',
    ]);
    if (this.normFirst) {
      const x = add(src, this.attend(this.norm1.forward(src), given));
      return add(x, this.feedForward(this.norm2.forward(x)));
    }
    const x = this.norm1.forward(add(src, this.attend(src, given)));
    return this.norm2.forward(add(x, this.feedForward(x)));
  }

  private attend(x: Tensor, options: TransformerEncoderLayerForwardOptions): Tensor {
    const [attended] = this.self_attn.forward(x, x, x, {
      attnMask: options.srcMask,
      keyPaddingMask: options.srcKeyPaddingMask,
      isCausal: options.isCausal,
      needWeights: false,
    });
    return dropAttended(this.dropout1, attended, this.self_attn.batchFirst);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(activate(this.activation, this.linear1.forward(x)));
    return this.dropout2.forward(this.linear2.forward(hidden));
  }
}

/**
 * Self-attention, attention to an encoder's result, then a feed-forward part, each added to its input and normalised, as
 * `torch.nn.TransformerDecoderLayer`.
 */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: ((x: Tensor) => Tensor) | Module;
  readonly normFirst: boolean;

  /** @param dModel the size of every position's vector. @param nhead the number of heads, a divisor of dModel. */
  constructor(dModel: number, nhead: number, options?: TransformerLayerOptions) {
    super();
    const make = checkLayer('TransformerDecoderLayer', dModel, nhead, options);
    this.self_attn = make.attention();
    this.multihead_attn = make.attention();
    this.linear1 = make.widen();
    this.dropout = make.dropout();
    this.linear2 = make.narrow();
    this.norm1 = make.norm();
    this.norm2 = make.norm();
    this.norm3 = make.norm();
    this.dropout1 = make.dropout();
    this.dropout2 = make.dropout();
    this.dropout3 = make.dropout();
    this.activation = make.activation;
    this.normFirst = make.normFirst;
  }

  /**
   * @param tgt [T, batch, dModel], [batch, T, dModel] with batchFirst, or [T, dModel].
   * @param memory the encoder's result: the same with S.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(tgt: Tensor, memory: Tensor, options?: TransformerDecoderLayerForwardOptions): Tensor {
    const given = checkOptions('TransformerDecoderLayer', options, decoderForwardNames);
    if (this.normFirst) {
      const x = add(tgt, this.attendSelf(this.norm1.forward(tgt), given));
      const y = add(x, this.attendMemory(this.norm2.forward(x), memory, given));
      return add(y, this.feedForward(this.norm3.forward(y)));
    }
    const x = this.norm1.forward(add(tgt, this.attendSelf(tgt, given)));
    const y = this.norm2.forward(add(x, this.attendMemory(x, memory, given)));
    return this.norm3.forward(add(y, this.feedForward(y)));
  }

  private attendSelf(x: Tensor, options: TransformerDecoderLayerForwardOptions): Tensor {
    const [attended] = this.self_attn.forward(x, x, x, {
      attnMask: options.tgtMask,
      keyPaddingMask: options.tgtKeyPaddingMask,
      isCausal: options.tgtIsCausal,
      needWeights: false,
    });
    return dropAttended(this.dropout1, attended, this.self_attn.batchFirst);
  }

  private attendMemory(x: Tensor, memory: Tensor, options: TransformerDecoderLayerForwardOptions): Tensor {
    const [attended] = this.multihead_attn.forward(x, memory, memory, {
      attnMask: options.memoryMask,
      keyPaddingMask: options.memoryKeyPaddingMask,
      isCausal: options.memoryIsCausal,
      needWeights: false,
    });
    return dropAttended(this.dropout2, attended, this.multihead_attn.batchFirst);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.forward(activate(this.activation, this.linear1.forward(x)));
    return this.dropout3.forward(this.linear2.forward(hidden));
  }
}

export const decoderForwardNames = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
] as const;

/** Options of which one may also be given by position, as a Tensor or null, before the others. */
export function withPositional<T extends object>(
  op: string,
  name: keyof T & string,
  first: Tensor | null | T | undefined,
  rest: T | undefined,
  names: readonly string[],
): T {
  if (first === undefined || (!(first instanceof Tensor) && first !== null && rest === undefined)) {
    return checkOptions(op, (first ?? rest) as T | undefined, names);
  }
  if (first !== null && !(first instanceof Tensor)) {
    throw new ArgumentError(`${op}: ${name} must be a Tensor or null where options follow, got ${describe(first)}`);
  }
  return { ...checkOptions(op, rest, names), [name]: first };
}
