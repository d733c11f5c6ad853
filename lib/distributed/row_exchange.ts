import { needsGrad, record } from '../autograd/record.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { gatherRows } from '../calls/gather.js';
import { scaleInPlace } from '../calls/optim.js';
import { contiguous } from '../ops/copy.js';
import { Tensor } from '../tensor/tensor.js';
import { allToAll } from './collectives.js';
import { getWorldSize } from './process_group.js';
import type { SortedLookup } from './shards.js';

const list = (counts: Int32Array): number[] => Array.from(counts);
const sum = (counts: Int32Array) => counts.reduce((a, b) => a + b, 0);

/**
 * The rows of a sharded table that a lookup names: their numbers go to the owners, the rows come back, [distinct rows, dim]. In backward
 * the rows' gradients go to the owners, whose part of the table gets a row-sparse gradient: the mean over the ranks, in rank order.
 * Every rank calls it, and its backward.
 */
export function exchangeRows(weight: Tensor, { places, counts }: SortedLookup): Tensor {
  const size = getWorldSize();
  const [, dim] = weight.shape;
  const asked = new Int32Array(size);
  allToAll(Tensor.wrap(asked, [size], 'int32'), Tensor.wrap(Int32Array.from(counts), [size], 'int32'));
  const own = Tensor.allocate([sum(asked)], 'int32', false);
  const wanted = Tensor.wrap(places, [places.length], 'int32');
  allToAll(own, wanted, { inputSplits: list(counts), outputSplits: list(asked) });
  const given = gatherRows('ShardedEmbedding', contiguous(weight.detach()), own);
  const rows = Tensor.allocate([places.length, dim], weight.dtype, false);
  allToAll(rows, given, { inputSplits: list(asked), outputSplits: list(counts) });
  if (!needsGrad(weight)) return rows;
  const { shape } = weight;
  return record('ShardedRowsBackward', [weight], rows, (grad) => {
    const gradients = Tensor.allocate([own.numel, dim], grad.dtype, false);
    allToAll(gradients, contiguous(grad), { inputSplits: list(counts), outputSplits: list(asked) });
    if (size > 1) scaleInPlace(gradients, 1 / size);
    return [new RowSparse(own, gradients, shape)];
  });
}
