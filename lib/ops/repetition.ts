/** Elements, dimensions and whole tensors repeated. */

import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isInteger } from '../tensor/dtype.js';
import { broadcastShapes, formatShape, type Shape, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { indexSelect } from './indexing.js';
import { repeat } from './joining.js';
import { type Sizes, sizesOf } from './make_view.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { expand } from './view.js';

export interface RepeatInterleaveOptions {
  /** The dimension along which to repeat. Default: the flattened tensor. */
  dim?: number | null;
  /** The size that the dimension will have; it must be right. */
  outputSize?: number | null;
}

export interface MeshgridOptions {
  /** 'ij' (default): the first tensor varies along the first dimension; 'xy': along the second, as for pictures. */
  indexing?: 'ij' | 'xy';
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Each element (or slice of `options.dim`) repeated so many times, one number for all or an integer for each. */
    repeatInterleave(repeats: number | Tensor, options?: RepeatInterleaveOptions): Tensor;
    /** `repeat`, for which missing counts are 1. */
    tile(...times: (number | readonly number[])[]): Tensor;
    /** A view in which dimensions of size 1 repeat; `expand`. */
    broadcastTo(...shape: (number | readonly number[])[]): Tensor;
  }
}

/** How often each of `n` slices occurs. */
function countsOf(op: string, repeats: unknown, n: number | null): Int32Array {
  if (typeof repeats === 'number' && n !== null) {
    if (!Number.isInteger(repeats) || repeats < 0) {
      throw new ValueError(`${op}: repeats must be a non-negative integer, got ${repeats}`);
    }
    return new Int32Array(n).fill(repeats);
  }
  const counts = checkTensor(op, 'repeats', repeats);
  if (!isInteger(counts.dtype)) throw new DTypeError(`${op}: repeats must be integers, got ${counts.dtype}`);
  if (counts.ndim > 1) {
    throw new ShapeError(`${op}: repeats must be a number or a list, got shape ${formatShape(counts.shape)}`);
  }
  const values = Int32Array.from({ length: counts.numel }, (_, i) => counts.at(i));
  const bad = values.findIndex((value) => value < 0);
  if (bad >= 0) throw new ValueError(`${op}: repeats must not be negative, got ${values[bad]} at position ${bad}`);
  if (n === null || values.length === n) return values;
  if (values.length === 1) return new Int32Array(n).fill(values[0]);
  throw new ShapeError(`${op}: repeats must have one count or ${n}, one for each slice, got ${values.length}`);
}

/** 0 counts[0] times, 1 counts[1] times, … */
function placesOf(op: string, counts: Int32Array, outputSize: unknown): Tensor {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (outputSize !== undefined && outputSize !== null && outputSize !== total) {
    throw new ValueError(`${op}: outputSize must be ${total}, the sum of repeats, got ${describe(outputSize)}`);
  }
  const out = Tensor.allocate([total], 'int32', false);
  const { array } = out.storage;
  let at = out.offset;
  for (let i = 0; i < counts.length; i++) {
    array.fill(i, at, at + counts[i]);
    at += counts[i];
  }
  return out;
}

/**
 * Slices of a dimension (or, without `dim`, elements of the flattened tensor), each repeated `repeats` times. Given counts
 * alone, the positions: 0 counts[0] times, 1 counts[1] times, and so on.
 * @throws ValueError for negative counts or a wrong outputSize; ShapeError for a wrong number of counts; DTypeError
 */
export function repeatInterleave(repeats: Tensor, options?: Pick<RepeatInterleaveOptions, 'outputSize'>): Tensor;
export function repeatInterleave(input: Tensor, repeats: number | Tensor, options?: RepeatInterleaveOptions): Tensor;
export function repeatInterleave(
  input: Tensor,
  repeats?: number | Tensor | RepeatInterleaveOptions,
  options?: RepeatInterleaveOptions,
): Tensor {
  const op = 'repeatInterleave';
  const x = checkDense(op, 'input', input);
  if (repeats === undefined || (typeof repeats === 'object' && !(repeats instanceof Tensor))) {
    const { outputSize } = checkOptions(op, repeats, ['outputSize']);
    return placesOf(op, countsOf(op, x, null), outputSize);
  }
  const { dim, outputSize } = checkOptions(op, options, ['dim', 'outputSize']);
  const flat = dim === undefined || dim === null;
  const source = flat || x.ndim === 0 ? reshape(x, [-1]) : x;
  const d = flat ? 0 : wrapDim(op, dim, x.ndim);
  const n = source.shape[d];
  return indexSelect(source, d, placesOf(op, countsOf(op, repeats, n), outputSize));
}

