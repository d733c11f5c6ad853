import { DTypeError, ShapeError } from '../errors.js';
import { add } from '../ops/arithmetic.js';
import { zeros } from '../ops/creation.js';
import { cat } from '../ops/joining.js';
import { maskedFill } from '../ops/masking.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape, type Shape, sameShape } from '../tensor/shape.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';

/** Masks of the Transformer modules: bool hides where true (the opposite of `scaledDotProductAttention`'s). */

/** A mask as numbers to add to the scores: 0 and -Infinity for a bool one. */
export function additiveMask(op: string, name: string, mask: unknown, dtype: DType): Tensor {
  const t = checkTensor(op, name, mask);
  if (t.dtype === 'bool') return maskedFill(zeros(t.shape, { dtype }), t, Number.NEGATIVE_INFINITY);
  if (t.dtype === dtype) return t;
  throw new DTypeError(`${op}: ${name} must be bool or ${dtype} like the input, got ${t.dtype}`);
}

function checkMaskShape(op: string, name: string, mask: Tensor, shapes: readonly Shape[]): void {
  if (shapes.some((shape) => sameShape(mask.shape, shape))) return;
  throw new ShapeError(
    `${op}: ${name} must have shape ${shapes.map(formatShape).join(' or ')}, got ${formatShape(mask.shape)}`,
  );
}

export interface MaskSizes {
  batch: number;
  heads: number;
  queries: number;
  keys: number;
  /** Keys that the module itself adds at the end, which every query sees. */
  extraKeys: number;
}

/** With zeros appended for the keys that the module adds. */
function extended(mask: Tensor, extraKeys: number): Tensor {
  if (extraKeys === 0) return mask;
  return cat([mask, zeros([...mask.shape.slice(0, -1), extraKeys], { dtype: mask.dtype })], -1);
}

/** An attnMask [L, S] or [batch · heads, L, S] as one that broadcasts to [batch, heads, L, S], or null. */
export function spreadAttentionMask(op: string, mask: unknown, dtype: DType, sizes: MaskSizes): Tensor | null {
  if (mask === null || mask === undefined) return null;
  const { batch, heads, queries, keys } = sizes;
  checkMaskShape(op, 'attnMask', checkTensor(op, 'attnMask', mask), [
    [queries, keys],
    [batch * heads, queries, keys],
  ]);
  const added = extended(additiveMask(op, 'attnMask', mask, dtype), sizes.extraKeys);
  return added.ndim === 2 ? added : added.reshape(batch, heads, queries, keys + sizes.extraKeys);
}

/** A keyPaddingMask [batch, S] ([S] without a batch) as one that broadcasts to [batch, heads, L, S], or null. */
export function spreadPaddingMask(
  op: string,
  mask: unknown,
  dtype: DType,
  sizes: MaskSizes,
  batched: boolean,
): Tensor | null {
  if (mask === null || mask === undefined) return null;
  const { batch, keys } = sizes;
  const t = checkTensor(op, 'keyPaddingMask', mask);
  checkMaskShape(op, 'keyPaddingMask', t, [batched ? [batch, keys] : [keys]]);
  const added = extended(additiveMask(op, 'keyPaddingMask', t, dtype), sizes.extraKeys);
  return added.reshape(batch, 1, 1, keys + sizes.extraKeys);
}

/** The sum of two masks, either of which may be null. */
export function mergeMasks(a: Tensor | null, b: Tensor | null): Tensor | null {
  if (a === null || b === null) return a ?? b;
  return add(a, b);
}
