import { needsGrad, record } from '../autograd/record.js';
import { type Operand, ternary, unary } from '../calls/elementwise.js';
import type { BinaryName, IntegerBinaryName } from '../calls/opcodes.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkWritable, writeInPlace } from './in_place.js';
import { checkDense, type Operands, resolve, toComputing } from './operands.js';
import { reciprocal } from './pointwise.js';
import {
  type DivOptions,
  divideRounded,
  resolveDivision,
  roundedQuotient,
  roundingModeOf,
} from './rounded_division.js';
import { needsGradTwo, recordTwo, runInPlace, runTwo, tensorsOf } from './two_operands.js';

export interface AlphaOptions {
  /** A number that `other` is multiplied by. Default 1. */
  alpha?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** this + alpha · other, broadcast. For bool tensors: or. */
    add(other: Operand, options?: AlphaOptions): Tensor;
    /** this − alpha · other, broadcast. */
    sub(other: Operand, options?: AlphaOptions): Tensor;
    /** this · other, elementwise and broadcast. For bool tensors: and. */
    mul(other: Operand): Tensor;
    /** this / other, broadcast: true division, float32 for integers, or with `roundingMode` a rounded one. */
    div(other: Operand, options?: DivOptions): Tensor;
    /** −this */
    neg(): Tensor;
    /** `add` in place. */
    add_(other: Operand, options?: AlphaOptions): this;
    /** `sub` in place. */
    sub_(other: Operand, options?: AlphaOptions): this;
    /** `mul` in place. */
    mul_(other: Operand): this;
    /** `div` in place. */
    div_(other: Operand, options?: DivOptions): this;
    /** `neg` in place. */
    neg_(): this;
  }
}

function alphaOf(op: string, options: AlphaOptions | undefined, o: Operands): number {
  const { alpha = 1 } = checkOptions(op, options, ['alpha']);
  if (typeof alpha !== 'number') throw new ArgumentError(`${op}: alpha must be a number, got ${describe(alpha)}`);
  if (!Number.isInteger(alpha) && !isFloating(o.dtype)) {
    throw new ArgumentError(`${op}: alpha must be an integer for ${o.dtype} tensors, got ${alpha}`);
  }
  return alpha;
}

