/** One native call each: extremes and sorting along the middle of a contiguous tensor, without recording. */
import { native } from '../addon/native.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { Reduction } from './reduce.js';

/** The largest (or smallest) values over n, and their positions (int32): the first of equals. */
export function extremes(largest: boolean, at: Reduction): [values: Tensor, indices: Tensor] {
  const { source, outer, n, inner, outShape } = at;
  const values = Tensor.allocate(outShape, source.dtype, false);
  const indices = Tensor.allocate(outShape, 'int32', false);
  native.extremes(
    largest,
    values.storage.array,
    values.offset,
    indices.storage.array,
    indices.offset,
    source.storage.array,
    source.offset,
    outer,
    n,
    inner,
  );
  return [values, indices];
}

/** The k largest (or smallest) over n, best first, and their positions (int32); `shape` has k where n was. */
export function firstOf(k: number, largest: boolean, at: Reduction, shape: Shape): [values: Tensor, indices: Tensor] {
  const { source, outer, n, inner } = at;
  const values = Tensor.allocate(shape, source.dtype, false);
  const indices = Tensor.allocate(shape, 'int32', false);
  native.topk(
    k,
    largest,
    values.storage.array,
    values.offset,
    indices.storage.array,
    indices.offset,
    source.storage.array,
    source.offset,
    outer,
    n,
    inner,
  );
  return [values, indices];
}
