import { DistributedError } from '../errors.js';
import { savedBytes } from '../io/tensor_bytes.js';
import { crc32 } from '../io/zip/zlib.js';
import { Tensor } from '../tensor/tensor.js';
import { allGather } from './collectives.js';
import type { ProcessGroup } from './process_group.js';

/**
 * Compares what all ranks should have alike, by a checksum of each. Every rank calls it.
 * @throws DistributedError on every rank, naming what differs first and between which ranks
 */
export function checkAlike(group: ProcessGroup, op: string, named: readonly (readonly [string, Tensor])[]): void {
  const { size } = group;
  const own = Tensor.wrap(
    Int32Array.from(named, ([, tensor]) => crc32(savedBytes(tensor))),
    [named.length],
    'int32',
  );
  const all = Tensor.allocate([size, named.length], 'int32', false);
  allGather(all, own);
  const { array } = all.storage;
  for (const [i, [name]] of named.entries()) {
    for (let rank = 1; rank < size; rank++) {
      if (array[rank * named.length + i] === array[i]) continue;
      throw new DistributedError(
        `${op}: the ranks have drifted apart: the parameter '${name}' of rank ${rank} is not that of rank 0; every rank must make the same steps, ` +
          'with the same options of its optimizer, and change parameters in no other way',
      );
    }
  }
}
