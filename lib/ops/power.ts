import { record } from '../autograd/record.js';
import { backwardOf, binary, type Operand, ternary, unary } from '../calls/elementwise.js';
import type { BinaryName, UnaryName } from '../calls/opcodes.js';
import { ValueError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkWritable, writeInPlace } from './in_place.js';
import { checkDense, type Operands, resolve } from './operands.js';
import { needsGradTwo, recordTwo, runTwo, tensorsOf } from './two_operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** this to the power of exponent, elementwise and broadcast. @throws ValueError for integers to a negative number. */
    pow(exponent: Operand): Tensor;
    /** this · this */
    square(): Tensor;
    /** `pow` in place. */
    pow_(exponent: Operand): this;
    /** `square` in place. */
    square_(): this;
  }
}

/** Powers that are cheaper and more exact than pow; their values agree with PyTorch's own special cases. */
const shortcuts: { readonly [exponent: string]: UnaryName } = {
  '0.5': 'sqrt',
  '2': 'square',
  '3': 'cube',
  '-0.5': 'rsqrt',
  '-1': 'reciprocal',
};

/** Where the gradient of a power has a cheap form in terms of the base. */
const shortBackwards: { readonly [exponent: string]: BinaryName } = {
  '2': 'squareBackward',
  '3': 'cubeBackward',
};

function resolvePow(op: string, input: unknown, exponent: unknown): Operands {
  const o = resolve(op, input, exponent);
  if (!isFloating(o.dtype) && typeof o.b === 'number' && o.b < 0) {
    throw new ValueError(`${op}: integer tensors can't be raised to a negative power, got ${o.b}; convert to float32`);
  }
  return o;
}

function run(o: Operands, out?: Tensor): Tensor {
  const shortcut = o.a instanceof Tensor && typeof o.b === 'number' ? shortcuts[String(o.b)] : undefined;
  if (shortcut !== undefined && isFloating(o.dtype)) return unary(shortcut, o.a as Tensor, 0, 0, out);
  return runTwo('pow', o, 0, out);
}

/** input to the power of exponent; one of them may be a number. */
export function pow(input: Operand, exponent: Operand): Tensor {
  const o = resolvePow('pow', input, exponent);
  const { a, b } = o;
  const out = run(o);
  if (!needsGradTwo(o)) return out;
  if (!(b instanceof Tensor)) {
    const x = a as Tensor;
    const power = Number(b);
    return record(
      'PowBackward0',
      [x],
      out,
      (grad) => {
        if (power === 0) return [Tensor.allocate(x.shape, x.dtype)];
        return [backwardOf(shortBackwards[String(power)] ?? 'powScalarBackward', grad, x, power)];
      },
      [x],
    );
  }
  const name = a instanceof Tensor ? 'PowBackward1' : 'PowBackward2';
  return recordTwo(name, o, out, tensorsOf(a, b), (grad, k) => {
    if (k === 0) return ternary('powBackward', grad, a as Tensor, b, grad.shape);
    return ternary('powExponentBackward', grad, a instanceof Tensor ? a : scalar(a, b), b, grad.shape);
  });
}

/** A 0-dimensional tensor of `like`'s dtype. */
function scalar(value: number | boolean, like: Tensor): Tensor {
  const zero = Tensor.allocate([], like.dtype);
  return binary('add', zero, value, [], 1, 0, zero);
}

/** input · input; recorded as a power of 2, as PyTorch does. */
export function square(input: Tensor): Tensor {
  return pow(checkDense('square', 'input', input), 2);
}

installMethods({
  pow(this: Tensor, exponent: Operand) {
    return pow(this, exponent);
  },
  square(this: Tensor) {
    return square(this);
  },
  pow_(this: Tensor, exponent: Operand) {
    checkWritable('pow_', this, exponent);
    const o = resolvePow('pow_', this, exponent);
    return writeInPlace('pow_', this, o.dtype, o.shape, (out) => run(o, out));
  },
  square_(this: Tensor) {
    checkWritable('square_', this);
    const o = resolvePow('square_', this, 2);
    return writeInPlace('square_', this, o.dtype, o.shape, (out) => run(o, out));
  },
});
