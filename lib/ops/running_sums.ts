import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { reduceFloats, runningSums } from '../calls/reduce.js';
import { DTypeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { to } from './copy.js';
import { checkDense, toComputing } from './operands.js';
import { layoutOf, reducedDims } from './reduction_layout.js';
import { along } from './sorting.js';

export interface CumsumOptions {
  /** Convert to this dtype first; the result has it too. Default: the input's; int32 for bool and uint8. */
  dtype?: DType;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The running sum along a dimension. @throws ValueError when an integer sum does not fit. */
    cumsum(dim: number, options?: CumsumOptions): Tensor;
  }
}

/** Sums of integers, made in double, which holds them exactly as long as they fit; the first misfit is refused. */
function integerSums(x: Tensor, dim: number, dtype: 'int32' | 'uint8'): Tensor {
  const sums = runningSums(false, along(copyOf(x, 'float64'), dim), x.shape);
  if (sums.numel > 0) {
    const all = layoutOf(sums, reducedDims('cumsum', null, sums.ndim), false);
    const [low, high] = dtype === 'int32' ? [-2147483648, 2147483647] : [0, 255];
    const [least, most] = [reduceFloats('min', all).item(), reduceFloats('max', all).item()];
    const misfit = least < low ? least : most > high ? most : null;
    if (misfit !== null) {
      throw new ValueError(
        `cumsum: result ${misfit} does not fit ${dtype}; pass { dtype: 'float64' } to compute in floats`,
      );
    }
  }
  return copyOf(sums, dtype);
}

/** out[k] = Σ input[j] for j ≤ k along `dim`; bool and uint8 add up as int32. @throws ValueError when that overflows. */
export function cumsum(input: Tensor, dim: number, options?: CumsumOptions): Tensor {
  const { dtype } = checkOptions('cumsum', options, ['dtype']);
  const given = checkDense('cumsum', 'input', input);
  const x = toComputing(dtype === undefined ? given : to(given, checkDType('cumsum', dtype)));
  const d = wrapDim('cumsum', dim, x.ndim);
  if (dtype === 'bool') throw new DTypeError("cumsum: dtype can't be bool, whose sums are no running sums; use int32");
  if (!isFloating(x.dtype)) return integerSums(x, d, dtype === 'uint8' ? 'uint8' : 'int32');
  const sums = (values: Tensor, reverse: boolean) => runningSums(reverse, along(values, d), x.shape);
  const out = sums(x, false);
  if (needsGrad(x)) record('CumsumBackward0', [x], out, (grad) => [sums(grad, true)]);
  return dtype === undefined ? out : to(out, dtype);
}

installMethods({
  cumsum(this: Tensor, dim: number, options?: CumsumOptions) {
    return cumsum(this, dim, options);
  },
});
