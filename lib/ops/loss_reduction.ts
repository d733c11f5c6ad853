import { describe, ValueError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

/** What a loss gives: each sample's loss, their mean, or their sum. */
export type Reduction = 'none' | 'mean' | 'sum';

export interface ReductionOption {
  /** 'mean' (the default), 'sum', or 'none' for every loss by itself. */
  reduction?: Reduction;
}

export function checkReduction(op: string, reduction: unknown): Reduction {
  if (reduction === undefined) return 'mean';
  if (reduction === 'none' || reduction === 'mean' || reduction === 'sum') return reduction;
  throw new ValueError(`${op}: reduction must be 'none', 'mean' or 'sum', got ${describe(reduction)}`);
}

/** A 0-dimensional tensor. */
export function scalarTensor(value: number, dtype: DType): Tensor {
  const out = Tensor.allocate([], dtype, false);
  out.storage.array[0] = value;
  return out;
}
