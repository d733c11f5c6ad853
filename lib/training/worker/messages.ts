import { copyOf } from '../../calls/copy.js';
import type { DType, TypedArray } from '../../tensor/dtype.js';
import { contiguousStrides } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { EpochRecord } from '../records.js';
import { packTree, unpackTree } from '../state_tree.js';

/** A value between threads: tensors by their elements, which are copies. */
export interface PackedValue {
  readonly json: string;
  readonly tensors: readonly { name: string; dtype: DType; shape: readonly number[]; data: TypedArray }[];
}

/** How a training in a worker gets on. */
export interface WorkerProgress {
  readonly epoch: number;
  readonly epochs: number | null;
  readonly step: number;
  readonly steps: number | null;
  readonly batch: number;
  readonly batches: number | null;
  /** The mean loss of the last steps. */
  readonly loss: number;
  readonly lr: number;
  readonly seconds: number;
  /** What the pass gave, where one has just ended. */
  readonly record: EpochRecord | null;
}

/** What a worker is started with. */
export interface JobData {
  /** The address of the user's module. */
  readonly module: string;
  readonly exportName: string;
  readonly data: PackedValue;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly progress: WorkerProgress }
  | { readonly kind: 'result'; readonly value: PackedValue }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly stack: string };

/** @throws ArgumentError naming what can't go to another thread */
export function packValue(what: string, value: unknown): PackedValue {
  const { json, tensors } = packTree(what, value);
  const packed = [...tensors].map(([name, tensor]) => {
    const { dtype, shape, storage } = copyOf(tensor);
    return { name, dtype, shape, data: storage.array };
  });
  return { json, tensors: packed };
}

export function unpackValue(what: string, { json, tensors }: PackedValue): unknown {
  const named = tensors.map(({ name, dtype, shape, data }): [string, Tensor] => {
    const own = Tensor.allocate(shape, dtype, false);
    own.storage.array.set(data);
    return [name, new Tensor(own.storage, shape, contiguousStrides(shape), own.offset)];
  });
  return unpackTree(what, { json, tensors: new Map(named) });
}
