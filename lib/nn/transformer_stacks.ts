import { ArgumentError, describe, ValueError } from '../errors.js';
import { full } from '../ops/creation.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { additiveMask } from './attention_masks.js';
import { cloneModule } from './clone_module.js';
import { ModuleList } from './containers.js';
import { checkLayerDType, checkLayerSize } from './layer_arguments.js';
import { Module } from './module.js';
import {
  decoderForwardNames,
  type TransformerDecoderLayerForwardOptions,
  withPositional,
} from './transformer_layers.js';

export interface TransformerStackOptions {
  /** Applied to the last layer's result. Default none. */
  norm?: Module | null;
}

export interface TransformerEncoderForwardOptions {
  /** What each position may not see, [L, L] or [batch · nhead, L, L]; bool (true hides) or numbers added. */
  mask?: Tensor | null;
  /** Positions to ignore, [batch, L]; bool (true ignores) or numbers added. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether `mask` is the causal one. Default null: find out. */
  isCausal?: boolean | null;
}

export interface TransformerDecoderForwardOptions extends Omit<TransformerDecoderLayerForwardOptions, 'tgtIsCausal'> {
  /** Whether tgtMask is the causal one. Default null: find out. */
  tgtIsCausal?: boolean | null;
}

/** A mask [size, size] of -Infinity above the diagonal and 0 elsewhere: position i sees positions 0 … i. */
export function generateSquareSubsequentMask(size: number, options?: { dtype?: DType }): Tensor {
  const op = 'generateSquareSubsequentMask';
  const { dtype } = checkOptions(op, options, ['dtype']);
  const n = checkLayerSize(op, 'size', size);
  const mask = full([n, n], Number.NEGATIVE_INFINITY, { dtype: checkLayerDType(op, dtype) });
  const { array } = mask.storage;
  for (let i = 0; i < n; i++) array.fill(0, mask.offset + i * n, mask.offset + i * n + i + 1);
  return mask;
}

/** Whether a mask [n, n] hides exactly what comes later, be it bool or additive. */
function isCausalMask(mask: Tensor, length: number): boolean {
  if (mask.ndim !== 2 || mask.shape[0] !== length || mask.shape[1] !== length || mask.requiresGrad) return false;
  const { array } = mask.storage;
  const [down, across] = mask.strides;
  const hidden = mask.dtype === 'bool' ? 1 : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      if (array[mask.offset + i * down + j * across] !== (j > i ? hidden : 0)) return false;
    }
  }
  return true;
}

/** The `isCausal` to pass on: what was said, or what the mask shows. */
function causal(op: string, name: string, said: unknown, mask: Tensor | null | undefined, length: number): boolean {
  if (typeof said === 'boolean') return said;
  if (said !== null && said !== undefined) {
    throw new ArgumentError(`${op}: ${name} must be true, false or null, got ${describe(said)}`);
  }
  return mask !== null && mask !== undefined && isCausalMask(mask, length);
}

/** Masks as additive ones, made once for all layers. */
function additive(op: string, name: string, mask: Tensor | null | undefined, dtype: DType): Tensor | null {
  return mask === null || mask === undefined ? null : additiveMask(op, name, mask, dtype);
}

function lengthOf(x: Tensor, layers: ModuleList): number {
  const first = layers.length > 0 ? (layers.at(0) as Module & { self_attn?: { batchFirst?: boolean } }) : null;
  const batchFirst = x.ndim === 3 && first?.self_attn?.batchFirst === true;
  return x.shape[batchFirst ? 1 : 0] ?? 0;
}

/** More are a slip of the pen. */
const mostLayers = 10_000;

function copies<L extends Module>(op: string, name: string, layer: unknown, count: number): ModuleList<L> {
  if (!(layer instanceof Module)) throw new ArgumentError(`${op}: ${name} must be a Module, got ${describe(layer)}`);
  checkLayerSize(op, 'numLayers', count);
  if (count > mostLayers) throw new ValueError(`${op}: numLayers must be at most ${mostLayers}, got ${count}`);
  return new ModuleList(Array.from({ length: count }, () => cloneModule(layer as L)));
}

