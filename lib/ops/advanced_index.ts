/** Index tensors, one a dimension, as one list of places: NumPy's rules of advanced indexing. */

import { copyOf } from '../calls/copy.js';
import { addSlices, placeSlices, selectSlices } from '../calls/select.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { broadcastShapes, contiguousStrides, formatShape, numelOf, type Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { addAt, nonzero } from './indexing.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { expand, permute, select } from './view.js';
import { wrappedIndex } from './wrapped_index.js';

/** For each dimension an int32 tensor, a bool mask (of one dimension or several), or null for all of it. */
export type TensorIndices = readonly (Tensor | null)[];

/**
 * Where index tensors lead. The input is seen with its indexed dimensions first, [rows, inner]; the result has the shape of
 * the broadcast index tensors in place of the indexed dimensions, or in front where those are not neighbours.
 */
export interface IndexedPlaces {
  /** The input's dimensions, the indexed ones first. */
  readonly order: readonly number[];
  /** int32: the row of each place. */
  readonly rows: Tensor;
  readonly rowCount: number;
  readonly inner: number;
  readonly outShape: Shape;
  /** The result's dimensions in the order [of the index, rest]. */
  readonly outOrder: readonly number[];
}

/** Index tensors without masks, one for each dimension (null: all of it). */
function withoutMasks(op: string, x: Tensor, indices: TensorIndices): (Tensor | null)[] {
  const list: (Tensor | null)[] = [];
  for (const [i, entry] of indices.entries()) {
    if (entry === null) {
      list.push(null);
      continue;
    }
    const index = checkDense(op, `indices[${i}]`, entry);
    if (index.dtype === 'int32') {
      list.push(index);
      continue;
    }
    if (index.dtype !== 'bool') {
      throw new DTypeError(`${op}: indices[${i}] must be an int32 or bool tensor, got ${index.dtype}`);
    }
    const covered = x.shape.slice(list.length, list.length + index.ndim);
    if (formatShape(covered) !== formatShape(index.shape)) {
      throw new ShapeError(
        `${op}: the mask indices[${i}] of shape ${formatShape(index.shape)} does not fit the sizes ${formatShape(covered)} of the input ${formatShape(x.shape)}`,
      );
    }
    const places = nonzero(index);
    for (let d = 0; d < index.ndim; d++) list.push(select(places, 1, d));
  }
  if (list.length > x.ndim) {
    throw new ShapeError(`${op}: ${list.length} indices are too many for an input of shape ${formatShape(x.shape)}`);
  }
  return list;
}

/** @throws ArgumentError, DTypeError, ShapeError, IndexError for indices that don't fit the input. */
export function placesOf(op: string, x: Tensor, indices: TensorIndices): IndexedPlaces {
  if (!Array.isArray(indices)) {
    throw new ArgumentError(`${op}: indices must be an array of tensors, one a dimension, got ${describe(indices)}`);
  }
  const list = withoutMasks(op, x, indices);
  const indexed = [...list.keys()].filter((d) => list[d] !== null);
  if (indexed.length === 0) throw new ArgumentError(`${op}: indices must hold at least one tensor`);
  const others = [...x.shape.keys()].filter((d) => !indexed.includes(d));
  const sizes = indexed.map((d) => x.shape[d]);
  const given = indexed.map((d) => list[d] as Tensor);
  const grid = given.reduce((shape: number[], t) => broadcastShapes(op, shape, t.shape), []);
  const rows = Tensor.allocate(grid, 'int32');
  const steps = contiguousStrides(sizes);
  for (const [k, t] of given.entries()) {
    const along = expand(wrappedIndex(op, `indices[${indexed[k]}]`, t, sizes[k]), grid).contiguous();
    for (let i = 0; i < rows.numel; i++) {
      rows.storage.array[rows.offset + i] += along.storage.array[along.offset + i] * steps[k];
    }
  }
  const together = indexed[indexed.length - 1] - indexed[0] === indexed.length - 1;
  const first = together ? indexed[0] : 0;
  const rest = others.map((d) => x.shape[d]);
  const outShape = [...rest.slice(0, first), ...grid, ...rest.slice(first)];
  const grids = grid.map((_, i) => first + i);
  const outOrder = [...grids, ...outShape.map((_, i) => i).filter((i) => !grids.includes(i))];
  return { order: [...indexed, ...others], rows, rowCount: numelOf(sizes), inner: numelOf(rest), outShape, outOrder };
}

