/** Tensors made after the model of others, and numbers evenly spaced on a logarithmic scale. */

import { needsGrad, record } from '../autograd/record.js';
import { sumTo } from '../calls/reduce.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkDType, isFloating } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { to } from './copy.js';
import { boundsIn, empty, full, type TensorData, type TensorOptions, tensor, zeros } from './creation.js';
import { fillLike } from './fill_like.js';
import { type Sizes, sizesOf } from './make_view.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';

export interface LogspaceOptions extends TensorOptions {
  /** What is raised to the powers. Default 10. */
  base?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A tensor of one value and this dtype (or another). */
    newFull(size: number | readonly number[], value: number | boolean, options?: TensorOptions): Tensor;
    /** Ones of this dtype (or another). */
    newOnes(size: number | readonly number[], options?: TensorOptions): Tensor;
    /** Zeros of this dtype (or another). */
    newZeros(size: number | readonly number[], options?: TensorOptions): Tensor;
    /** A tensor of this dtype (or another) whose content is unspecified. */
    newEmpty(size: number | readonly number[], options?: TensorOptions): Tensor;
    /** A tensor of this dtype (or another) with a copy of the data. */
    newTensor(data: TensorData, options?: TensorOptions): Tensor;
    /** A tensor like this one, of one value. */
    fill(value: number | boolean | Tensor): Tensor;
    /** `reshape` to another tensor's shape. */
    reshapeAs(other: Tensor): Tensor;
    /** Summed over dimensions until it has a shape that would broadcast to this one's. */
    sumToSize(...size: (number | readonly number[])[]): Tensor;
    /** `to('int32')`: integers have 32 bits. */
    long(): Tensor;
    /** `to('uint8')` */
    byte(): Tensor;
  }
}

function optionsFor(op: string, like: unknown, options: TensorOptions | undefined): TensorOptions {
  const { dtype, requiresGrad } = checkOptions(op, options, ['dtype', 'requiresGrad']);
  return { dtype: dtype ?? checkDense(op, 'this', like).dtype, requiresGrad };
}

/** base^start, …, base^end: `steps` numbers whose exponents are evenly spaced, both ends included. */
export function logspace(start: number, end: number, steps: number, options?: LogspaceOptions): Tensor {
  const {
    base = 10,
    dtype = 'float32',
    requiresGrad,
  } = checkOptions('logspace', options, ['base', 'dtype', 'requiresGrad']);
  for (const [name, value] of Object.entries({ start, end, base })) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ValueError(`logspace: ${name} must be a finite number, got ${describe(value)}`);
    }
  }
  if (typeof steps !== 'number' || !Number.isInteger(steps) || steps < 0) {
    throw new ShapeError(`logspace: steps must be a non-negative integer, got ${describe(steps)}`);
  }
  const [first, last] = boundsIn(checkDType('logspace', dtype), start, end);
  const step = steps > 1 ? (last - first) / (steps - 1) : 0;
  const exponent = (i: number) => (i < steps / 2 ? first + i * step : last - (steps - 1 - i) * step);
  const values = Float64Array.from({ length: steps }, (_, i) => base ** exponent(i));
  return tensor(values, { dtype, requiresGrad });
}

/** Input summed over dimensions until it has `size`, which would broadcast to its shape; itself when it has it. */
function sumToSize(input: Tensor, sizes: Sizes): Tensor {
  const x = checkDense('sumToSize', 'input', input);
  const size = sizesOf('sumToSize', sizes);
  const lead = x.ndim - size.length;
  if (sameShape(size, x.shape)) return size.length === 0 ? x.clone() : x;
  if (lead < 0 || size.some((n, i) => n !== 1 && n !== x.shape[i + lead])) {
    throw new ShapeError(`sumToSize: size ${formatShape(size)} does not broadcast to ${formatShape(x.shape)}`);
  }
  if (x.dtype !== 'float32' && x.dtype !== 'float64') {
    const dims = x.shape.map((_, i) => i).filter((i) => i < lead || (size[i - lead] === 1 && x.shape[i] !== 1));
    return to(reshape(x.sum(dims), size), x.dtype);
  }
  const out = sumTo(x.detach(), size);
  if (!needsGrad(x)) return out;
  return record('SumToSizeBackward0', [x], out, (grad) => [grad.expand(x.shape)]);
}

function filled(x: Tensor, value: number | boolean | Tensor): Tensor {
  const out = fillLike('fill', x.shape, value, x.dtype);
  const source = typeof value === 'object' ? value : null;
  if (!isFloating(x.dtype) || !needsGrad(x, source)) return out;
  return record('FillBackward0', source === null ? [x] : [x, source], out, (grad, needs) => [
    needs[0] ? Tensor.allocate(x.shape, grad.dtype) : null,
    needs[1] ? sumTo(grad, []) : null,
  ]);
}

installMethods({
  newFull(this: Tensor, size: number | readonly number[], value: number | boolean, options?: TensorOptions) {
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new ArgumentError(`newFull: value must be a number or boolean, got ${describe(value)}`);
    }
    return inNameOf('newFull', () => full(size, value, optionsFor('newFull', this, options)));
  },
  newOnes(this: Tensor, size: number | readonly number[], options?: TensorOptions) {
    return inNameOf('newOnes', () => full(size, 1, optionsFor('newOnes', this, options)));
  },
  newZeros(this: Tensor, size: number | readonly number[], options?: TensorOptions) {
    return inNameOf('newZeros', () => zeros(size, optionsFor('newZeros', this, options)));
  },
  newEmpty(this: Tensor, size: number | readonly number[], options?: TensorOptions) {
    return inNameOf('newEmpty', () => empty(size, optionsFor('newEmpty', this, options)));
  },
  newTensor(this: Tensor, data: TensorData, options?: TensorOptions) {
    return inNameOf('newTensor', () => tensor(data, optionsFor('newTensor', this, options)));
  },
  fill(this: Tensor, value: number | boolean | Tensor) {
    return filled(checkDense('fill', 'this', this), value);
  },
  reshapeAs(this: Tensor, other: Tensor) {
    return inNameOf('reshapeAs', () => reshape(this, checkDense('reshapeAs', 'other', other).shape));
  },
  sumToSize(this: Tensor, ...size: Sizes) {
    return sumToSize(this, size);
  },
  long(this: Tensor) {
    return to(this, 'int32');
  },
  byte(this: Tensor) {
    return to(this, 'uint8');
  },
});
