import { describe, ValueError } from '../errors.js';
import { flatten, unflatten } from '../ops/reshape.js';
import { checkOptions } from '../options.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** A dimension of inputs that are not known yet. @throws ValueError unless it is an integer */
function checkPlace(op: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new ValueError(`${op}: ${name} must be an integer, got ${describe(value)}`);
}

/** Joins dimensions startDim (default 1, so that batches stay apart) to endDim (default the last) into one. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim: number | { startDim?: number; endDim?: number } = 1, endDim = -1) {
    super();
    const given = typeof startDim === 'number' ? { startDim, endDim } : startDim;
    const options = checkOptions('Flatten', given, ['startDim', 'endDim']);
    this.startDim = checkPlace('Flatten', 'startDim', options.startDim ?? 1);
    this.endDim = checkPlace('Flatten', 'endDim', options.endDim ?? -1);
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
    this.dim = checkPlace('Unflatten', 'dim', dim);
    if (!Array.isArray(unflattenedSize) || !unflattenedSize.every((size) => Number.isSafeInteger(size) && size >= -1)) {
      throw new ValueError(
        `Unflatten: unflattenedSize must be a list of sizes, one of which may be -1, got ${describe(unflattenedSize)}`,
      );
    }
    this.unflattenedSize = [...unflattenedSize];
  }

  forward(input: Tensor): Tensor {
    return unflatten(checkTensor('Unflatten', 'input', input), this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=(${this.unflattenedSize.join(', ')})`;
  }
}