function checkNorm(op: string, norm: unknown): Module | null {
  if (norm === null || norm === undefined) return null;
  if (norm instanceof Module) return norm;
  throw new ArgumentError(`${op}: norm must be a Module or null, got ${describe(norm)}`);
}

/**
 * A stack of copies of an encoder layer, as `torch.nn.TransformerEncoder`. All copies start from the same weights.
 *
 * ```ts
 * const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(512, 8), 6);
 * encoder.forward(src, nn.Transformer.generateSquareSubsequentMask(10));
 * ```
 */
export class TransformerEncoder<L extends Module = Module> extends Module {
  layers: ModuleList<L>;
  readonly numLayers: number;
  norm: Module | null;

  /** @param encoderLayer copied, not used itself. @param numLayers how many copies. */
  constructor(encoderLayer: L, numLayers: number, options?: TransformerStackOptions) {
    super();
    const { norm } = checkOptions('TransformerEncoder', options, ['norm']);
    this.layers = copies<L>('TransformerEncoder', 'encoderLayer', encoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = checkNorm('TransformerEncoder', norm);
  }

  /**
   * @param src what the layers take, [L, batch, dModel] or [batch, L, dModel] with batchFirst.
   * @param mask the mask alone, or all options.
   */
  forward(
    src: Tensor,
    mask?: Tensor | null | TransformerEncoderForwardOptions,
    options?: TransformerEncoderForwardOptions,
  ): Tensor {
    const op = 'TransformerEncoder';
    checkTensor(op, 'src', src);
    const given = withPositional(op, 'mask', mask, options, ['mask', 'srcKeyPaddingMask', 'isCausal']);
    const forEachLayer = {
      srcMask: additive(op, 'mask', given.mask, src.dtype),
      srcKeyPaddingMask: additive(op, 'srcKeyPaddingMask', given.srcKeyPaddingMask, src.dtype),
      isCausal: causal(op, 'isCausal', given.isCausal, given.mask, lengthOf(src, this.layers)),
    };
    let output = src;
    for (const layer of this.layers) output = layer.forward(output, forEachLayer);
    return this.norm === null ? output : this.norm.forward(output);
  }
}

/** A stack of copies of a decoder layer, as `torch.nn.TransformerDecoder`. All copies start from the same weights. */
export class TransformerDecoder<L extends Module = Module> extends Module {
  layers: ModuleList<L>;
  readonly numLayers: number;
  norm: Module | null;

  /** @param decoderLayer copied, not used itself. @param numLayers how many copies. */
  constructor(decoderLayer: L, numLayers: number, options?: TransformerStackOptions) {
    super();
    const { norm } = checkOptions('TransformerDecoder', options, ['norm']);
    this.layers = copies<L>('TransformerDecoder', 'decoderLayer', decoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = checkNorm('TransformerDecoder', norm);
  }

  /**
   * @param tgt what the layers take, [T, batch, dModel] or [batch, T, dModel] with batchFirst.
   * @param memory the encoder's result, the same with S.
   */
  forward(tgt: Tensor, memory: Tensor, options?: TransformerDecoderForwardOptions): Tensor {
    const op = 'TransformerDecoder';
    checkTensor(op, 'tgt', tgt);
    checkTensor(op, 'memory', memory);
    const given = checkOptions(op, options, decoderForwardNames);
    const forEachLayer = {
      tgtMask: additive(op, 'tgtMask', given.tgtMask, tgt.dtype),
      memoryMask: additive(op, 'memoryMask', given.memoryMask, tgt.dtype),
      tgtKeyPaddingMask: additive(op, 'tgtKeyPaddingMask', given.tgtKeyPaddingMask, tgt.dtype),
      memoryKeyPaddingMask: additive(op, 'memoryKeyPaddingMask', given.memoryKeyPaddingMask, tgt.dtype),
      tgtIsCausal: causal(op, 'tgtIsCausal', given.tgtIsCausal, given.tgtMask, lengthOf(tgt, this.layers)),
      memoryIsCausal: given.memoryIsCausal ?? false,
    };
    let output = tgt;
    for (const layer of this.layers) output = layer.forward(output, memory, forEachLayer);
    return this.norm === null ? output : this.norm.forward(output);
  }
}
