/** The largest and smallest values over several dimensions; equal ones share the gradient. */

import { needsGrad, record } from '../autograd/record.js';
import { choose } from '../calls/elementwise.js';
import { extremes } from '../calls/order.js';
import { reduceFloats } from '../calls/reduce.js';
import { ValueError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { eq } from './comparison.js';
import { checkDense, toComputing } from './operands.js';
import { sum } from './reduction.js';
import { type Dims, type KeepdimOptions, layoutOf, readArguments, reducedDims, spread } from './reduction_layout.js';

/** The smallest and the largest values: a pair that also has names, as PyTorch's result has. */
export type MinAndMax = [min: Tensor, max: Tensor] & { min: Tensor; max: Tensor };

export interface AminmaxOptions extends KeepdimOptions {
  /** The dimension to reduce. Default: all. */
  dim?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The largest elements over some dimensions (default all). Unlike those of `max`, equal ones share the gradient. */
    amax(dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor;
    /** The smallest elements over some dimensions (default all). Unlike those of `min`, equal ones share the gradient. */
    amin(dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor;
    /** The smallest and the largest elements, of everything or along a dimension. */
    aminmax(options?: AminmaxOptions): MinAndMax;
  }
}

function extreme(op: string, largest: boolean, node: string, input: unknown, dim: Dims | undefined, keepdim: boolean) {
  const x = toComputing(checkDense(op, 'input', input));
  const dims = reducedDims(op, dim, x.ndim);
  const layout = layoutOf(x.detach(), dims, keepdim);
  if (layout.n === 0) throw new ValueError(`${op}: there are no elements to choose from along these dimensions`);
  const out = isFloating(x.dtype) ? reduceFloats(largest ? 'max' : 'min', layout) : extremes(largest, layout)[0];
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record(
    node,
    [x],
    out,
    (grad) => {
      const mask = eq(x, spread(out, x.shape, dims));
      const share = div(spread(grad, x.shape, dims), sum(mask, dims, { keepdim: true }));
      return [choose(mask, share, 0, x.shape, x.dtype)];
    },
    [x, out],
  );
}

/** The largest elements over `dim`: one dimension, several, or (default) all. @throws ValueError for no elements. */
export function amax(input: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor {
  const args = readArguments('amax', dim, options, ['keepdim']);
  return extreme('amax', true, 'AmaxBackward0', input, args.dim, args.keepdim);
}

/** The smallest elements over `dim`: one dimension, several, or (default) all. @throws ValueError for no elements. */
export function amin(input: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor {
  const args = readArguments('amin', dim, options, ['keepdim']);
  return extreme('amin', false, 'AminBackward0', input, args.dim, args.keepdim);
}

/** The smallest and the largest elements, of everything or along `options.dim`. */
export function aminmax(input: Tensor, options?: AminmaxOptions): MinAndMax {
  const { options: given, keepdim } = readArguments<AminmaxOptions>('aminmax', null, options, ['dim', 'keepdim']);
  const ends = [false, true].map((largest) => {
    return extreme('aminmax', largest, 'AminmaxBackward0', input, given.dim, keepdim);
  }) as [Tensor, Tensor];
  return Object.assign(ends, { min: ends[0], max: ends[1] });
}

installMethods({
  amax(this: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions) {
    return amax(this, dim, options);
  },
  amin(this: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions) {
    return amin(this, dim, options);
  },
  aminmax(this: Tensor, options?: AminmaxOptions) {
    return aminmax(this, options);
  },
});
