import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { xavierUniform_ } from './init.js';
import { checkHeads, checkLayerSize } from './layer_arguments.js';
import { Module } from './module.js';
import { LayerNorm } from './normalization.js';
import {
  layerOptionNames,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer_layers.js';
import {
  generateSquareSubsequentMask,
  TransformerDecoder,
  type TransformerDecoderForwardOptions,
  TransformerEncoder,
} from './transformer_stacks.js';

export interface TransformerOptions extends TransformerLayerOptions {
  /** Layers of the encoder. Default 6. */
  numEncoderLayers?: number;
  /** Layers of the decoder. Default 6. */
  numDecoderLayers?: number;
  /** Used in place of the encoder. Default none. */
  customEncoder?: Module | null;
  /** Used in place of the decoder. Default none. */
  customDecoder?: Module | null;
}

export interface TransformerForwardOptions extends TransformerDecoderForwardOptions {
  /** What each source position may not see, [S, S] or [batch · nhead, S, S]. */
  srcMask?: Tensor | null;
  /** Source positions to ignore, [batch, S]. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether srcMask is the causal one. Default null: find out. */
  srcIsCausal?: boolean | null;
}

const forwardNames = [
  'srcMask',
  'tgtMask',
  'memoryMask',
  'srcKeyPaddingMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'srcIsCausal',
  'tgtIsCausal',
  'memoryIsCausal',
] as const;

function customOr(name: string, custom: unknown, make: () => Module): Module {
  if (custom === null || custom === undefined) return make();
  if (custom instanceof Module) return custom;
  throw new ArgumentError(`Transformer: ${name} must be a Module or null, got ${describe(custom)}`);
}

/**
 * An encoder and a decoder that attends to its result, each ending in a LayerNorm, as `torch.nn.Transformer`.
 * All weight matrices start from `xavierUniform_`. Vaswani et al. 2017, Attention is all you need.
 */
export class Transformer extends Module {
  encoder: Module;
  decoder: Module;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  /** The causal mask, [size, size]: -Infinity above the diagonal, 0 elsewhere. */
  static generateSquareSubsequentMask(size: number, options?: { dtype?: DType }): Tensor {
    return generateSquareSubsequentMask(size, options);
  }

  /** @param dModel the size of every position's vector. @param nhead the number of heads, a divisor of dModel. */
  constructor(dModel = 512, nhead = 8, options?: TransformerOptions) {
    super();
    const given = checkOptions('Transformer', options, [
      ...layerOptionNames,
      'numEncoderLayers',
      'numDecoderLayers',
      'customEncoder',
      'customDecoder',
    ]);
    const { numEncoderLayers = 6, numDecoderLayers = 6, customEncoder, customDecoder, ...layer } = given;
    checkHeads('Transformer', 'dModel', dModel, 'nhead', nhead);
    checkLayerSize('Transformer', 'numEncoderLayers', numEncoderLayers);
    checkLayerSize('Transformer', 'numDecoderLayers', numDecoderLayers);
    const norm = () => new LayerNorm(dModel, { eps: layer.layerNormEps, bias: layer.bias, dtype: layer.dtype });
    this.encoder = customOr('customEncoder', customEncoder, () => {
      const encoderLayer = new TransformerEncoderLayer(dModel, nhead, layer);
      return new TransformerEncoder(encoderLayer, numEncoderLayers, { norm: norm() });
    });
    this.decoder = customOr('customDecoder', customDecoder, () => {
      const decoderLayer = new TransformerDecoderLayer(dModel, nhead, layer);
      return new TransformerDecoder(decoderLayer, numDecoderLayers, { norm: norm() });
    });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = layer.batchFirst ?? false;
    this.resetParameters();
  }

  /** Draws every parameter of two or more dimensions anew. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  /**
   * @param src [S, batch, dModel], [batch, S, dModel] with batchFirst, or [S, dModel].
   * @param tgt the same with T.
   * @returns of tgt's shape.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(src: Tensor, tgt: Tensor, options?: TransformerForwardOptions): Tensor {
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...forDecoder } = checkOptions(
      'Transformer',
      options,
      forwardNames,
    );
    this.checkInputs(src, tgt);
    const memory = this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder.forward(tgt, memory, forDecoder);
  }

  private checkInputs(src: unknown, tgt: unknown): void {
    const [s, t] = [checkFloat('Transformer', 'src', src), checkFloat('Transformer', 'tgt', tgt)];
    const batchDim = this.batchFirst ? 0 : 1;
    const batched = s.ndim === 3;
    const fits = (x: Tensor) => (x.ndim === 2 || x.ndim === 3) && x.shape[x.ndim - 1] === this.dModel;
    if (fits(s) && t.ndim === s.ndim && fits(t) && (!batched || s.shape[batchDim] === t.shape[batchDim])) return;
    throw new ShapeError(
      `Transformer: src and tgt must end in dModel, ${this.dModel}, and have one batch size; ` +
        `got shapes ${formatShape(s.shape)} and ${formatShape(t.shape)}`,
    );
  }
}
