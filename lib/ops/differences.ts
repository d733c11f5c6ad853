/** Differences of neighbours, and areas by trapezoids. */

import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { logicalXor } from './comparison.js';
import { cat } from './joining.js';
import { checkDense } from './operands.js';
import { sum } from './reduction.js';
import { reshape } from './reshape.js';
import { cumsum } from './running_sums.js';
import { narrow } from './view.js';

export interface DiffOptions {
  /** How often differences are taken. Default 1. */
  n?: number;
  /** The dimension. Default -1. */
  dim?: number;
  /** Elements put before the first. */
  prepend?: Tensor | null;
  /** Elements put after the last. */
  append?: Tensor | null;
}

export interface TrapezoidOptions {
  /** The distance of the points. Default 1; not with x. */
  dx?: number;
  /** The dimension. Default -1. */
  dim?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Each element less the one before it, along a dimension, n times over. */
    diff(options?: DiffOptions): Tensor;
  }
}

/** Each element and the one before it: all but the first, all but the last. */
function neighbours(x: Tensor, d: number): [after: Tensor, before: Tensor] {
  const n = Math.max(x.shape[d] - 1, 0);
  return [narrow(x, d, Math.min(1, x.shape[d]), n), narrow(x, d, 0, n)];
}

/** out[k] = input[k + 1] − input[k] along `dim`, `n` times over; of bool, where neighbours differ. */
export function diff(input: Tensor, options?: DiffOptions): Tensor {
  const { n = 1, dim = -1, prepend, append } = checkOptions('diff', options, ['n', 'dim', 'prepend', 'append']);
  const x = checkDense('diff', 'input', input);
  if (x.ndim === 0) throw new ShapeError('diff: input must have at least one dimension');
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 0) {
    throw new ValueError(`diff: n must be a non-negative integer, got ${describe(n)}`);
  }
  const d = wrapDim('diff', dim, x.ndim);
  if (n === 0) return x.clone();
  const parts = [prepend, x, append].filter((part) => part !== undefined && part !== null);
  let out =
    parts.length === 1
      ? x
      : cat(
          parts.map((part) => checkDense('diff', 'prepend and append', part)),
          d,
        );
  for (let i = 0; i < n && (i === 0 || out.shape[d] > 0); i++) {
    const [after, before] = neighbours(out, d);
    out = out.dtype === 'bool' ? logicalXor(after, before) : sub(after, before);
  }
  return out;
}

/** The areas between neighbours: the mean of two times their distance. */
function areas(
  op: string,
  y: unknown,
  x: unknown,
  options: TrapezoidOptions | undefined,
): { parts: Tensor; d: number } {
  const { dx, dim = -1 } = checkOptions(op, options, ['dx', 'dim']);
  const values = checkDense(op, 'y', y);
  if (values.ndim === 0) throw new ShapeError(`${op}: y must have at least one dimension`);
  const d = wrapDim(op, dim, values.ndim);
  if (dx !== undefined && typeof dx !== 'number') {
    throw new ArgumentError(`${op}: dx must be a number, got ${describe(dx)}`);
  }
  const [after, before] = neighbours(values, d);
  const sums = add(after, before);
  if (x === undefined || x === null) return { parts: mul(sums, (dx ?? 1) / 2), d };
  if (dx !== undefined) throw new ArgumentError(`${op}: takes x or dx, not both`);
  const points = checkDense(op, 'x', x);
  if (points.ndim === 0) throw new ShapeError(`${op}: x must have at least one dimension`);
  // Points of one dimension belong to the dimension of y.
  const placed =
    points.ndim === 1
      ? reshape(
          points,
          values.shape.map((_, i) => (i === d ? -1 : 1)),
        )
      : points;
  const [right, left] = neighbours(placed, points.ndim === 1 ? d : wrapDim(op, dim, placed.ndim));
  return { parts: mul(mul(sums, sub(right, left)), 0.5), d };
}

function area(op: string, y: unknown, x: unknown, options: TrapezoidOptions | undefined): Tensor {
  return inNameOf(op, () => {
    const { parts, d } = areas(op, y, x, options);
    return sum(parts, d);
  });
}

/** The area under y along a dimension, by trapezoids between points x, or `dx` apart. */
export function trapezoid(y: Tensor, x?: Tensor | null, options?: TrapezoidOptions): Tensor {
  return area('trapezoid', y, x, options);
}

/** PyTorch's other name of `trapezoid`. */
export function trapz(y: Tensor, x?: Tensor | null, options?: TrapezoidOptions): Tensor {
  return area('trapz', y, x, options);
}

/** The area under y from the first point to each of the others. */
export function cumulativeTrapezoid(y: Tensor, x?: Tensor | null, options?: TrapezoidOptions): Tensor {
  const op = 'cumulativeTrapezoid';
  return inNameOf(op, () => {
    const { parts, d } = areas(op, y, x, options);
    return cumsum(parts, d);
  });
}

installMethods({
  diff(this: Tensor, options?: DiffOptions) {
    return diff(this, options);
  },
});
