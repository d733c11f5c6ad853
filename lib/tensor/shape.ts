import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';

export type Shape = readonly number[];

/** The most dimensions that a tensor may have; PyTorch's operations stop there, too. */
export const mostDims = 64;

function refuseDims(op: string, ndim: number): never {
  throw new ShapeError(`${op}: a tensor has at most ${mostDims} dimensions, got ${ndim}`);
}

/**
 * The number of elements. `checkShape` sees to it that a shape's product is below 2^53; here it is not checked.
 * @throws ShapeError for more dimensions than a tensor may have.
 */
export function numelOf(shape: Shape): number {
  if (shape.length > mostDims) refuseDims('shape', shape.length);
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i], 1);
  }
  return strides;
}

export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1) {
      if (strides[i] !== step) return false;
      step *= shape[i];
    }
  }
  return true;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function formatShape(shape: Shape): string {
  if (shape.length > mostDims) return `[${shape.slice(0, 8).join(', ')}, … (${shape.length} in all)]`;
  return `[${shape.join(', ')}]`;
}

/** @throws ShapeError unless `shape` is an array of non-negative integers whose product is below 2^53. */
export function checkShape(op: string, shape: unknown): number[] {
  if (!Array.isArray(shape)) throw new ArgumentError(`${op}: shape must be an array of sizes, got ${describe(shape)}`);
  if (shape.length > mostDims) refuseDims(op, shape.length);
  let n = 1;
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i];
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
      throw new ShapeError(`${op}: size ${i} of the shape must be a non-negative integer, got ${describe(size)}`);
    }
    n *= size;
  }
  if (!(n <= Number.MAX_SAFE_INTEGER)) {
    throw new ShapeError(`${op}: a tensor of shape ${formatShape(shape)} has more than 2^53 elements`);
  }
  return shape.slice();
}

/** A dimension in [-ndim, ndim) as one in [0, ndim); a 0-d tensor has dimensions -1 and 0, as in PyTorch. */
export function wrapDim(op: string, dim: unknown, ndim: number, name = 'dim'): number {
  const n = Math.max(ndim, 1);
  if (typeof dim !== 'number' || !Number.isInteger(dim)) {
    throw new ArgumentError(`${op}: ${name} must be an integer, got ${describe(dim)}`);
  }
  if (dim < -n || dim >= n) {
    throw new ValueError(`${op}: ${name} must be from ${-n} to ${n - 1} for a ${ndim}-dimensional tensor, got ${dim}`);
  }
  return dim < 0 ? dim + n : dim;
}

/** The shape two operands broadcast to, by NumPy's rule. @throws ShapeError naming both shapes. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const ndim = Math.max(a.length, b.length);
  const out = new Array<number>(ndim);
  for (let i = 0; i < ndim; i++) {
    const x = i < ndim - a.length ? 1 : a[i - (ndim - a.length)];
    const y = i < ndim - b.length ? 1 : b[i - (ndim - b.length)];
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: sizes ${x} and ${y} differ at dimension ${i - ndim}`,
      );
    }
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** The strides with which a tensor of `shape` reads as `target`: 0 along every broadcast dimension. */
export function broadcastStrides(shape: Shape, strides: readonly number[], target: Shape): number[] {
  const lead = target.length - shape.length;
  const out = new Array<number>(target.length).fill(0);
  for (let i = 0; i < shape.length; i++) out[i + lead] = shape[i] === 1 && target[i + lead] !== 1 ? 0 : strides[i];
  return out;
}
