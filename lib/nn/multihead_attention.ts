import { ArgumentError, DTypeError, ShapeError } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { zeros } from '../ops/creation.js';
import { checkProbability, dropout } from '../ops/dropout.js';
import { attendHeads, type Projection } from '../ops/head_attention.js';
import { cat } from '../ops/joining.js';
import { linear } from '../ops/linear.js';
import { matmul } from '../ops/matmul.js';
import { softmax } from '../ops/softmax.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { mergeMasks, spreadAttentionMask, spreadPaddingMask } from './attention_masks.js';
import { constant_, xavierNormal_, xavierUniform_ } from './init.js';
import { checkFlag, checkHeads, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { Linear } from './linear.js';
import { guardMembersOf, Module } from './module.js';
import type { Parameter } from './parameter.js';

export interface MultiheadAttentionOptions {
  /** The probability with which an attention weight is dropped in training. Default 0. */
  dropout?: number;
  /** Give all four projections a bias. Default true. */
  bias?: boolean;
  /** Append a learned key and value to every sequence. Default false. */
  addBiasKv?: boolean;
  /** Append a key and a value of zeros to every sequence. Default false. */
  addZeroAttn?: boolean;
  /** The size of a key's vector. Default embedDim. */
  kdim?: number | null;
  /** The size of a value's vector. Default embedDim. */
  vdim?: number | null;
  /** Batched tensors are [batch, length, size] instead of [length, batch, size]. Default false. */
  batchFirst?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export interface MultiheadAttentionForwardOptions {
  /** Keys to ignore: [batch, S], or [S] without a batch; bool (true ignores) or numbers added to the scores. */
  keyPaddingMask?: Tensor | null;
  /** Return the attention weights too, which keeps all of them in memory. Default true. */
  needWeights?: boolean;
  /** What each query may not see: [L, S] or [batch · numHeads, L, S]; bool (true hides) or numbers added. */
  attnMask?: Tensor | null;
  /** Return the weights' mean over heads instead of each head's. Default true. */
  averageAttnWeights?: boolean;
  /** A promise that attnMask is the causal one, with which it needn't be read. Default false. */
  isCausal?: boolean;
}

/** PyTorch prints the output projection by this name. */
class NonDynamicallyQuantizableLinear extends Linear {}

const optionNames = ['dropout', 'bias', 'addBiasKv', 'addZeroAttn', 'kdim', 'vdim', 'batchFirst', 'dtype'] as const;
const forwardNames = ['keyPaddingMask', 'needWeights', 'attnMask', 'averageAttnWeights', 'isCausal'] as const;

/**
 * Attention in several subspaces at once, as `torch.nn.MultiheadAttention`: queries, keys and values are projected, cut
 * into heads, attended to head by head with softmax(q kᵀ / √headDim) v, joined and projected again.
 *
 * ```ts
 * const attention = new nn.MultiheadAttention(64, 8, { batchFirst: true });
 * const [output, weights] = attention.forward(x, x, x); // x: [32, 10, 64]; weights: [32, 10, 10]
 * ```
 *
 * Vaswani et al. 2017, Attention is all you need.
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  dropout: number;
  /** [3 · embedDim, embedDim]: of queries, keys and values; null where kdim or vdim differ. */
  in_proj_weight: Parameter | null;
  /** [embedDim, embedDim], [embedDim, kdim], [embedDim, vdim] where kdim or vdim differ; else null. */
  q_proj_weight: Parameter | null;
  k_proj_weight: Parameter | null;
  v_proj_weight: Parameter | null;
  /** [3 · embedDim], or null. */
  in_proj_bias: Parameter | null;
  /** [1, 1, embedDim]: the learned key and value, or null. */
  bias_k: Parameter | null;
  bias_v: Parameter | null;
  out_proj: Linear;

  /**
   * @param embedDim the size of a query's vector and of the result's.
   * @param numHeads a divisor of embedDim.
   * @throws OptionError, ValueError, ArgumentError
   */
  constructor(embedDim: number, numHeads: number, options?: MultiheadAttentionOptions) {
    super();
    const op = 'MultiheadAttention';
    const given = checkOptions(op, options, optionNames);
    checkHeads(op, 'embedDim', embedDim, 'numHeads', numHeads);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.headDim = embedDim / numHeads;
    this.kdim = checkLayerSize(op, 'kdim', given.kdim ?? embedDim, 1);
    this.vdim = checkLayerSize(op, 'vdim', given.vdim ?? embedDim, 1);
    this.dropout = checkProbability(op, given.dropout ?? 0);
    this.batchFirst = checkFlag(op, 'batchFirst', given.batchFirst ?? false);
    this.addZeroAttn = checkFlag(op, 'addZeroAttn', given.addZeroAttn ?? false);
    const bias = checkFlag(op, 'bias', given.bias ?? true);
    const addBiasKv = checkFlag(op, 'addBiasKv', given.addBiasKv ?? false);
    const dtype = checkLayerDType(op, given.dtype);

    const one = this.kdim === embedDim && this.vdim === embedDim;
    this.q_proj_weight = one ? null : zeroParameter(op, [embedDim, embedDim], dtype);
    this.k_proj_weight = one ? null : zeroParameter(op, [embedDim, this.kdim], dtype);
    this.v_proj_weight = one ? null : zeroParameter(op, [embedDim, this.vdim], dtype);
    this.in_proj_weight = one ? zeroParameter(op, [3 * embedDim, embedDim], dtype) : null;
    this.in_proj_bias = bias ? zeroParameter(op, [3 * embedDim], dtype) : null;
    this.out_proj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias, dtype });
    this.bias_k = addBiasKv ? zeroParameter(op, [1, 1, embedDim], dtype) : null;
    this.bias_v = addBiasKv ? zeroParameter(op, [1, 1, embedDim], dtype) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Draws the input projections and the learned key and value anew; biases become zeros. As PyTorch does it. */
  resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavierUniform_(weight);
    }
    if (this.in_proj_bias !== null) {
      constant_(this.in_proj_bias, 0);
      if (this.out_proj.bias !== null) constant_(this.out_proj.bias, 0);
    }
    if (this.bias_k !== null) xavierNormal_(this.bias_k);
    if (this.bias_v !== null) xavierNormal_(this.bias_v);
  }

  /**
   * @param query [L, batch, embedDim], [batch, L, embedDim] with batchFirst, or [L, embedDim].
   * @param key the same with S and kdim.
   * @param value the same with S and vdim.
   * @returns the result, in query's layout; and the weights [batch, L, S] ([batch, numHeads, L, S] unless averaged,
   * without `batch` where query has none), or null without `needWeights`. A query that may see no key gives zeros
   * without `needWeights` and NaN with it, as in PyTorch.
   * @throws ShapeError, DTypeError, ArgumentError
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: MultiheadAttentionForwardOptions,
  ): [output: Tensor, weights: Tensor | null] {
    const op = 'MultiheadAttention';
    const given = checkOptions(op, options, forwardNames);
    const needWeights = checkFlag(op, 'needWeights', given.needWeights ?? true);
    const average = checkFlag(op, 'averageAttnWeights', given.averageAttnWeights ?? true);
    const isCausal = checkFlag(op, 'isCausal', given.isCausal ?? false);
    const { attnMask = null, keyPaddingMask = null } = given;
    if (isCausal && attnMask === null) {
      throw new ArgumentError(
        `${op}: isCausal says what attnMask is, so attnMask must be given too; nn.Transformer.generateSquareSubsequentMask(L) makes it`,
      );
    }
    this.checkInputs(query, key, value);
    const batched = query.ndim === 3;
    const batchFirst = batched && this.batchFirst;
    const [q, k, v] = this.project(query, key, value, batched);
    const lengthDim = batchFirst ? 1 : 0;
    const extraKeys = (this.bias_k === null ? 0 : 1) + (this.addZeroAttn ? 1 : 0);
    const sizes = {
      batch: q.tensor.shape[1 - lengthDim],
      heads: this.numHeads,
      queries: q.tensor.shape[lengthDim],
      keys: k.tensor.shape[lengthDim] - extraKeys,
      extraKeys,
    };
    const padding = spreadPaddingMask(op, keyPaddingMask, query.dtype, sizes, batched);
    // Every query sees the keys that the module adds, which the causal rule alone would hide.
    const causal = isCausal && !needWeights && extraKeys === 0;
    const mask = causal ? padding : mergeMasks(spreadAttentionMask(op, attnMask, query.dtype, sizes), padding);
    const dropoutP = this.training ? this.dropout : 0;

    let joined: Tensor;
    let weights: Tensor | null = null;
    if (needWeights) {
      [joined, weights] = this.attendWithWeights(q, k, v, batchFirst, mask, dropoutP);
    } else {
      const { numHeads: heads, headDim } = this;
      joined = attendHeads(q, k, v, { heads, headDim, batchFirst, mask, causal, dropoutP });
    }
    const output = this.out_proj.forward(joined);
    const shown = weights !== null && average ? weights.mean(1) : weights;
    return batched ? [output, shown] : [output.squeeze(1), shown?.squeeze(0) ?? null];
  }

  private checkInputs(query: unknown, key: unknown, value: unknown): void {
    const op = 'MultiheadAttention';
    const list = Object.entries({ query, key, value });
    const ndim = checkFloat(op, 'query', query).ndim;
    for (const [name, t] of list) {
      const { shape, dtype } = checkFloat(op, name, t);
      const size = { query: this.embedDim, key: this.kdim, value: this.vdim }[name];
      if ((ndim !== 2 && ndim !== 3) || shape.length !== ndim || shape[ndim - 1] !== size) {
        const layout =
          ndim === 2 ? `[length, ${size}]` : this.batchFirst ? `[batch, length, ${size}]` : `[length, batch, ${size}]`;
        throw new ShapeError(`${op}: ${name} must have shape ${layout}, got ${formatShape(shape)}`);
      }
      if (dtype !== this.out_proj.weight.dtype) {
        throw new DTypeError(`${op}: ${name} must be ${this.out_proj.weight.dtype} like the weights, got ${dtype}`);
      }
    }
    const [q, k, v] = [query, key, value] as Tensor[];
    const batchDim = this.batchFirst ? 0 : 1;
    const sameBatch = ndim === 2 || q.shape[batchDim] === k.shape[batchDim];
    if (!sameBatch || !sameShape(k.shape.slice(0, -1), v.shape.slice(0, -1))) {
      throw new ShapeError(
        `${op}: key and value must have one length, and all three one batch size; ` +
          `got shapes ${formatShape(q.shape)}, ${formatShape(k.shape)} and ${formatShape(v.shape)}`,
      );
    }
  }

  /** The projections as [length, batch, …] or with batchFirst [batch, length, …], the added keys and values included. */
  private project(query: Tensor, key: Tensor, value: Tensor, batched: boolean): [Projection, Projection, Projection] {
    const { embedDim: E, in_proj_weight: weight, in_proj_bias: bias } = this;
    const wide = (x: Tensor) => (batched ? x : x.unsqueeze(1));
    const part = (first: number, count: number) => bias?.narrow(0, first * E, count * E) ?? null;
    const extended = this.bias_k !== null || this.addZeroAttn;
    if (weight === null) {
      const q = linear(wide(query), this.q_proj_weight as Tensor, part(0, 1));
      const k = linear(wide(key), this.k_proj_weight as Tensor, part(1, 1));
      const v = linear(wide(value), this.v_proj_weight as Tensor, part(2, 1));
      return this.withAddedKeys(q, k, v, batched);
    }
    if (query === key && key === value && !extended) {
      const tensor = linear(wide(query), weight, bias);
      return [0, E, 2 * E].map((column) => ({ tensor, column })) as [Projection, Projection, Projection];
    }
    const q = linear(wide(query), weight.narrow(0, 0, E), part(0, 1));
    if (key === value && !extended) {
      const tensor = linear(wide(key), weight.narrow(0, E, 2 * E), part(1, 2));
      return [
        { tensor: q, column: 0 },
        { tensor, column: 0 },
        { tensor, column: E },
      ];
    }
    const k = linear(wide(key), weight.narrow(0, E, E), part(1, 1));
    const v = linear(wide(value), weight.narrow(0, 2 * E, E), part(2, 1));
    return this.withAddedKeys(q, k, v, batched);
  }

  private withAddedKeys(q: Tensor, k: Tensor, v: Tensor, batched: boolean): [Projection, Projection, Projection] {
    const lengthDim = batched && this.batchFirst ? 1 : 0;
    const one = k.shape.slice();
    one[lengthDim] = 1;
    const append = (x: Tensor, learned: Parameter | null) => {
      const parts = [x];
      if (learned !== null) parts.push(learned.expand(one));
      if (this.addZeroAttn) parts.push(zeros(one, { dtype: x.dtype }));
      return parts.length === 1 ? x : cat(parts, lengthDim);
    };
    return [
      { tensor: q, column: 0 },
      { tensor: append(k, this.bias_k), column: 0 },
      { tensor: append(v, this.bias_v), column: 0 },
    ];
  }

  /** Attention by single operations, which has the weights to return. */
  private attendWithWeights(
    q: Projection,
    k: Projection,
    v: Projection,
    batchFirst: boolean,
    mask: Tensor | null,
    dropoutP: number,
  ): [joined: Tensor, weights: Tensor] {
    const { numHeads, headDim, embedDim } = this;
    const heads = ({ tensor, column }: Projection) => {
      const own = tensor.shape[2] === embedDim ? tensor : tensor.narrow(2, column, embedDim);
      const apart = own.reshape(...own.shape.slice(0, 2), numHeads, headDim);
      return batchFirst ? apart.permute(0, 2, 1, 3) : apart.permute(1, 2, 0, 3);
    };
    const queries = mul(heads(q), Math.sqrt(1 / headDim));
    let scores = matmul(queries, heads(k).transpose(-2, -1));
    if (mask !== null) scores = add(scores, mask);
    const weights = dropout(softmax(scores, -1), dropoutP, dropoutP > 0);
    const attended = matmul(weights, heads(v));
    const order = batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3];
    return [attended.permute(...order).reshape(...q.tensor.shape.slice(0, 2), embedDim), weights];
  }
}
