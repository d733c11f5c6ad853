import { RowList } from '../calls/row_list.js';
import { contiguous } from '../ops/copy.js';
import { Tensor } from '../tensor/tensor.js';
import { gatherRows } from './collectives.js';

/** Rows of a table's gradient: row indices[k] of the table gets row k of the list. */
export interface NamedRows {
  readonly indices: Tensor;
  readonly list: RowList;
}

/** What a rank says of its named rows before they are gathered. */
export interface RowFacts {
  readonly count: number;
  /** Rows that are in memory; several named rows may be one of them. -1 where each is written out. */
  readonly stored: number;
  readonly isScaled: boolean;
}

const int32 = (values: Int32Array) => Tensor.wrap(values, [values.length], 'int32');
const view = (t: Tensor) => t.storage.array.subarray(t.offset, t.offset + t.numel) as Int32Array;

/**
 * Whether rows are worth sending as they are stored: the tokens of a bag share one row, so that there may be fifty times less to send
 * than the rows written out.
 */
export function isCompact({ list }: NamedRows): boolean {
  if (list.source === null) return false;
  const [stored, dim] = list.base.shape;
  return stored * dim + 3 * list.count < (list.count * dim) / 2;
}

/** The rows of all ranks in their order, as they are stored. Every rank calls it. @param said of each rank, none written out */
export function gatherLists({ indices, list }: NamedRows, said: readonly RowFacts[]): NamedRows {
  const { count } = list;
  const stored = list.base.detach();
  // What no row is of may lie in memory nevertheless.
  const base = count === 0 ? Tensor.allocate([0, stored.shape[1]], stored.dtype) : contiguous(stored);
  const names = new Int32Array(2 * count);
  names.set(view(contiguous(indices)));
  if (list.source !== null) names.set(view(contiguous(list.source)), count);
  const bases = gatherRows(
    base,
    said.map((rank) => rank.stored),
  );
  const counts = said.map((rank) => rank.count);
  const all = gatherRows(
    int32(names),
    counts.map((each) => 2 * each),
  ).storage.array as Int32Array;
  const total = counts.reduce((a, b) => a + b, 0);
  const rows = new Int32Array(total);
  const sources = new Int32Array(total);
  let at = 0;
  let before = 0;
  for (const rank of said) {
    const from = 2 * at;
    rows.set(all.subarray(from, from + rank.count), at);
    for (let k = 0; k < rank.count; k++) sources[at + k] = before + all[from + rank.count + k];
    at += rank.count;
    before += rank.stored;
  }
  const scale = said.some(({ isScaled }) => isScaled) ? gatherRows(scalesOf(list, base), counts) : null;
  return { indices: int32(rows), list: new RowList(bases, int32(sources), scale) };
}

function scalesOf({ scale, count }: RowList, base: Tensor): Tensor {
  if (scale !== null) return contiguous(scale);
  const ones = Tensor.allocate([count], base.dtype, false);
  ones.storage.array.fill(1);
  return ones;
}

/** Those of the rows that lie in a part of the table, named from its beginning. */
export function rowsWithin({ indices, list }: NamedRows, begin: number, end: number): NamedRows {
  const rows = view(indices);
  const sources = view(list.source!);
  const scales = list.scale?.storage.array ?? null;
  let count = 0;
  for (let k = 0; k < rows.length; k++) if (rows[k] >= begin && rows[k] < end) count++;
  const kept = new Int32Array(count);
  const keptSources = new Int32Array(count);
  const keptScale = scales === null ? null : Tensor.allocate([count], list.base.dtype, false);
  for (let k = 0, at = 0; k < rows.length; k++) {
    if (rows[k] < begin || rows[k] >= end) continue;
    kept[at] = rows[k] - begin;
    keptSources[at] = sources[k];
    if (keptScale !== null) keptScale.storage.array[at] = scales![k];
    at++;
  }
  return { indices: int32(kept), list: new RowList(list.base, int32(keptSources), keptScale) };
}
