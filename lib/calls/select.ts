/** One native call each: what an index selects along a dimension, and where it puts it; without recording. */
import { native } from '../addon/native.js';
import type { SelectFunction } from '../addon/select.js';
import { IndexError } from '../errors.js';
import { numelOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** A contiguous tensor seen around one dimension: [outer, rows, inner]. */
export interface Layout {
  outer: number;
  rows: number;
  inner: number;
}

export function layout(shape: readonly number[], dim: number): Layout {
  return {
    outer: numelOf(shape.slice(0, dim)),
    rows: shape.length === 0 ? 1 : shape[dim],
    inner: numelOf(shape.slice(dim + 1)),
  };
}

/** The error for the index at position `bad`. */
export function outOfRange(op: string, index: Tensor, bad: number, rows: number): IndexError {
  const value = index.storage.array[index.offset + bad];
  return new IndexError(
    `${op}: index ${value} at position ${bad} is outside the dimension of size ${rows}`,
    value,
    rows,
    bad,
  );
}

/**
 * Moves between [outer, rows, inner], which `at` describes, and [outer, count, inner]. All tensors are contiguous, the
 * index int32. @throws IndexError for an index that is out of range, before anything is written.
 */
export type Selection = (op: string, dst: Tensor, src: Tensor, index: Tensor, at: Layout, count: number) => void;

function selection(kernel: SelectFunction): Selection {
  return (op, dst, src, index, at, count) => {
    const bad = kernel(
      dst.storage.array,
      dst.offset,
      src.storage.array,
      src.offset,
      index.storage.array,
      index.offset,
      at.outer,
      at.rows,
      count,
      at.inner,
    );
    if (bad >= 0) throw outOfRange(op, index, bad, at.rows);
  };
}

/** dst[o, i, :] = src[o, index[i], :] */
export const selectSlices = selection(native.selectSlices);
/** dst[o, index[i], :] = src[o, i, :] */
export const placeSlices = selection(native.placeSlices);
/** dst[o, index[i], :] += src[o, i, :] */
export const addSlices = selection(native.addSlices);
/** dst[o, i, k] = src[o, index[o, i, k], k] */
export const gatherElements = selection(native.gatherElements);
/** dst[o, index[o, i, k], k] = src[o, i, k] */
export const scatterElements = selection(native.scatterElements);
/** dst[o, index[o, i, k], k] += src[o, i, k] */
export const scatterAddElements = selection(native.scatterAddElements);

/** Flat positions (int32) of the elements of a contiguous bool mask that are true. */
export function truePositions(mask: Tensor): Tensor {
  const count = native.countSet(mask.storage.array, mask.offset, mask.numel);
  const out = Tensor.allocate([count], 'int32');
  native.setPositions(out.storage.array as Int32Array, count, mask.storage.array, mask.offset, mask.numel);
  return out;
}