function resolveSub(op: string, input: unknown, other: unknown): Operands {
  const o = resolve(op, input, other);
  if (o.dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors; use logicalXor or logicalNot`);
  return o;
}

const addKernel = (o: Operands): BinaryName | IntegerBinaryName => (o.dtype === 'bool' ? 'bitwiseOr' : 'add');
const mulKernel = (o: Operands): BinaryName | IntegerBinaryName => (o.dtype === 'bool' ? 'bitwiseAnd' : 'mul');

/** input + alpha · other, broadcast; the result type follows PyTorch's promotion. */
export function add(input: Operand, other: Operand, options?: AlphaOptions): Tensor {
  const o = resolve('add', input, other);
  const alpha = alphaOf('add', options, o);
  const out = runTwo(addKernel(o), o, alpha);
  if (!needsGradTwo(o)) return out;
  return recordTwo('AddBackward0', o, out, [], (grad, k) => (k === 0 || alpha === 1 ? grad : mul(grad, alpha)));
}

/** input − alpha · other, broadcast. @throws DTypeError for two bool operands. */
export function sub(input: Operand, other: Operand, options?: AlphaOptions): Tensor {
  const o = resolveSub('sub', input, other);
  const alpha = alphaOf('sub', options, o);
  const out = runTwo('sub', o, alpha);
  if (!needsGradTwo(o)) return out;
  const name = o.a instanceof Tensor ? 'SubBackward0' : 'RsubBackward1';
  return recordTwo(name, o, out, [], (grad, k) => (k === 0 ? grad : alpha === 1 ? neg(grad) : mul(grad, -alpha)));
}

/** input · other, elementwise and broadcast. */
export function mul(input: Operand, other: Operand): Tensor {
  const o = resolve('mul', input, other);
  const out = runTwo(mulKernel(o), o);
  if (!needsGradTwo(o)) return out;
  // Each operand is needed for the other one's gradient only.
  const saved: Tensor[] = [];
  if (o.a instanceof Tensor && o.b instanceof Tensor) {
    if (o.b.requiresGrad) saved.push(o.a);
    if (o.a.requiresGrad) saved.push(o.b);
  }
  return recordTwo('MulBackward0', o, out, saved, (grad, k) => mul(grad, k === 0 ? o.b : o.a));
}

/** input / other, elementwise and broadcast; integers give float32, or with `roundingMode` stay integers. */
export function div(input: Operand, other: Operand, options?: DivOptions): Tensor {
  const mode = options === undefined ? null : roundingModeOf('div', options);
  if (mode !== null) return divideRounded(input, other, mode);
  const o = resolve('div', input, other, true);
  const { a, b } = o;
  if (!(a instanceof Tensor)) return mul(reciprocal(b as Tensor), a);
  const out = runTwo('div', o);
  if (!needsGradTwo(o)) return out;
  const saved = b instanceof Tensor && b.requiresGrad ? [a, b] : tensorsOf(b);
  return recordTwo('DivBackward0', o, out, saved, (grad, k) =>
    k === 0 ? div(grad, b) : ternary('divOtherBackward', grad, a, b as Tensor, grad.shape),
  );
}

/** −input. @throws DTypeError for bool tensors. */
export function neg(input: Tensor): Tensor {
  const x = checkNeg('neg', input);
  const out = unary('neg', x);
  if (!needsGrad(x)) return out;
  return record('NegBackward0', [x], out, (grad) => [neg(grad)]);
}

function checkNeg(op: string, input: unknown): Tensor {
  const x = toComputing(checkDense(op, 'input', input));
  if (x.dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors; use logicalNot`);
  return x;
}

installMethods({
  add(this: Tensor, other: Operand, options?: AlphaOptions) {
    return add(this, other, options);
  },
  sub(this: Tensor, other: Operand, options?: AlphaOptions) {
    return sub(this, other, options);
  },
  mul(this: Tensor, other: Operand) {
    return mul(this, other);
  },
  div(this: Tensor, other: Operand, options?: DivOptions) {
    return div(this, other, options);
  },
  neg(this: Tensor) {
    return neg(this);
  },
  add_(this: Tensor, other: Operand, options?: AlphaOptions) {
    const resolved = () => resolve('add_', this, other);
    return runInPlace('add_', this, other, resolved, addKernel, (o) => alphaOf('add_', options, o));
  },
  sub_(this: Tensor, other: Operand, options?: AlphaOptions) {
    const resolved = () => resolveSub('sub_', this, other);
    return runInPlace(
      'sub_',
      this,
      other,
      resolved,
      () => 'sub',
      (o) => alphaOf('sub_', options, o),
    );
  },
  mul_(this: Tensor, other: Operand) {
    return runInPlace('mul_', this, other, () => resolve('mul_', this, other), mulKernel);
  },
  div_(this: Tensor, other: Operand, options?: DivOptions) {
    const mode = roundingModeOf('div_', options);
    if (mode !== null) {
      checkWritable('div_', this, other);
      const o = resolveDivision('div_', this, other);
      return writeInPlace('div_', this, o.dtype, o.shape, (out) => roundedQuotient('div_', o, mode, out));
    }
    return runInPlace(
      'div_',
      this,
      other,
      () => resolve('div_', this, other, true),
      () => 'div',
    );
  },
  neg_(this: Tensor) {
    const x = checkNeg('neg_', checkWritable('neg_', this));
    return writeInPlace('neg_', this, x.dtype, x.shape, (out) => unary('neg', x, 0, 0, out));
  },
});
