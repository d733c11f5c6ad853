/** One native call each: what runs along a dimension, meets at a place, or is counted; nothing recorded. */
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import {
  callCountNumbers,
  callFindRuns,
  callMeetElements,
  callNumberRange,
  callRunningExtremes,
  callRunningProducts,
  resultsOfNumberRange,
} from './planned/running.js';
import type { Reduction } from './reduce.js';
import type { Layout } from './select.js';

/** Codes of native/kernels/rows/meeting.h. */
const meetings = { sum: 0, prod: 1, mean: 2, amax: 3, amin: 4 } as const;

/** What becomes of values that meet. */
export type Meeting = keyof typeof meetings;

/**
 * Reduces values [outer, count, inner] where `indices` sends them, in `dst` [outer, rows, inner]; all contiguous. The indices
 * have one place for each value, or one for each slice.
 */
export function meetElements(
  how: Meeting,
  dst: Tensor,
  src: Tensor,
  indices: Tensor,
  at: Layout,
  count: number,
  more: { elementwise: boolean; includeSelf: boolean },
): void {
  const { outer, rows, inner } = at;
  const counts = how === 'mean' ? Tensor.allocate([outer * rows * inner], 'int32', false) : null;
  callMeetElements({ how: meetings[how], outer, rows, count, inner, ...more, dst, src, indices, counts });
  counts?.storage.recycle();
}

/** The running products over n of floats, in the shape that is given. */
export function runningProducts(extent: Reduction, shape: Shape): Tensor {
  const out = Tensor.allocate(shape, extent.source.dtype, false);
  callRunningProducts({ extent, out, x: extent.source });
  return out;
}

/** The running maxima (or minima) over n and their positions, in the shape that is given. */
export function runningExtremes(
  largest: boolean,
  extent: Reduction,
  shape: Shape,
): { values: Tensor; indices: Tensor } {
  const values = Tensor.allocate(shape, extent.source.dtype, false);
  const indices = Tensor.allocate(shape, 'int32', false);
  callRunningExtremes({ largest, extent, values, indices, x: extent.source });
  return { values, indices };
}

/** The first elements of the runs of equal neighbours in a contiguous vector; with the run of each, and their lengths. */
export function findRuns(x: Tensor, wanted: { inverse: boolean; counts: boolean }) {
  const n = x.numel;
  const values = Tensor.allocate([n], x.dtype, false);
  const inverse = wanted.inverse ? Tensor.allocate([n], 'int32', false) : null;
  const counts = wanted.counts ? Tensor.allocate([n], 'int32', false) : null;
  const groups = callFindRuns({ n, values, inverse, counts, x });
  return { groups, values, inverse, counts };
}

/** The least and the largest of a contiguous tensor of integers, which has some. */
export function numberRange(x: Tensor): { least: number; most: number } {
  callNumberRange({ n: x.numel, x });
  return { least: resultsOfNumberRange.least, most: resultsOfNumberRange.most };
}

/** How often each number below `length` occurs in a contiguous tensor of integers: int32. */
export function countNumbers(x: Tensor, length: number): Tensor {
  const out = Tensor.allocate([length], 'int32', false);
  callCountNumbers({ n: x.numel, length, out, x, weights: null });
  return out;
}

/** What the weights, float, of each number below `length` add up to; x is int32. */
export function weighNumbers(x: Tensor, weights: Tensor, length: number): Tensor {
  const out = Tensor.allocate([length], weights.dtype, false);
  callCountNumbers({ n: x.numel, length, out, x, weights });
  return out;
}
