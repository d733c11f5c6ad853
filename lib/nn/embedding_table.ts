/** The tables of the embedding modules. */
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

export function checkSize(op: string, name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return;
  throw new ValueError(`${op}: ${name} must be an integer of at least 0, got ${describe(value)}`);
}

/** @throws unless `table` is a floating matrix, of `shape` where that is given. */
export function checkTable(op: string, table: unknown, shape: readonly [number, number] | null): void {
  if (!(table instanceof Tensor)) throw new ArgumentError(`${op}: the table must be a Tensor, got ${describe(table)}`);
  if (!isFloating(table.dtype)) throw new DTypeError(`${op}: the table must be floating, got ${table.dtype}`);
  if (table.ndim !== 2) {
    throw new ShapeError(`${op}: the table must have two dimensions, got shape ${formatShape(table.shape)}`);
  }
  if (shape !== null && (table.shape[0] !== shape[0] || table.shape[1] !== shape[1])) {
    throw new ShapeError(`${op}: weight must have shape ${formatShape(shape)}, got ${formatShape(table.shape)}`);
  }
}

/** A table of zeros in memory made to last. */
export function makeTable(op: string, rows: number, dim: number, dtype: DType): Tensor {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`${op}: dtype must be float32 or float64, got ${dtype}; half() makes 16-bit tables`);
  }
  if (rows * dim > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`${op}: a table of ${rows} x ${dim} has more than 2^53 elements`);
  }
  const shape = [rows, dim];
  return new Tensor(Storage.lasting(dtype, rows * dim), shape, contiguousStrides(shape), 0);
}

/** Sets one row of a table to zeros, in place and outside the graph. */
export function zeroRow(table: Tensor, row: number): void {
  const { array } = table.storage;
  const start = table.offset + row * table.strides[0];
  for (let j = 0; j < table.shape[1]; j++) array[start + j * table.strides[1]] = 0;
  table.storage.version++;
}

/** Whether a row of a table is all zeros. */
export function isZeroRow(table: Tensor, row: number): boolean {
  const { array } = table.storage;
  const start = table.offset + row * table.strides[0];
  for (let j = 0; j < table.shape[1]; j++) if (array[start + j * table.strides[1]] !== 0) return false;
  return true;
}
