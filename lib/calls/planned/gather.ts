// Made by scripts/make_calls.mjs from native/binding/planned/gather.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface GatherRowsCall {
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly out: Tensor;
  readonly table: Tensor;
  readonly indices: Tensor;
}

/** out[i, :] = table[indices[i], :] */
export function callGatherRows(call: GatherRowsCall): number {
  const out = call.out.storage.array;
  const table = call.table.storage.array;
  const indices = call.indices.storage.array;
  plan[0] = 0x1eecfbe0;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.out.offset;
  plan[5] = call.table.offset;
  plan[6] = call.indices.offset;
  return native.gatherRows(plan, out, table, indices);
}

export interface ScatterRowsCall {
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly skip: number;
  readonly accumulate: boolean;
  readonly scaleByFrequency: boolean;
  readonly valueRows: number;
  readonly table: TypedArray;
  readonly tableOffset: number;
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly source: Tensor | null;
  readonly scale: Tensor | null;
}

/** table[indices[i], :] += row i of a list of rows, into zeros unless `accumulate`. */
export function callScatterRows(call: ScatterRowsCall): number {
  const table = call.table;
  const values = call.values.storage.array;
  const indices = call.indices.storage.array;
  const source = call.source === null ? null : call.source.storage.array;
  const scale = call.scale === null ? null : call.scale.storage.array;
  plan[0] = 0x4e3d881e;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.skip;
  plan[5] = call.accumulate ? 1 : 0;
  plan[6] = call.scaleByFrequency ? 1 : 0;
  plan[7] = call.valueRows;
  plan[8] = call.tableOffset;
  plan[9] = call.values.offset;
  plan[10] = call.indices.offset;
  plan[11] = call.source === null ? 0 : call.source.offset;
  plan[12] = call.scale === null ? 0 : call.scale.offset;
  return native.scatterRows(plan, table, values, indices, source, scale);
}

export interface CoalesceRowsCall {
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly room: number;
  readonly valueRows: number;
  readonly outIndices: Tensor;
  readonly outValues: Tensor;
  readonly indices: Tensor;
  readonly values: Tensor;
  readonly source: Tensor | null;
  readonly scale: Tensor | null;
}

/** Sums the rows of equal indices; outIndices and outValues have room for `room` rows. */
export function callCoalesceRows(call: CoalesceRowsCall): number {
  const outIndices = call.outIndices.storage.array;
  const outValues = call.outValues.storage.array;
  const indices = call.indices.storage.array;
  const values = call.values.storage.array;
  const source = call.source === null ? null : call.source.storage.array;
  const scale = call.scale === null ? null : call.scale.storage.array;
  plan[0] = 0x9310740d;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.room;
  plan[5] = call.valueRows;
  plan[6] = call.outIndices.offset;
  plan[7] = call.outValues.offset;
  plan[8] = call.indices.offset;
  plan[9] = call.values.offset;
  plan[10] = call.source === null ? 0 : call.source.offset;
  plan[11] = call.scale === null ? 0 : call.scale.offset;
  return native.coalesceRows(plan, outIndices, outValues, indices, values, source, scale);
}

/** What `callCoalesceRows` left in the plan. */
export const resultsOfCoalesceRows = {
  get distinct(): number {
    return plan[12];
  },
};

export interface CountDistinctCall {
  readonly count: number;
  readonly rows: number;
  readonly indices: Tensor;
}

/** How many distinct indices there are; a bad one at position p gives -1 - p. */
export function callCountDistinct(call: CountDistinctCall): number {
  const indices = call.indices.storage.array;
  plan[0] = 0xf1de87d7;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.indices.offset;
  return native.countDistinct(plan, indices);
}

export interface RenormRowsCall {
  readonly count: number;
  readonly rows: number;
  readonly dim: number;
  readonly maxNorm: number;
  readonly p: number;
  readonly table: Tensor;
  readonly indices: Tensor;
}

/** Scales the rows that indices name to a largest norm. Gives a bad index's position, -1 for no change, or -2. */
export function callRenormRows(call: RenormRowsCall): number {
  const table = call.table.storage.array;
  const indices = call.indices.storage.array;
  plan[0] = 0xdbe4bda8;
  plan[1] = call.count;
  plan[2] = call.rows;
  plan[3] = call.dim;
  plan[4] = call.maxNorm;
  plan[5] = call.p;
  plan[6] = call.table.offset;
  plan[7] = call.indices.offset;
  return native.renormRows(plan, table, indices);
}
