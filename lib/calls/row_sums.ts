import type { TypedArray } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
import { callCoalesceRows, callCountDistinct, callScatterRows, resultsOfCoalesceRows } from './planned/gather.js';
import type { RowList } from './row_list.js';

/** Rows by index: what to sum, and the size [rows, dim] of the table that the indices mean. All of it contiguous. */
export interface IndexedRows {
  /** int32, [list.count]. */
  indices: Tensor;
  list: RowList;
  rows: number;
  dim: number;
}

export interface RowSumOptions {
  /** Indices that are left out. Default -1: none. */
  skip?: number;
  /** Add to what is there. Default false: the table is overwritten. */
  accumulate?: boolean;
  /** Divide each row by how often its index occurs. Default false. */
  byFrequency?: boolean;
}

/** table[indices[k]] += row k, in the order of k, into zeros. Returns the position of the first bad index, or -1. */
export function sumIntoTable(
  table: TypedArray,
  offset: number,
  { indices, list, rows, dim }: IndexedRows,
  { skip = -1, accumulate = false, byFrequency = false }: RowSumOptions = {},
): number {
  const { base: values, source, scale } = list;
  return callScatterRows({
    count: indices.numel,
    rows,
    dim,
    skip,
    accumulate,
    scaleByFrequency: byFrequency,
    valueRows: values.shape[0],
    table,
    tableOffset: offset,
    values,
    indices,
    source,
    scale,
  });
}

/**
 * The same for memory that is made when somebody first asks for it, who may be about to make a call of his own: what he
 * has put into the plan is left there.
 */
export function sumAside(table: TypedArray, rows: IndexedRows): void {
  const numbers = plan.slice();
  sumIntoTable(table, 0, rows);
  plan.set(numbers);
}

/** Distinct, ascending indices and the sum of each one's rows, [n, dim]; or the position of the first bad index. */
export function sumByIndex({ indices, list, rows, dim }: IndexedRows): { indices: Tensor; values: Tensor } | number {
  const { base: values, source, scale } = list;
  const count = indices.numel;
  // Where the rows are in memory there is as much room again; where they are not, there may not be.
  const room = list.isPlain ? count : callCountDistinct({ count, rows, indices });
  if (room < 0) return -1 - room;
  const outIndices = Tensor.allocate([room], 'int32', false);
  const outValues = Tensor.allocate([room, dim], values.dtype, false);
  const valueRows = values.shape[0];
  const sizes = { count, rows, dim, room, valueRows };
  const bad = callCoalesceRows({ ...sizes, outIndices, outValues, indices, values, source, scale });
  if (bad >= 0) return bad;
  const { distinct } = resultsOfCoalesceRows;
  return {
    indices: new Tensor(outIndices.storage, [distinct], [1], outIndices.offset),
    values: new Tensor(outValues.storage, [distinct, dim], [dim, 1], outValues.offset),
  };
}
