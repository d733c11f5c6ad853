import { needsGrad, record } from '../autograd/record.js';
import { firstOf } from '../calls/order.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { checkPositions, namedPair, scatterGradient, type ValuesAndIndices } from './extremes.js';
import { checkDense, toComputing } from './operands.js';
import { type Layout, layoutOf } from './reduction_layout.js';

export interface SortOptions {
  /** Largest first. Default false. */
  descending?: boolean;
  /** Sorting always keeps the order of equal elements; accepted because PyTorch has it. */
  stable?: boolean;
}

export interface TopkOptions {
  /** The largest (default) or the smallest. */
  largest?: boolean;
  /** Results are always sorted, best first; accepted because PyTorch has it. */
  sorted?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Sorted along a dimension (default the last), with positions (int32). Stable; NaN counts as the greatest. */
    sort(dim?: number, options?: SortOptions): ValuesAndIndices;
    /** The positions (int32) that sort a dimension (default the last). */
    argsort(dim?: number, options?: SortOptions): Tensor;
    /** The k largest elements along a dimension (default the last), best first, with positions (int32). */
    topk(k: number, dim?: number, options?: TopkOptions): ValuesAndIndices;
  }
}

/** An option that is true or false, read once: it may be inherited, or a getter's. */
function flag(op: string, name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean')
    throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
  return value;
}

/** A tensor seen along one dimension; a 0-dimensional one is a list of one. */
export function along(x: Tensor, dim: number): Layout {
  return layoutOf(x, x.ndim === 0 ? [] : [dim], true);
}

function best(node: string, x: Tensor, k: number, dim: number, largest: boolean): ValuesAndIndices {
  const layout = along(x, dim);
  checkPositions(node === 'TopkBackward0' ? 'topk' : 'sort', layout.n);
  const shape = x.shape.map((size, i) => (i === dim ? k : size));
  const [values, indices] = firstOf(k, largest, layout, shape);
  if (isFloating(x.dtype) && needsGrad(x)) {
    record(node, [x], values, (grad) => [scatterGradient(x, grad, indices, layout)], [indices]);
  }
  return namedPair(values, indices);
}

/** The elements sorted along `dim` and their positions. Equal elements keep their order; NaN counts as the greatest. */
export function sort(input: Tensor, dim = -1, options?: SortOptions): ValuesAndIndices {
  const given = checkOptions('sort', options, ['descending', 'stable']);
  const descending = flag('sort', 'descending', given.descending, false);
  flag('sort', 'stable', given.stable, true);
  const x = toComputing(checkDense('sort', 'input', input));
  const d = wrapDim('sort', dim, x.ndim);
  return best('SortBackward0', x, x.ndim === 0 ? 1 : x.shape[d], d, descending);
}

/** The positions that sort `dim`. */
export function argsort(input: Tensor, dim = -1, options?: SortOptions): Tensor {
  return inNameOf('argsort', () => sort(checkDense('argsort', 'input', input).detach(), dim, options).indices);
}

/** The k largest (or smallest) elements along `dim`, best first, and their positions. */
export function topk(input: Tensor, k: number, dim = -1, options?: TopkOptions): ValuesAndIndices {
  const given = checkOptions('topk', options, ['largest', 'sorted']);
  const largest = flag('topk', 'largest', given.largest, true);
  flag('topk', 'sorted', given.sorted, true);
  const x = toComputing(checkDense('topk', 'input', input));
  const d = wrapDim('topk', dim, x.ndim);
  const size = x.ndim === 0 ? 1 : x.shape[d];
  if (typeof k !== 'number' || !Number.isInteger(k) || k < 0 || k > size) {
    throw new ValueError(
      `topk: k must be an integer from 0 to ${size}, the size of dimension ${d}, got ${describe(k)}`,
    );
  }
  return best('TopkBackward0', x, k, d, largest);
}

installMethods({
  sort(this: Tensor, dim?: number, options?: SortOptions) {
    return sort(this, dim, options);
  },
  argsort(this: Tensor, dim?: number, options?: SortOptions) {
    return argsort(this, dim, options);
  },
  topk(this: Tensor, k: number, dim?: number, options?: TopkOptions) {
    return topk(this, k, dim, options);
  },
});
