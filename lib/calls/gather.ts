import { native } from '../addon/native.js';
import { badIndex } from '../ops/embedding.js';
import { Tensor } from '../tensor/tensor.js';
import { planBags } from './embedding_bag.js';
import { plan } from './plan.js';

/**
 * Rows of a contiguous table of 16-bit floats, or of int8 in a uint8 tensor with a factor for each row, widened to
 * float32 on the way: indices.shape + [dim]. @throws IndexError before anything is written.
 */
export function lookUpStored(op: string, table: Tensor, factor: Tensor | null, indices: Tensor): Tensor {
  const [rows, dim] = table.shape;
  const out = Tensor.allocate([...indices.shape, dim], 'float32', false);
  const oneBag = { indices, offsets: null, includeLast: false, count: 1, padding: -1 };
  planBags(oneBag, { table, rows, dim, factor, out });
  const bad = native.gatherStored(
    plan,
    out.storage.array,
    table.storage.array,
    factor?.storage.array ?? null,
    indices.storage.array,
  );
  if (bad >= 0) throw badIndex(op, indices, bad, rows);
  return out;
}
