/** Elements moved around: rolled past the end, mirrored, turned by right angles. */

import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { flip } from './indexing.js';
import { cat } from './joining.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { narrow, transpose } from './view.js';

export interface Rot90Options {
  /** The plane to turn in, from its first dimension towards its second. Default [0, 1]. */
  dims?: readonly [number, number];
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /**
     * A copy in which elements move `shifts` places along dimensions, around the end: one number for each of `dims`, or,
     * without dims, one for the flattened tensor.
     */
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
    /** A copy with the columns (the second dimension) in reverse order. */
    fliplr(): Tensor;
    /** A copy with the rows (the first dimension) in reverse order. */
    flipud(): Tensor;
    /** Turned by k · 90° in a plane. */
    rot90(k?: number, options?: Rot90Options): Tensor;
  }
}

/** A copy in which elements move `shifts` places along `dims`, around the end; without dims in the flattened tensor. */
export function roll(input: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const x = checkDense('roll', 'input', input);
  const steps = Array.isArray(shifts) ? (shifts as readonly number[]) : [shifts as number];
  for (const shift of steps) {
    if (!Number.isInteger(shift)) throw new ArgumentError(`roll: shifts must be integers, got ${describe(shift)}`);
  }
  const list = dims === undefined ? [] : Array.isArray(dims) ? (dims as readonly number[]) : [dims as number];
  if (list.length === 0) {
    if (steps.length !== 1) throw new ValueError(`roll: takes one shift without dims, got ${steps.length}`);
    return reshape(roll(reshape(x, [-1]), steps[0], 0), x.shape);
  }
  if (steps.length !== list.length) {
    throw new ValueError(`roll: needs one shift for each of ${list.length} dims, got ${steps.length}`);
  }
  if (x.ndim === 0) throw new ShapeError('roll: a 0-dimensional tensor has no dims to roll along');
  let out = x;
  for (const [i, dim] of list.entries()) {
    const d = wrapDim('roll', dim, x.ndim);
    const n = x.shape[d];
    if (x.numel === 0 || steps[i] % n === 0) continue;
    const moved = ((steps[i] % n) + n) % n;
    out = cat([narrow(out, d, n - moved, moved), narrow(out, d, 0, n - moved)], d);
  }
  return out === x ? x.clone() : out;
}

/** A copy with the columns in reverse order. @throws ShapeError for fewer than two dimensions. */
export function fliplr(input: Tensor): Tensor {
  const x = checkDense('fliplr', 'input', input);
  if (x.ndim < 2) throw new ShapeError(`fliplr: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  return flip(x, [1]);
}

/** A copy with the rows in reverse order. @throws ShapeError for a number. */
export function flipud(input: Tensor): Tensor {
  const x = checkDense('flipud', 'input', input);
  if (x.ndim < 1) throw new ShapeError('flipud: needs at least 1 dimension, got a 0-dimensional tensor');
  return flip(x, [0]);
}

/** A copy turned by k · 90° in a plane, from the first dimension of `dims` towards the second. */
export function rot90(input: Tensor, k = 1, options?: Rot90Options): Tensor {
  const { dims = [0, 1] } = checkOptions('rot90', options, ['dims']);
  const x = checkDense('rot90', 'input', input);
  if (!Number.isInteger(k)) throw new ArgumentError(`rot90: k must be an integer, got ${describe(k)}`);
  if (!Array.isArray(dims) || dims.length !== 2) {
    throw new ArgumentError(`rot90: dims must be two dimensions, got ${describe(dims)}`);
  }
  if (x.ndim < 2) throw new ShapeError(`rot90: needs at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  const [a, b] = dims.map((d) => wrapDim('rot90', d, x.ndim, 'dims'));
  if (a === b) throw new ValueError(`rot90: dims must be two different dimensions, got ${formatShape(dims)}`);
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return x.clone();
  if (turns === 2) return flip(x, [a, b]);
  return turns === 1 ? transpose(flip(x, [b]), a, b).contiguous() : flip(transpose(x, a, b), [b]);
}

installMethods({
  roll(this: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]) {
    return roll(this, shifts, dims);
  },
  fliplr(this: Tensor) {
    return fliplr(this);
  },
  flipud(this: Tensor) {
    return flipud(this);
  },
  rot90(this: Tensor, k?: number, options?: Rot90Options) {
    return rot90(this, k, options);
  },
});
