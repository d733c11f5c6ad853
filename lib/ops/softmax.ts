import { needsGrad, record } from '../autograd/record.js';
import { layout } from '../calls/select.js';
import { softmaxBackward, softmaxOf } from '../calls/softmax.js';
import { ArgumentError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { wrapDim } from '../tensor/shape.js';
import { checkFloat, checkTensor, installMethods, type Tensor } from '../tensor/tensor.js';
import { contiguous, to } from './copy.js';

export interface SoftmaxOptions {
  /** Convert the input to this dtype first. Default: keep its own. */
  dtype?: DType;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** exp(x) / Σ exp(x) along `dim`. */
    softmax(dim: number, options?: SoftmaxOptions): Tensor;
    /** log(softmax(x)) along `dim`, without the overflow. */
    logSoftmax(dim: number, options?: SoftmaxOptions): Tensor;
  }
}

function apply(op: string, input: Tensor, dim: number, options: SoftmaxOptions | undefined, log: boolean): Tensor {
  const { dtype } = checkOptions(op, options, ['dtype']);
  checkTensor(op, 'input', input);
  if (dim === undefined || dim === null) throw new ArgumentError(`${op}: dim must be given`);
  const x = checkFloat(op, 'input', dtype === undefined ? input : to(input, checkDType(op, dtype)));
  const d = wrapDim(op, dim, x.ndim);
  const at = x.ndim === 0 ? { outer: 1, rows: 1, inner: 1 } : layout(x.shape, d);
  const out = softmaxOf(contiguous(x.detach()), at, log);
  if (!needsGrad(x)) return out;
  const y = out.detach();
  const backward = (grad: Tensor) => [softmaxBackward(contiguous(grad), y, at, log)];
  return record(log ? 'LogSoftmaxBackward0' : 'SoftmaxBackward0', [x], out, backward, [y]);
}

/**
 * exp(x - max) / Σ exp(x - max) along `dim`: non-negative numbers that add up to 1.
 * A slice with nothing but -Infinity gives NaN, as in PyTorch.
 */
export function softmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  return apply('softmax', input, dim, options, false);
}

/** x - max - log(Σ exp(x - max)) along `dim`. */
export function logSoftmax(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  return apply('logSoftmax', input, dim, options, true);
}

installMethods({
  softmax(this: Tensor, dim: number, options?: SoftmaxOptions) {
    return softmax(this, dim, options);
  },
  logSoftmax(this: Tensor, dim: number, options?: SoftmaxOptions) {
    return logSoftmax(this, dim, options);
  },
});
