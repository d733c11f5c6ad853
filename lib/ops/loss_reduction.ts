import { needsGrad } from '../autograd/record.js';
import { AutogradError, describe, ValueError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';

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

/** The weights of a loss, contiguous. @throws AutogradError where they ask for a gradient, which such a loss has not. */
export function constantWeight(op: string, name: string, weight: Tensor): Tensor {
  if (needsGrad(weight)) {
    throw new AutogradError(
      `${op}: ${name} gets no gradient from this loss, so it must not require one; pass ${name}.detach(), or multiply the losses of reduction 'none' by it`,
    );
  }
  return contiguous(weight.detach());
}

/** A 0-dimensional tensor. */
export function scalarTensor(value: number, dtype: DType): Tensor {
  // A loss is mostly read and differentiated, not computed with. An array of its own is the cheapest to make: V8 gives it
  // a buffer only when native code asks.
  const array = dtype === 'float64' ? new Float64Array(1) : new Float32Array(1);
  array[0] = value;
  return Tensor.wrap(array, [], dtype);
}
