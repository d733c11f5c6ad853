import { needsGrad, record } from '../autograd/record.js';
import { ternary } from '../calls/elementwise.js';
import { sumTo } from '../calls/reduce.js';
import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, type Shape } from '../tensor/shape.js';
import { checkFloat, installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './arithmetic.js';

export interface ValueOptions {
  /** The factor of the second term. Default 1. */
  value?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** this + value · tensor1 · tensor2, broadcast. */
    addcmul(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor;
    /** this + value · tensor1 / tensor2, broadcast. */
    addcdiv(tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor;
    /** The way from this tensor to `end` by `weight`: this + weight · (end − this), broadcast. */
    lerp(end: Tensor, weight: number | Tensor): Tensor;
  }
}

/** Float tensors of one dtype. */
function checkSame(op: string, tensors: { readonly [name: string]: unknown }): Tensor[] {
  const checked = Object.entries(tensors).map(([name, value]) => checkFloat(op, name, value));
  for (const [i, t] of checked.entries()) {
    if (t.dtype !== checked[0].dtype) {
      throw new ArgumentError(
        `${op}: ${Object.keys(tensors)[i]} must be ${checked[0].dtype} as input is, got ${t.dtype}`,
      );
    }
  }
  return checked;
}

function addc(op: 'addcmul' | 'addcdiv', inputs: readonly unknown[], options: ValueOptions | undefined): Tensor {
  const [input, tensor1, tensor2] = inputs;
  const { value = 1 } = checkOptions(op, options, ['value']);
  if (typeof value !== 'number') throw new ArgumentError(`${op}: value must be a number, got ${describe(value)}`);
  const [x, a, b] = checkSame(op, { input, tensor1, tensor2 });
  const shape = broadcastShapes(op, x.shape, broadcastShapes(op, a.shape, b.shape));
  const out = ternary(op, x, a, b, shape, value);
  if (!needsGrad(x, a, b)) return out;
  const node = op === 'addcmul' ? 'AddcmulBackward0' : 'AddcdivBackward0';
  return record(
    node,
    [x, a, b],
    out,
    (grad, needs) => {
      const scaled = value === 1 ? grad : mul(grad, value);
      const byA = () => (op === 'addcmul' ? mul(scaled, b) : div(scaled, b));
      const byB = () => (op === 'addcmul' ? mul(scaled, a) : ternary('divOtherBackward', scaled, a, b, shape));
      return [
        needs[0] ? sumTo(grad, x.shape) : null,
        needs[1] ? sumTo(byA(), a.shape) : null,
        needs[2] ? sumTo(byB(), b.shape) : null,
      ];
    },
    [a, b],
  );
}

/** input + value · tensor1 · tensor2, broadcast. */
export function addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor {
  return addc('addcmul', [input, tensor1, tensor2], options);
}

/** input + value · tensor1 / tensor2, broadcast. */
export function addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions): Tensor {
  return addc('addcdiv', [input, tensor1, tensor2], options);
}

/** input + weight · (end − input), broadcast; exact at both ends. */
export function lerp(input: Tensor, end: Tensor, weight: number | Tensor): Tensor {
  const isTensor = weight instanceof Tensor;
  if (!isTensor && typeof weight !== 'number') {
    throw new ArgumentError(`lerp: weight must be a number or a Tensor, got ${describe(weight)}`);
  }
  const [a, b, w] = checkSame('lerp', isTensor ? { input, end, weight } : { input, end });
  let shape: Shape = broadcastShapes('lerp', a.shape, b.shape);
  if (isTensor) shape = broadcastShapes('lerp', shape, w.shape);
  const out = ternary('lerp', a, b, weight, shape);
  if (!needsGrad(a, b, isTensor ? w : null)) return out;
  const backward = (grad: Tensor, needs: readonly boolean[]) => [
    needs[0] ? sumTo(mul(grad, isTensor ? sub(1, weight) : 1 - weight), a.shape) : null,
    needs[1] ? sumTo(mul(grad, weight), b.shape) : null,
    ...(isTensor ? [needs[2] ? sumTo(mul(grad, sub(b, a)), w.shape) : null] : []),
  ];
  const inputs = isTensor ? [a, b, w] : [a, b];
  return record(isTensor ? 'LerpBackward1' : 'LerpBackward0', inputs, out, backward, isTensor ? inputs : []);
}

installMethods({
  addcmul(this: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) {
    return addcmul(this, tensor1, tensor2, options);
  },
  addcdiv(this: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOptions) {
    return addcdiv(this, tensor1, tensor2, options);
  },
  lerp(this: Tensor, end: Tensor, weight: number | Tensor) {
    return lerp(this, end, weight);
  },
});
