import { DenseRows } from '../autograd/dense_rows.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { scaleInPlace } from '../calls/optim.js';
import { Tensor } from '../tensor/tensor.js';
import { allGather, allReduce, gatherRows } from './collectives.js';
import { getWorldSize } from './process_group.js';

/** The rows that a gradient names, each once and ascending; null where it is an ordinary tensor. */
function rowsOf(grad: Tensor | null, table: Tensor): { indices: Tensor; values: Tensor } | null {
  if (grad === null) {
    return {
      indices: Tensor.allocate([0], 'int32'),
      values: Tensor.allocate([0, ...table.shape.slice(1)], table.dtype),
    };
  }
  if (grad instanceof RowSparse) return grad.coalesce();
  if (!(grad instanceof DenseRows) || !grad.isPending) return null;
  grad.makeDistinct();
  return grad;
}

/** Codes of what a rank has of a table's gradient, in place of how many rows. */
const isDense = -1;

/**
 * Averages the gradients of tables over the ranks. The rows that lookups named are gathered, each once from a rank, and added up
 * in the order of the ranks, so that the sum has the same bits everywhere and every time; where that is more than the table, or a
 * gradient is an ordinary tensor (of a table that is also a projection, say), the whole is averaged.
 * @param isUsed whether this rank's gradient holds more than the ranks have averaged before
 */
export function averageTables(tables: readonly Tensor[], isUsed: (table: Tensor) => boolean): void {
  if (tables.length === 0) return;
  const size = getWorldSize();
  const rows = tables.map((table) => rowsOf(table.heldGrad, table));
  const own = Tensor.allocate([tables.length, 3], 'int32');
  for (const [i, table] of tables.entries()) {
    const isSparse = table.heldGrad?.isSparse ?? false;
    own.storage.array.set([rows[i]?.indices.numel ?? isDense, isUsed(table) ? 1 : 0, isSparse ? 1 : 0], 3 * i);
  }
  const all = Tensor.allocate([size, tables.length, 3], 'int32', false);
  allGather(all, own);
  const { array } = all.storage;
  for (const [i, table] of tables.entries()) {
    const said = Array.from({ length: size }, (_, rank) => {
      const at = 3 * (rank * tables.length + i);
      return { count: array[at], isUsed: array[at + 1] === 1, isSparse: array[at + 2] === 1 };
    });
    if (!said.some((rank) => rank.isUsed)) continue;
    const counts = said.map(({ count }) => count);
    const total = counts.reduce((a, b) => a + b, 0);
    const isSparse = said.some((rank) => rank.isSparse);
    if (counts.includes(isDense) || (!isSparse && total >= table.shape[0])) averageWhole(table);
    else averageRows(table, rows[i]!, counts, isSparse);
  }
}

function averageWhole(table: Tensor): void {
  const grad = table.heldGrad;
  const whole = grad instanceof RowSparse ? grad.toDense() : (grad ?? Tensor.allocate(table.shape, table.dtype));
  allReduce(whole, { op: 'mean' });
  table.heldGrad = whole;
}

function averageRows(
  table: Tensor,
  own: { indices: Tensor; values: Tensor },
  counts: readonly number[],
  isSparse: boolean,
): void {
  const indices = gatherRows(own.indices, counts);
  const values = gatherRows(own.values, counts);
  const sum = new RowSparse(indices, values, table.shape).coalesce();
  scaleInPlace(sum.values, 1 / counts.length);
  table.heldGrad = isSparse ? sum : new DenseRows(sum.indices, sum.values, table.shape);
}