/** A copy repeated so many times along each dimension; counts that are missing on the left are 1. */
export function tile(input: Tensor, ...times: Sizes): Tensor {
  const x = checkDense('tile', 'input', input);
  const counts = sizesOf('tile', times);
  if (counts.some((n) => n < 0)) throw new ValueError(`tile: counts must not be negative, got [${counts.join(', ')}]`);
  while (counts.length < x.ndim) counts.unshift(1);
  return repeat(x, ...counts);
}

/** A view in which dimensions of size 1 repeat without using memory, as `expand`. */
export function broadcastTo(input: Tensor, ...shape: Sizes): Tensor {
  return inNameOf('broadcastTo', () =>
    expand(checkDense('broadcastTo', 'input', input), sizesOf('broadcastTo', shape)),
  );
}

/** The shape that all shapes broadcast to. @throws ShapeError naming two that don't. */
export function broadcastShapesOf(op: string, shapes: readonly Shape[]): number[] {
  return shapes.reduce((all: number[], shape) => broadcastShapes(op, all, shape), []);
}

/** Views of all tensors in the shape that they broadcast to. */
export function broadcastTensors(...tensors: (Tensor | readonly Tensor[])[]): Tensor[] {
  const list = listOf('broadcastTensors', tensors);
  const shape = broadcastShapesOf(
    'broadcastTensors',
    list.map((x) => x.shape),
  );
  return list.map((x) => expand(x, shape));
}

/** Tensors given one by one or as one array. */
export function listOf(op: string, tensors: readonly (Tensor | readonly Tensor[])[]): Tensor[] {
  const list = tensors.length === 1 && Array.isArray(tensors[0]) ? tensors[0] : tensors;
  return (list as readonly unknown[]).map((x, i) => checkDense(op, `tensors[${i}]`, x));
}

/**
 * Coordinate grids: for vectors of lengths n₀, n₁, … tensors of shape [n₀, n₁, …] in which the k-th varies along dimension k
 * alone. Views. With `indexing: 'xy'` the first two dimensions are exchanged.
 * @throws ShapeError for tensors of more than one dimension.
 */
export function meshgrid(tensors: readonly Tensor[], options?: MeshgridOptions): Tensor[] {
  const { indexing = 'ij' } = checkOptions('meshgrid', options, ['indexing']);
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new ArgumentError(`meshgrid: indexing must be 'ij' or 'xy', got ${describe(indexing)}`);
  }
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`meshgrid: needs an array of tensors, got ${describe(tensors)}`);
  }
  const list = listOf('meshgrid', [tensors]);
  for (const [i, x] of list.entries()) {
    if (x.ndim > 1) throw new ShapeError(`meshgrid: tensors[${i}] must be a vector, got shape ${formatShape(x.shape)}`);
  }
  const exchanged = indexing === 'xy' && list.length > 1;
  const order = exchanged ? [list[1], list[0], ...list.slice(2)] : list;
  const shape = order.map((x) => x.numel);
  const grids = order.map((x, d) => {
    const column = shape.map((n, i) => (i === d ? n : 1));
    return expand(reshape(x, column), shape);
  });
  if (!exchanged) return grids;
  return [grids[1], grids[0], ...grids.slice(2)];
}

installMethods({
  repeatInterleave(this: Tensor, repeats: number | Tensor, options?: RepeatInterleaveOptions) {
    if (repeats === undefined) throw new ArgumentError('repeatInterleave: repeats must be given');
    return repeatInterleave(this, repeats, options);
  },
  tile(this: Tensor, ...times: Sizes) {
    return tile(this, ...times);
  },
  broadcastTo(this: Tensor, ...shape: Sizes) {
    return broadcastTo(this, ...shape);
  },
});
