import { needsGrad, record } from '../autograd/record.js';
import * as kernel from '../calls/attention.js';
import { sumTo } from '../calls/reduce.js';
import { broadcastStrides } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { drawMask } from './dropout.js';

/** Queries, keys or values of all heads side by side: columns of the last dimension of a tensor of three dimensions. */
export interface Projection {
  tensor: Tensor;
  /** Where the first head begins. */
  column: number;
}

export interface HeadAttention {
  heads: number;
  headDim: number;
  /** Whether tensors are [batch, length, columns]; else [length, batch, columns]. */
  batchFirst: boolean;
  /** Added to the scores, broadcastable to [batch, heads, L, S]. */
  mask: Tensor | null;
  causal: boolean;
  dropoutP: number;
}

function rowsOf(tensor: Tensor, column: number, { headDim, batchFirst }: HeadAttention): kernel.HeadRows {
  const [outer, inner] = tensor.strides;
  return {
    tensor,
    offset: tensor.offset + column,
    batch: batchFirst ? outer : inner,
    head: headDim,
    row: batchFirst ? inner : outer,
  };
}

/**
 * Attention of heads that lie side by side, with scale 1/√headDim; the result has the layout of its inputs,
 * heads · headDim columns. Several projections may share a tensor: its gradient is then written in one piece.
 */
export function attendHeads(query: Projection, key: Projection, value: Projection, call: HeadAttention): Tensor {
  const { heads, headDim, batchFirst } = call;
  const [lengthDim, batchDim] = batchFirst ? [1, 0] : [0, 1];
  const sizes: kernel.AttentionSizes = {
    batch: query.tensor.shape[batchDim],
    heads,
    keyHeads: heads,
    queries: query.tensor.shape[lengthDim],
    keys: key.tensor.shape[lengthDim],
    dim: headDim,
    valueDim: headDim,
  };
  const { dtype } = query.tensor;
  const scores = [sizes.batch, heads, sizes.queries, sizes.keys];
  const drawn = call.dropoutP > 0 ? drawMask(scores, dtype, call.dropoutP) : null;
  const mask = call.mask?.detach() ?? null;
  const settings: kernel.AttentionSettings = {
    scale: 1 / Math.sqrt(headDim),
    causal: call.causal,
    mask: mask && { tensor: mask, strides: broadcastStrides(mask.shape, mask.strides, scores) },
    kept: drawn?.mask ?? null,
    keptScale: drawn?.scale ?? 1,
  };
  const projections = [query, key, value];
  const sources = [...new Set(projections.map(({ tensor }) => tensor))];
  const dense = sources.map((source) => contiguous(source.detach()));
  const sourceOf = projections.map(({ tensor }) => sources.indexOf(tensor));
  const [q, k, v] = projections.map(({ column }, i) => rowsOf(dense[sourceOf[i]], column, call));

  const out = Tensor.allocate([...query.tensor.shape.slice(0, 2), heads * headDim], dtype, false);
  const result = out.detach();
  const inputs = call.mask ? [...sources, call.mask] : sources;
  const recorded = needsGrad(...inputs);
  const normalisers = recorded ? Tensor.allocate([...scores.slice(0, 3), 2], dtype, false) : null;
  kernel.attention(rowsOf(result, 0, call), normalisers, { q, k, v }, sizes, settings);
  if (!recorded || normalisers === null) return out;

  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const dout = contiguous(grad);
    const grads = sources.map((source, i) => {
      if (!needs[i]) return null;
      const covered = sourceOf.filter((s) => s === i).length * heads * headDim === source.shape[2];
      return Tensor.allocate(source.shape, dtype, !covered);
    });
    const [dq, dk, dv] = projections.map(({ column }, i) => {
      const source = grads[sourceOf[i]];
      return source && rowsOf(source, column, call);
    });
    const [dOut, o] = [rowsOf(dout, 0, call), rowsOf(result, 0, call)];
    const dmask = needs[sources.length] ? Tensor.allocate(scores, dtype) : null;
    kernel.attentionBackward({ dq, dk, dv, dmask }, dOut, o, normalisers, { q, k, v }, sizes, settings);
    return mask ? [...grads, dmask && sumTo(dmask, mask.shape)] : grads;
  };
  const saved = [...dense, result, ...(mask ? [mask] : [])];
  return record('ScaledDotProductAttentionBackward0', inputs, out, backward, saved);
}
