import { needsGrad, record } from '../autograd/record.js';
import * as kernel from '../calls/attention.js';
import { sumTo } from '../calls/reduce.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { broadcastShapes, broadcastStrides, formatShape, type Shape, sameShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { checkProbability, drawMask } from './dropout.js';
import { reshape } from './reshape.js';
import { expand } from './view.js';

export interface AttentionOptions {
  /** What each query may see, broadcastable to [..., L, S]: bool (true lets through) or numbers added to the scores. */
  attnMask?: Tensor | null;
  /** The probability with which a weight is dropped. Not tied to training: pass 0 in evaluation. Default 0. */
  dropoutP?: number;
  /** Query i sees keys 0 … i. Excludes `attnMask`. Default false. */
  isCausal?: boolean;
  /** Factor of the scores. Default null: 1/√E. */
  scale?: number | null;
  /** Let key and value have fewer heads (dimension -3), each shared by neighbouring heads of query. Default false. */
  enableGqa?: boolean;
}

interface Call {
  causal: boolean;
  scale: number;
  dropoutP: number;
  mask: Tensor | null;
}

/** A tensor [..., rows, dim] of up to four dimensions as heads of rows. */
function headRows(x: Tensor): kernel.HeadRows {
  const n = x.ndim;
  const evenRows = x.strides[n - 1] === 1 || x.shape[n - 1] <= 1;
  const tensor = evenRows ? x.detach() : contiguous(x.detach());
  const at = (dim: number) => (dim < 0 ? 0 : tensor.strides[dim]);
  return { tensor, offset: tensor.offset, batch: at(n - 4), head: at(n - 3), row: at(n - 2) };
}

function sizeAt(x: Tensor, fromEnd: number): number {
  return x.ndim >= fromEnd ? x.shape[x.ndim - fromEnd] : 1;
}

/** Attention of tensors of at most four dimensions whose leading ones agree, but for the heads of grouped queries. */
function attend(query: Tensor, key: Tensor, value: Tensor, call: Call): Tensor {
  const sizes: kernel.AttentionSizes = {
    batch: sizeAt(query, 4),
    heads: sizeAt(query, 3),
    keyHeads: sizeAt(key, 3),
    queries: sizeAt(query, 2),
    keys: sizeAt(key, 2),
    dim: sizeAt(query, 1),
    valueDim: sizeAt(value, 1),
  };
  const scores = [sizes.batch, sizes.heads, sizes.queries, sizes.keys];
  const mask = call.mask?.detach() ?? null;
  const drawn = call.dropoutP > 0 ? drawMask(scores, query.dtype, call.dropoutP) : null;
  const settings: kernel.AttentionSettings = {
    scale: call.scale,
    causal: call.causal,
    mask: mask && { tensor: mask, strides: broadcastStrides(mask.shape, mask.strides, scores) },
    kept: drawn?.mask ?? null,
    keptScale: drawn?.scale ?? 1,
  };
  const operands = { q: headRows(query), k: headRows(key), v: headRows(value) };
  const out = Tensor.allocate([...query.shape.slice(0, -1), sizes.valueDim], query.dtype, false);
  const inputs = [query, key, value, ...(call.mask ? [call.mask] : [])];
  const recorded = needsGrad(...inputs);
  const normalisers = recorded ? Tensor.allocate([...scores.slice(0, 3), 2], query.dtype, false) : null;
  kernel.attention(headRows(out), normalisers, operands, sizes, settings);
  if (!recorded || normalisers === null) return out;

  const result = out.detach();
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const [dq, dk, dv] = [query, key, value].map((x, i) =>
      needs[i] ? Tensor.allocate(x.shape, x.dtype, false) : null,
    );
    const rows = (x: Tensor | null) => x && headRows(x);
    const dmask = needs[3] ? Tensor.allocate(scores, query.dtype) : null;
    const gradients = { dq: rows(dq), dk: rows(dk), dv: rows(dv), dmask };
    kernel.attentionBackward(gradients, headRows(grad), headRows(result), normalisers, operands, sizes, settings);
    return [dq, dk, dv, ...(mask ? [dmask && sumTo(dmask, mask.shape)] : [])];
  };
  const saved = [operands.q.tensor, operands.k.tensor, operands.v.tensor, result, ...(mask ? [mask] : [])];
  return record('ScaledDotProductAttentionBackward0', inputs, out, backward, saved);
}

function checkOperand(name: string, value: unknown, dtype: DType | null): Tensor {
  const t = checkFloat('scaledDotProductAttention', name, value);
  if (t.ndim < 2) {
    throw new ShapeError(
      `scaledDotProductAttention: ${name} must have at least 2 dimensions, [..., length, dim], got shape ${formatShape(t.shape)}`,
    );
  }
  if (dtype !== null && t.dtype !== dtype) {
    throw new DTypeError(
      `scaledDotProductAttention: query, key and value must have one dtype, got ${dtype} and a ${name} of ${t.dtype}`,
    );
  }
  return t;
}

function checkLengths(q: Tensor, k: Tensor, v: Tensor): void {
  if (sizeAt(q, 1) !== sizeAt(k, 1)) {
    throw new ShapeError(
      `scaledDotProductAttention: query and key must agree in the last dimension, got shapes ${formatShape(q.shape)} and ${formatShape(k.shape)}`,
    );
  }
  if (sizeAt(k, 2) !== sizeAt(v, 2)) {
    throw new ShapeError(
      `scaledDotProductAttention: key and value must have one length (dimension -2), got shapes ${formatShape(k.shape)} and ${formatShape(v.shape)}`,
    );
  }
}

