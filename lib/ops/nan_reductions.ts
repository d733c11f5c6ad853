/** Sums and means that leave NaN out. */

import { needsGrad, record } from '../autograd/record.js';
import { reduceFloats } from '../calls/reduce.js';
import { inNameOf } from '../error_names.js';
import { DTypeError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { isnan, logicalNot } from './comparison.js';
import { to } from './copy.js';
import { where } from './masking.js';
import { checkDense, toComputing } from './operands.js';
import { type SumOptions, sum } from './reduction.js';
import { type Dims, layoutOf, readArguments, reducedDims } from './reduction_layout.js';
import { reshape } from './reshape.js';
import { expand } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The sum of what is not NaN, over all elements or some dimensions. */
    nansum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
    /** The mean of what is not NaN, over all elements or some dimensions; NaN of nothing else. */
    nanmean(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
  }
}

function withoutNaN(input: Tensor): Tensor {
  return isFloating(input.dtype) ? where(isnan(input), 0, input) : input;
}

/** The sum over `dim` (all dimensions by default) of what is not NaN. */
export function nansum(input: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  const args = readArguments('nansum', dim, options, ['keepdim', 'dtype']);
  const x = toComputing(checkDense('nansum', 'input', input));
  const { keepdim } = args;
  const { dtype } = args.options;
  if (!isFloating(x.dtype) || dtype !== undefined) {
    return inNameOf('nansum', () => sum(withoutNaN(x), args.dim ?? null, args.options));
  }
  const dims = reducedDims('nansum', args.dim ?? null, x.ndim);
  const out = reduceFloats('sumNumbers', layoutOf(x.detach(), dims, keepdim));
  if (!needsGrad(x)) return out;
  // Every number gets the sum's gradient; dimensions that were summed away come back with size 1.
  const kept = x.shape.map((size, i) => (dims.includes(i) ? 1 : size));
  const backward = (grad: Tensor) => [where(isnan(x.detach()), 0, expand(reshape(grad, kept), x.shape))];
  return record('NansumBackward0', [x], out, backward, [x]);
}

/** The mean over `dim` (all dimensions by default) of what is not NaN. @throws DTypeError for integers */
export function nanmean(input: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  const args = readArguments('nanmean', dim, options, ['keepdim', 'dtype']);
  const given = checkDense('nanmean', 'input', input);
  if (!isFloating(given.dtype)) throw new DTypeError(`nanmean: input must be floating-point, got ${given.dtype}`);
  const x = toComputing(args.options.dtype === undefined ? given : to(given, args.options.dtype));
  const { keepdim } = args;
  return inNameOf('nanmean', () => {
    const count = sum(logicalNot(isnan(x)), args.dim ?? null, { keepdim });
    return div(sum(withoutNaN(x), args.dim ?? null, { keepdim }), count);
  });
}

installMethods({
  nansum(this: Tensor, dim?: Dims | SumOptions, options?: SumOptions) {
    return nansum(this, dim, options);
  },
  nanmean(this: Tensor, dim?: Dims | SumOptions, options?: SumOptions) {
    return nanmean(this, dim, options);
  },
});
