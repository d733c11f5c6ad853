import { DenseRows } from '../autograd/dense_rows.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { scaleInPlace } from '../calls/optim.js';
import { RowList } from '../calls/row_list.js';
import { Tensor } from '../tensor/tensor.js';
import { allGather, allReduce, gatherRows } from './collectives.js';
import { getWorldSize } from './process_group.js';
import { gatherLists, isCompact, type NamedRows, type RowFacts } from './row_lists.js';

/** The rows that a gradient names: as they are stored where that is less to send, else each once and ascending; null for an ordinary tensor. */
function rowsOf(grad: Tensor | null, table: Tensor): NamedRows | null {
  if (grad === null) return { indices: Tensor.allocate([0], 'int32'), list: nothing(table) };
  if (!(grad instanceof RowSparse || (grad instanceof DenseRows && grad.isPending))) return null;
  const rows = { indices: grad.indices, list: grad.rowList };
  return isCompact(rows) ? rows : distinct(grad);
}

function nothing(table: Tensor): RowList {
  return new RowList(Tensor.allocate([0, ...table.shape.slice(1)], table.dtype), Tensor.allocate([0], 'int32'));
}

/** The rows of a gradient, each once and ascending. */
function distinct(grad: RowSparse | DenseRows): NamedRows {
  if (grad instanceof DenseRows) grad.makeDistinct();
  const { indices, rowList: list } = grad instanceof DenseRows ? grad : grad.coalesce();
  return { indices, list };
}

/** What a rank has of a table's gradient. */
interface Said extends RowFacts {
  readonly isUsed: boolean;
  readonly isSparse: boolean;
}

/** In place of how many rows an ordinary tensor names, and of how many are stored where each is written out. */
const none = -1;

/**
 * Averages the gradients of tables over the ranks. The rows that lookups named are gathered and added up in the order of the ranks, so
 * that the sum has the same bits everywhere and every time; where that is more than the table, or a gradient is an ordinary tensor (of a
 * table that is also a projection, say), the whole is averaged.
 * @param isUsed whether this rank's gradient holds more than the ranks have averaged before
 */
export function averageTables(tables: readonly Tensor[], isUsed: (table: Tensor) => boolean): void {
  if (tables.length === 0) return;
  const rows = tables.map((table) => rowsOf(table.heldGrad, table));
  const said = exchange(
    tables.map((table, i) => {
      const own = rows[i];
      const isStored = own !== null && own.list.source !== null;
      return {
        count: own?.list.count ?? none,
        stored: isStored ? own.list.base.shape[0] : none,
        isScaled: isStored && own.list.scale !== null,
        isUsed: isUsed(table),
        isSparse: table.heldGrad?.isSparse ?? false,
      };
    }),
  );
  for (const [i, table] of tables.entries()) {
    const ranks = said.map((rank) => rank[i]);
    if (!ranks.some((rank) => rank.isUsed)) continue;
    const total = ranks.reduce((sum, { count }) => sum + count, 0);
    const isSparse = ranks.some((rank) => rank.isSparse);
    const isWhole = ranks.some(({ count }) => count === none) || (!isSparse && total >= table.shape[0]);
    if (isWhole) averageWhole(table);
    else averageRows(table, rows[i]!, ranks, isSparse);
  }
}

/** What each rank says of each table. */
function exchange(own: readonly Said[]): Said[][] {
  const size = getWorldSize();
  const facts = Tensor.allocate([own.length, 5], 'int32', false);
  for (const [i, { count, stored, isScaled, isUsed, isSparse }] of own.entries()) {
    facts.storage.array.set([count, stored, Number(isScaled), Number(isUsed), Number(isSparse)], 5 * i);
  }
  const all = Tensor.allocate([size, own.length, 5], 'int32', false);
  allGather(all, facts);
  const { array } = all.storage;
  return Array.from({ length: size }, (_, rank) =>
    own.map((_, i) => {
      const [count, stored, isScaled, used, sparse] = array.subarray(5 * (rank * own.length + i));
      return { count, stored, isScaled: isScaled === 1, isUsed: used === 1, isSparse: sparse === 1 };
    }),
  );
}

function averageWhole(table: Tensor): void {
  const grad = table.heldGrad;
  const whole = grad instanceof RowSparse ? grad.toDense() : (grad ?? Tensor.allocate(table.shape, table.dtype));
  allReduce(whole, { op: 'mean' });
  table.heldGrad = whole;
}

function averageRows(table: Tensor, own: NamedRows, said: readonly Said[], isSparse: boolean): void {
  const isStored = said.every(({ stored }) => stored !== none);
  const sum = isStored ? gatherLists(own, said) : gatherWritten(table, own, said);
  scaleInPlace(sum.list.base, 1 / said.length);
  table.heldGrad = isSparse
    ? new RowSparse(sum.indices, sum.list, table.shape, !isStored)
    : new DenseRows(sum.indices, sum.list, table.shape);
}

/** The sum of all ranks' rows, each written out once by a rank. */
function gatherWritten(table: Tensor, own: NamedRows, said: readonly Said[]): NamedRows {
  let rows = own;
  let counts = said.map(({ count }) => count);
  if (said.some(({ stored }) => stored > 0)) {
    // Some have sums of bags and others not: then all write theirs out, and there are fewer rows than was said.
    if (own.list.source !== null && own.list.count > 0) rows = distinct(table.heldGrad as RowSparse | DenseRows);
    const all = Tensor.allocate([said.length], 'int32', false);
    allGather(all, Tensor.wrap(Int32Array.of(rows.list.count), [1], 'int32'));
    counts = Array.from(all.storage.array);
  }
  const indices = gatherRows(rows.indices, counts);
  const values = gatherRows(rows.list.toTensor(), counts);
  const sum = new RowSparse(indices, values, table.shape).coalesce();
  return { indices: sum.indices, list: sum.rowList };
}