function inverse(order: readonly number[]): number[] {
  const back = new Array<number>(order.length);
  for (const [i, d] of order.entries()) back[d] = i;
  return back;
}

const isOrdered = (order: readonly number[]) => order.every((d, i) => d === i);

/** A contiguous copy of x with its indexed dimensions first. */
function withRowsFirst(x: Tensor, at: IndexedPlaces): Tensor {
  return copyOf(permute(x, at.order));
}

/** What the places show of `x`, in the result's shape; unrecorded. */
export function readPlaces(op: string, x: Tensor, at: IndexedPlaces): Tensor {
  const source = isOrdered(at.order) ? x.contiguous() : withRowsFirst(x, at);
  const sizes = at.outOrder.map((d) => at.outShape[d]);
  const out = Tensor.allocate(sizes, x.dtype, false);
  selectSlices(op, out, source, at.rows, { outer: 1, rows: at.rowCount, inner: at.inner }, at.rows.numel);
  return isOrdered(at.outOrder) ? out : permute(out, inverse(at.outOrder));
}

/** A copy of `x` into whose places `values`, which broadcast to the result's shape, are put or added; unrecorded. */
export function writePlaces(op: string, x: Tensor, at: IndexedPlaces, values: Tensor, accumulate: boolean): Tensor {
  const target = withRowsFirst(x, at);
  const source = permute(expand(values, at.outShape), at.outOrder).contiguous();
  const extent = { outer: 1, rows: at.rowCount, inner: at.inner };
  if (!accumulate) {
    placeSlices(op, target, source, at.rows, extent, at.rows.numel);
  } else if (isFloating(x.dtype)) {
    const ids = reshape(at.rows, [-1]);
    addAt(op, reshape(target, [at.rowCount, at.inner]), 0, ids, reshape(source, [ids.numel, at.inner]));
  } else if (x.dtype === 'int32') {
    addSlices(op, target, source, at.rows, extent, at.rows.numel);
  } else {
    addBytes(target, source, at);
  }
  return isOrdered(at.order) ? target : copyOf(permute(target, inverse(at.order)));
}

/** Bytes wrap; bools are or'ed. */
function addBytes(target: Tensor, source: Tensor, { rows, inner }: IndexedPlaces): void {
  const [to, from] = [target.storage.array, source.storage.array];
  for (let i = 0; i < rows.numel; i++) {
    const start = target.offset + rows.storage.array[rows.offset + i] * inner;
    for (let k = 0; k < inner; k++) {
      const value = from[source.offset + i * inner + k];
      to[start + k] = target.dtype === 'bool' ? to[start + k] | value : to[start + k] + value;
    }
  }
}

/** @throws ShapeError unless the values broadcast to the places; DTypeError for another dtype. */
export function checkValues(op: string, x: Tensor, at: IndexedPlaces, values: unknown): Tensor {
  const v = checkDense(op, 'values', values);
  if (v.dtype !== x.dtype) throw new DTypeError(`${op}: values must be ${x.dtype} like the input, got ${v.dtype}`);
  const lead = at.outShape.length - v.ndim;
  const fits = lead >= 0 && v.shape.every((size, i) => size === 1 || size === at.outShape[i + lead]);
  if (fits) return v;
  throw new ShapeError(
    `${op}: values of shape ${formatShape(v.shape)} do not broadcast to the indexed ${formatShape(at.outShape)}`,
  );
}
