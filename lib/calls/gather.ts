/** One native call each: rows of a table by index, without recording. */
import { IndexError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { callGatherRows, callRenormRows } from './planned/gather.js';

function coordinates(position: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  for (let i = shape.length - 1, rest = position; i >= 0; i--) {
    place.unshift(rest % shape[i]);
    rest = Math.floor(rest / shape[i]);
  }
  return place;
}

/** The error for an index that a table does not have. */
export function badIndex(op: string, indices: Tensor, position: number, rows: number): IndexError {
  const value = indices.storage.array[indices.offset + position];
  const at = indices.ndim > 1 ? ` (${formatShape(coordinates(position, indices.shape))})` : '';
  return new IndexError(
    `${op}: index ${value} at position ${position}${at} is outside the table of ${rows} rows; indices run from 0 to ${rows - 1}`,
    value,
    rows,
    position,
  );
}

/**
 * The rows of a contiguous [rows, dim] table of a dtype that computes: indices.shape + [dim].
 * @throws IndexError before anything is written.
 */
export function gatherRows(op: string, table: Tensor, indices: Tensor): Tensor {
  const [rows, dim] = table.shape;
  const out = Tensor.allocate([...indices.shape, dim], table.dtype, false);
  const bad = callGatherRows({ count: indices.numel, rows, dim, out, table, indices });
  if (bad >= 0) throw badIndex(op, indices, bad, rows);
  return out;
}

/**
 * Scales the rows that `indices` name to a p-norm of at most `maxNorm`, in place, each once. The table is contiguous.
 * @throws IndexError before anything is written.
 */
export function renormaliseRows(op: string, table: Tensor, indices: Tensor, maxNorm: number, p: number): void {
  const [rows, dim] = table.shape;
  const bad = callRenormRows({ count: indices.numel, rows, dim, maxNorm, p, table, indices });
  if (bad >= 0) throw badIndex(op, indices, bad, rows);
  if (bad === -2) table.storage.version++;
}