/** @throws unless the mask is bool or of the query's dtype and broadcasts to the scores. */
function checkMask(mask: unknown, dtype: DType, scores: Shape): Tensor | null {
  if (mask === null || mask === undefined) return null;
  const t = checkTensor('scaledDotProductAttention', 'attnMask', mask);
  if (t.dtype !== 'bool' && t.dtype !== dtype) {
    throw new DTypeError(`scaledDotProductAttention: attnMask must be bool or ${dtype} like query, got ${t.dtype}`);
  }
  const fits = t.ndim <= scores.length && sameShape(broadcastShapes('attnMask', t.shape, scores), scores);
  if (!fits) {
    throw new ShapeError(
      `scaledDotProductAttention: attnMask of shape ${formatShape(t.shape)} does not broadcast to the scores' ${formatShape(scores)}`,
    );
  }
  return t;
}

/** The leading dimensions that all three broadcast to; with shared heads, those of query. */
function leadingShape(q: Tensor, k: Tensor, v: Tensor, grouped: boolean): number[] {
  const op = 'scaledDotProductAttention';
  if (!grouped) {
    const lead = broadcastShapes(op, q.shape.slice(0, -2), k.shape.slice(0, -2));
    return broadcastShapes(op, lead, v.shape.slice(0, -2));
  }
  const [heads, keyHeads] = [sizeAt(q, 3), sizeAt(k, 3)];
  const fits = q.ndim >= 3 && k.ndim >= 3 && v.ndim >= 3 && sizeAt(v, 3) === keyHeads;
  if (!fits || keyHeads === 0 || heads % keyHeads !== 0) {
    throw new ShapeError(
      `${op}: with enableGqa key and value must have the same number of heads (dimension -3), a divisor of query's; ` +
        `got shapes ${formatShape(q.shape)}, ${formatShape(k.shape)} and ${formatShape(v.shape)}`,
    );
  }
  const lead = broadcastShapes(op, q.shape.slice(0, -3), k.shape.slice(0, -3));
  return [...broadcastShapes(op, lead, v.shape.slice(0, -3)), heads];
}

/** Expands the leading dimensions to `lead` and joins all but the last of them where there are more than two. */
function alignLeading(x: Tensor, lead: Shape, heads: number | null): Tensor {
  const wanted = heads === null ? lead : [...lead.slice(0, -1), heads];
  const tail = x.shape.slice(-2);
  const whole = sameShape(x.shape.slice(0, -2), wanted) ? x : expand(x, [...wanted, ...tail]);
  if (lead.length <= 2) return whole;
  const batch = wanted.slice(0, -1).reduce((product, size) => product * size, 1);
  return reshape(whole, [batch, wanted[wanted.length - 1], ...tail]);
}

/**
 * softmax(query · keyᵀ · scale + mask) · value, the softmax over the keys, with dropout on its result: PyTorch's
 * `scaled_dot_product_attention`. Scores are held for a block of queries at a time, never all of them (but the gradient
 * of a mask is as large as they are). Vaswani et al. 2017, Attention is all you need.
 *
 * @param query [..., L, E]
 * @param key [..., S, E]
 * @param value [..., S, Ev]
 * @returns [..., L, Ev]. A query that may see no key at all gives zeros.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions,
): Tensor {
  const op = 'scaledDotProductAttention';
  const given = checkOptions(op, options, ['attnMask', 'dropoutP', 'isCausal', 'scale', 'enableGqa']);
  const { isCausal = false, enableGqa = false, scale = null } = given;
  const q = checkOperand('query', query, null);
  const k = checkOperand('key', key, q.dtype);
  const v = checkOperand('value', value, q.dtype);
  checkLengths(q, k, v);
  const dropoutP = checkProbability(op, given.dropoutP ?? 0);
  for (const [name, flag] of [['isCausal', isCausal] as const, ['enableGqa', enableGqa] as const]) {
    if (typeof flag !== 'boolean')
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(flag)}`);
  }
  if (scale !== null && !(typeof scale === 'number' && Number.isFinite(scale))) {
    throw new ValueError(`${op}: scale must be a finite number or null, got ${describe(scale)}`);
  }
  const lead = leadingShape(q, k, v, enableGqa);
  const scores = [...lead, sizeAt(q, 2), sizeAt(k, 2)];
  const mask = checkMask(given.attnMask, q.dtype, scores);
  if (mask !== null && isCausal) {
    throw new ArgumentError(
      `${op}: attnMask and isCausal exclude each other; hide the keys after a query in attnMask too`,
    );
  }
  const call = { causal: isCausal, scale: scale ?? 1 / Math.sqrt(sizeAt(q, 1)), dropoutP, mask };
  const keyHeads = enableGqa ? sizeAt(k, 3) : null;
  if (mask !== null && lead.length > 2) call.mask = joinLeading(expand(mask, scores), lead);
  const out = attend(
    alignLeading(q, lead, null),
    alignLeading(k, lead, keyHeads),
    alignLeading(v, lead, keyHeads),
    call,
  );
  return lead.length > 2 ? reshape(out, [...scores.slice(0, -1), sizeAt(v, 1)]) : out;
}

function joinLeading(mask: Tensor, lead: Shape): Tensor {
  const batch = lead.slice(0, -1).reduce((product, size) => product * size, 1);
  return reshape(mask, [batch, lead[lead.length - 1], ...mask.shape.slice(-2)]);
}
