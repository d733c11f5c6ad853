import { flatten, unflatten } from '../ops/reshape.js';
import { checkOptions } from '../options.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** Joins dimensions startDim (default 1, so that batches stay apart) to endDim (default the last) into one. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim: number | { startDim?: number; endDim?: number } = 1, endDim = -1) {
    super();
    const given = typeof startDim === 'number' ? { startDim, endDim } : startDim;
    const options = checkOptions('Flatten', given, ['startDim', 'endDim']);
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  forward(input: Tensor): Tensor {
    return flatten(checkTensor('Flatten', 'input', input), this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits dimension `dim` into `sizes`, one of which may be -1. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  forward(input: Tensor): Tensor {
    return unflatten(checkTensor('Unflatten', 'input', input), this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=(${this.unflattenedSize.join(', ')})`;
  }
}
