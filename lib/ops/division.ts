import type { Operand } from '../calls/elementwise.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul, neg } from './arithmetic.js';
import { trunc } from './pointwise.js';
import { resolveDivision } from './rounded_division.js';
import { needsGradTwo, recordTwo, runTwo, tensorsOf } from './two_operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** ⌊this / other⌋, as Python's `//`. Not differentiable. @throws ValueError for integers by zero. */
    floorDivide(other: Operand): Tensor;
    /** this − ⌊this / other⌋ · other, as Python's `%`: it has the divisor's sign. */
    remainder(other: Operand): Tensor;
    /** The remainder of division towards zero, as C's fmod: it has this tensor's sign. */
    fmod(other: Operand): Tensor;
  }
}

/** ⌊input / other⌋, elementwise. The result is not differentiable. */
export function floorDivide(input: Operand, other: Operand): Tensor {
  return runTwo('floorDivide', resolveDivision('floorDivide', input, other));
}

function modulo(op: 'remainder' | 'fmod', node: string, input: unknown, other: unknown): Tensor {
  const o = resolveDivision(op, input, other);
  const out = runTwo(op, o);
  if (!needsGradTwo(o)) return out;
  const name = `${node}${o.b instanceof Tensor ? 1 : 0}`;
  // input − q · other with a locally constant quotient q.
  return recordTwo(name, o, out, tensorsOf(o.a, o.b), (grad, k) => {
    if (k === 0) return grad;
    const quotient = op === 'fmod' ? trunc(div(o.a, o.b)) : floorDivide(o.a, o.b);
    return neg(mul(grad, quotient));
  });
}

/** Python's modulo, elementwise: the result has the sign of `other`. */
export const remainder = (input: Operand, other: Operand): Tensor =>
  modulo('remainder', 'RemainderBackward', input, other);

/** C's fmod, elementwise: the result has the sign of `input`. */
export const fmod = (input: Operand, other: Operand): Tensor => modulo('fmod', 'FmodBackward', input, other);

installMethods({
  floorDivide(this: Tensor, other: Operand) {
    return floorDivide(this, other);
  },
  remainder(this: Tensor, other: Operand) {
    return remainder(this, other);
  },
  fmod(this: Tensor, other: Operand) {
    return fmod(this, other);
  },
});
