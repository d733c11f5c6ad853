import { type DType, dtypes } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { meet } from './collectives.js';
import type { ProcessGroup } from './process_group.js';

/** A table in one range of memory that all ranks see, for ranks of one machine: looking up rows of others costs no message. */
export interface SharedRows {
  /** [rows, dim]: each rank's rows, with a gap behind them. A rank writes to its own only. */
  readonly whole: Tensor;
  /** Where in it each rank's rows begin. */
  readonly starts: readonly number[];
  /** This rank's part of the memory. */
  readonly own: Storage;
}

const largePage = 2 ** 21;
const page = 4096;

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Rows after which a part ends at the end of a page; that of large parts may be a large one. */
function wholePages(rows: number, rowBytes: number): number {
  const unit = rows * rowBytes >= 4 * largePage ? largePage : page;
  const step = unit / commonDivisor(unit, rowBytes);
  return Math.ceil(rows / step) * step;
}

/** Whether lookups may read other ranks' memory. Tests try both ways on one machine. */
function isWanted(group: ProcessGroup): boolean {
  return group.isOneMachine && process.env.LUTRA_SHARED_MEMORY !== '0';
}

/**
 * Memory for a table, all zeros. Every rank calls it.
 * @param counts how many rows each rank has
 * @returns null where the ranks are on several machines, or the system does not let them share memory
 */
export function shareRows(
  op: string,
  group: ProcessGroup,
  counts: readonly number[],
  dim: number,
  dtype: DType,
): SharedRows | null {
  const { mpi, rank } = group;
  const info = dtypes[dtype];
  if (mpi === null) {
    const own = Storage.lasting(dtype, counts[0] * dim);
    return { whole: new Tensor(own, [counts[0], dim], [dim, 1], 0), starts: [0], own };
  }
  const rowBytes = dim * info.bytes;
  const parts = counts.map((count) => wholePages(count, rowBytes));
  const rows = parts.reduce((a, b) => a + b, 0);
  // Positions in it are int32, and V8 bounds arrays.
  const fits = rows > 0 && rows < 2 ** 31 && rows * dim < 2 ** 32;
  const shape = formatShape([counts.reduce((a, b) => a + b, 0), dim]);
  meet(op, `${op} of ${shape}, ${dtype}${isWanted(group) ? ', in shared memory' : ''}`);
  if (!fits || !isWanted(group)) return null;
  const memory = mpi.share(Float64Array.from(parts, (part) => part * rowBytes));
  if (memory === null) return null;
  const starts = parts.map((_, r) => parts.slice(0, r).reduce((a, b) => a + b, 0));
  const all = new Storage(new info.array(memory, 0, rows * dim), dtype);
  const whole = new Tensor(all, [rows, dim], [dim, 1], 0);
  const own = new Storage(new info.array(memory, starts[rank] * rowBytes, counts[rank] * dim), dtype);
  return { whole, starts, own };
}
