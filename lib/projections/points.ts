import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** What projections take: [points, dimensions] as a tensor or as nested lists, or what has such a table, as `KeyedVectors`. */
export type PointData = Tensor | readonly (readonly number[] | ArrayLike<number>)[] | { readonly vectors: Tensor };

/** Points in memory of their own, row by row. */
export interface Points {
  readonly data: Float32Array;
  readonly rows: number;
  readonly dim: number;
}

/** Lists of numbers, or typed arrays, a row each. @throws ArgumentError, ShapeError */
function tableOfRows(op: string, argument: string, rows: readonly unknown[]): Tensor {
  const isRow = (row: unknown) => Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
  const dim = isRow(rows[0]) ? (rows[0] as ArrayLike<unknown>).length : 0;
  const data = new Float32Array(rows.length * dim);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as ArrayLike<unknown>;
    if (!isRow(row))
      throw new ArgumentError(`${op}: ${argument}[${i}] must be a list of numbers, got ${describe(row)}`);
    if (row.length !== dim) {
      throw new ShapeError(`${op}: ${argument}[${i}] must have ${dim} numbers, as ${argument}[0], got ${row.length}`);
    }
    for (let j = 0; j < dim; j++) {
      const x = row[j];
      if (typeof x !== 'number') {
        throw new ArgumentError(`${op}: ${argument}[${i}][${j}] must be a number, got ${describe(x)}`);
      }
      data[i * dim + j] = x;
    }
  }
  return Tensor.wrap(data, [rows.length, dim], 'float32');
}

function tableOf(op: string, argument: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (Array.isArray(value)) return tableOfRows(op, argument, value);
  const vectors = (value as { readonly vectors?: unknown } | null | undefined)?.vectors;
  if (vectors instanceof Tensor) return vectors;
  throw new ArgumentError(
    `${op}: ${argument} must be a Tensor [points, dimensions], KeyedVectors or a list of lists, got ${describe(value)}`,
  );
}

/**
 * A copy of points as float32.
 * @throws ArgumentError for what is no table; ShapeError for another number of dimensions, for fewer than `least` rows or no columns;
 *   DTypeError for bool; ValueError naming the place of the first number that is NaN or infinite
 */
export function readPoints(op: string, argument: string, value: unknown, least: number): Points {
  const table = tableOf(op, argument, value);
  if (table.dim() !== 2) {
    throw new ShapeError(`${op}: ${argument} must be [points, dimensions], got shape ${formatShape(table.shape)}`);
  }
  const [rows, dim] = table.shape;
  if (dim === 0)
    throw new ShapeError(`${op}: ${argument} must have at least one column, got ${formatShape(table.shape)}`);
  if (rows < least) {
    throw new ShapeError(`${op}: ${argument} must have at least ${least} rows, got ${formatShape(table.shape)}`);
  }
  if (table.isSparse || table.dtype === 'bool') {
    const got = table.isSparse ? 'a row-sparse gradient' : 'bool';
    throw new DTypeError(`${op}: ${argument} must hold numbers, got ${got}`);
  }
  const dense = table.detach().float().contiguous();
  const data = (dense.storage.array as Float32Array).slice(dense.offset, dense.offset + rows * dim);
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const place = `row ${Math.floor(i / dim)}, column ${i % dim}`;
    throw new ValueError(`${op}: ${argument} must be finite, got ${data[i]} in ${place}`);
  }
  return { data, rows, dim };
}
