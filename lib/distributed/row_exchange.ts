import { DenseRows } from '../autograd/dense_rows.js';
import type { Node } from '../autograd/node.js';
import { needsGrad, record } from '../autograd/record.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { gatherRows } from '../calls/gather.js';
import { scaleInPlace } from '../calls/optim.js';
import { RowList } from '../calls/row_list.js';
import { contiguous } from '../ops/copy.js';
import { Tensor } from '../tensor/tensor.js';
import { allGather, allToAll } from './collectives.js';
import { getRank, getWorldSize } from './process_group.js';
import { gatherLists, isCompact, type NamedRows, type RowFacts, rowsWithin } from './row_lists.js';
import type { SortedLookup } from './shards.js';
import type { SharedRows } from './shared_rows.js';

const list = (counts: Int32Array): number[] => Array.from(counts);
const int32 = (values: Int32Array) => Tensor.wrap(values, [values.length], 'int32');
const view = (t: Tensor) => t.storage.array.subarray(t.offset, t.offset + t.numel) as Int32Array;

/** A lookup whose numbers the owners have. */
export interface AskedRows {
  /** How many rows this rank wants of each. */
  readonly wanted: readonly number[];
  /** How many rows each rank wants of this one. */
  readonly asked: readonly number[];
  /** Where this rank has the rows that it is asked for, in the order of the ranks. */
  readonly own: Tensor;
}

function exchangeCounts(counts: Int32Array): number[] {
  const asked = new Int32Array(counts.length);
  allToAll(int32(asked), int32(Int32Array.from(counts)));
  return list(asked);
}

/** Sends the numbers of a lookup to the rows' owners; `wait` is to be called before they are read. Every rank calls it. */
export function askRows({ places, counts }: SortedLookup, later: boolean): { asked: AskedRows; wait: () => void } {
  const asked = exchangeCounts(counts);
  const own = Tensor.allocate([asked.reduce((a, b) => a + b, 0)], 'int32', false);
  const wanted = list(counts);
  const splits = { inputSplits: wanted, outputSplits: asked };
  let wait = () => {};
  if (later) {
    const work = allToAll(own, int32(places), { ...splits, asyncOp: true });
    wait = () => work.wait();
  } else {
    allToAll(own, int32(places), splits);
  }
  return { asked: { wanted, asked, own }, wait };
}

/**
 * The rows of a sharded table that a lookup names, [distinct rows, dim], from their owners. In backward the rows' gradients go to the
 * owners, whose part of the table gets a row-sparse gradient: the mean over the ranks, in rank order. Every rank calls it, and its
 * backward.
 */
export function exchangeRows(weight: Tensor, { wanted, asked, own }: AskedRows): Tensor {
  const size = getWorldSize();
  const [, dim] = weight.shape;
  const given = gatherRows('ShardedEmbedding', contiguous(weight.detach()), own);
  const count = wanted.reduce((a, b) => a + b, 0);
  const rows = Tensor.allocate([count, dim], weight.dtype, false);
  allToAll(rows, given, { inputSplits: asked, outputSplits: wanted });
  if (!needsGrad(weight)) return rows;
  const { shape } = weight;
  return record('ShardedRowsBackward', [weight], rows, (grad) => {
    const gradients = Tensor.allocate([own.numel, dim], grad.dtype, false);
    const sums = grad instanceof RowSparse ? grad.toDense() : contiguous(grad);
    allToAll(gradients, sums, { inputSplits: wanted, outputSplits: asked });
    if (size > 1) scaleInPlace(gradients, 1 / size);
    return [new RowSparse(own, gradients, shape)];
  });
}

/**
 * A table in shared memory as a tensor to look rows up in: what backward says of them goes to the owners, as with `exchangeRows`.
 * @param positions which rows the lookup names
 */
export function sharedTable(weight: Tensor, shared: SharedRows, positions: Int32Array): Tensor {
  const { whole } = shared;
  const table = new Tensor(whole.storage, whole.shape, whole.strides, whole.offset);
  if (!needsGrad(weight)) return table;
  record('ShardedRowsBackward', [weight], table, (grad) => [
    averageOwn(namedRows(grad, positions), weight.shape, shared),
  ]);
  (table.gradFn as Node).takesRows = true;
  return table;
}

/** The rows of a gradient of the whole table. */
function namedRows(grad: Tensor, positions: Int32Array): NamedRows {
  if (grad instanceof RowSparse || (grad instanceof DenseRows && grad.isPending)) {
    return { indices: contiguous(grad.indices), list: grad.rowList };
  }
  const indices = int32(Int32Array.from(new Set(positions)).sort());
  return { indices, list: new RowList(gatherRows('ShardedEmbedding', contiguous(grad), indices)) };
}

/** The mean over the ranks of what they say of this rank's rows. Every rank calls it. */
function averageOwn(named: NamedRows, shape: readonly number[], shared: SharedRows): RowSparse {
  const size = getWorldSize();
  if (size === 1) return new RowSparse(named.indices, named.list, shape);
  const { starts } = shared;
  const begin = starts[getRank()];
  const said = exchangeFacts(named);
  if (said.every(({ stored }) => stored >= 0)) {
    const { indices, list: rows } = rowsWithin(gatherLists(named, said), begin, begin + shape[0]);
    scaleInPlace(rows.base, 1 / size);
    return new RowSparse(indices, rows, shape);
  }
  // Ascending, and so in the order of their owners.
  const { indices, values } = new RowSparse(named.indices, named.list, shared.whole.shape).coalesce();
  const positions = view(indices);
  const counts = new Int32Array(size);
  const places = new Int32Array(positions.length);
  for (let k = 0, owner = 0; k < positions.length; k++) {
    while (owner + 1 < size && positions[k] >= starts[owner + 1]) owner++;
    counts[owner]++;
    places[k] = positions[k] - starts[owner];
  }
  const { asked, own } = askRows({ places, counts, inverse: places }, false).asked;
  const gradients = Tensor.allocate([own.numel, shape[1]], values.dtype, false);
  allToAll(gradients, contiguous(values), { inputSplits: list(counts), outputSplits: asked });
  scaleInPlace(gradients, 1 / size);
  return new RowSparse(own, gradients, shape);
}

function exchangeFacts(named: NamedRows): RowFacts[] {
  const size = getWorldSize();
  const { list: rows } = named;
  // A rank without rows goes along with whatever the others do.
  const stored = rows.count === 0 ? 0 : isCompact(named) ? rows.base.shape[0] : -1;
  const facts = Int32Array.of(rows.count, stored, stored > 0 && rows.scale !== null ? 1 : 0);
  const all = Tensor.allocate([size, 3], 'int32', false);
  allGather(all, int32(facts));
  const { array } = all.storage;
  return Array.from({ length: size }, (_, r) => {
    const [count, stores, scaled] = array.subarray(3 * r);
    return { count, stored: stores, isScaled: scaled === 1 };
  });
}
