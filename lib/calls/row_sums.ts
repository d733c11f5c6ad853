import { native } from '../addon/native.js';
import type { TypedArray } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
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
  const { base, source, scale } = list;
  plan[0] = indices.numel;
  plan[1] = rows;
  plan[2] = dim;
  plan[3] = offset;
  plan[5] = indices.offset;
  plan[6] = skip;
  plan[7] = accumulate ? 1 : 0;
  plan[8] = byFrequency ? 1 : 0;
  list.plan({ valueRows: 9, valueOffset: 4, sourceOffset: 10, scaleOffset: 11 });
  return native.scatterRows(
    plan,
    table,
    base.storage.array,
    indices.storage.array,
    source?.storage.array ?? null,
    scale?.storage.array ?? null,
  );
}

/**
 * The same for memory that is made when somebody first asks for it, who may be about to make a call of his own: what he
 * has put into the plan is left there.
 */
export function sumAside(table: TypedArray, rows: IndexedRows): void {
  const numbers = plan.slice(0, 12);
  sumIntoTable(table, 0, rows);
  plan.set(numbers);
}

/** Distinct, ascending indices and the sum of each one's rows, [n, dim]; or the position of the first bad index. */
export function sumByIndex({ indices, list, rows, dim }: IndexedRows): { indices: Tensor; values: Tensor } | number {
  const { base, source, scale } = list;
  const count = indices.numel;
  // Where the rows are in memory there is as much room again; where they are not, there may not be.
  const room = list.isPlain ? count : countDistinct(indices, rows);
  if (room < 0) return -1 - room;
  const outIndices = Tensor.allocate([room], 'int32', false);
  const outValues = Tensor.allocate([room, dim], base.dtype, false);
  plan[0] = count;
  plan[1] = rows;
  plan[2] = dim;
  plan[3] = outIndices.offset;
  plan[4] = outValues.offset;
  plan[5] = indices.offset;
  plan[7] = room;
  list.plan({ valueRows: 8, valueOffset: 6, sourceOffset: 9, scaleOffset: 10 });
  const bad = native.coalesceRows(
    plan,
    outIndices.storage.array,
    outValues.storage.array,
    indices.storage.array,
    base.storage.array,
    source?.storage.array ?? null,
    scale?.storage.array ?? null,
  );
  if (bad >= 0) return bad;
  const distinct = plan[0];
  return {
    indices: new Tensor(outIndices.storage, [distinct], [1], outIndices.offset),
    values: new Tensor(outValues.storage, [distinct, dim], [dim, 1], outValues.offset),
  };
}

/** How many distinct indices there are, or -1 - the position of the first bad one. */
function countDistinct(indices: Tensor, rows: number): number {
  plan[0] = indices.numel;
  plan[1] = rows;
  plan[2] = 1;
  plan[3] = indices.offset;
  return native.countDistinct(plan, indices.storage.array);
}
