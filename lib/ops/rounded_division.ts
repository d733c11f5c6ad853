/** Division whose quotient is rounded to an integer: `div` with a rounding mode, and what `%` rests on. */
import { copyInto, fillWith } from '../calls/copy.js';
import { allOrAny } from '../calls/reduce.js';
import { ArgumentError, DTypeError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { type Operands, resolve } from './operands.js';
import { trunc } from './pointwise.js';
import { needsGradTwo, recordTwo, runTwo } from './two_operands.js';

export interface DivOptions {
  /**
   * 'floor': ⌊a / b⌋, as Python's `//`. 'trunc': towards zero, as C divides integers. Both keep integers. Default null:
   * true division.
   */
  roundingMode?: 'floor' | 'trunc' | null;
}

/** @throws ArgumentError for a rounding mode that there isn't. */
export function roundingModeOf(op: string, options: DivOptions | undefined): 'floor' | 'trunc' | null {
  const { roundingMode = null } = checkOptions(op, options, ['roundingMode']);
  if (roundingMode === null || roundingMode === 'floor' || roundingMode === 'trunc') return roundingMode;
  throw new ArgumentError(`${op}: roundingMode must be 'floor', 'trunc' or null, got ${describe(roundingMode)}`);
}

/** @throws ValueError where integers would be divided by zero. */
export function resolveDivision(op: string, input: unknown, other: unknown): Operands {
  const o = resolve(op, input, other);
  if (!isFloating(o.dtype)) {
    const zero = o.b instanceof Tensor ? o.b.numel > 0 && holdsZero(o.b) : Number(o.b) === 0;
    if (zero) throw new ValueError(`${op}: other holds a zero, by which integers can't be divided`);
  }
  return o;
}

function holdsZero(x: Tensor): boolean {
  const source = contiguous(x.detach());
  return allOrAny(true, { source, outer: 1, n: source.numel, inner: 1, outShape: [] }).item() === 0;
}

/** The rounded quotient, unrecorded; `out` receives it when given. */
export function roundedQuotient(op: string, o: Operands, mode: 'floor' | 'trunc', out?: Tensor): Tensor {
  if (o.dtype === 'bool') throw new DTypeError(`${op}: roundingMode is not defined for bool tensors; convert to int32`);
  if (mode === 'floor') return runTwo('floorDivide', o, 0, out);
  if (isFloating(o.dtype)) {
    const quotient = o.a instanceof Tensor ? runTwo('div', o) : runTwo('div', { ...o, a: filledLike(o) });
    if (out === undefined) return trunc(quotient);
    copyInto(out, trunc(quotient));
    return out;
  }
  // What fmod leaves is a multiple of the divisor: its floor is its quotient.
  const whole = runTwo('sub', { ...o, b: runTwo('fmod', o) }, 1);
  return runTwo('floorDivide', { ...o, a: whole }, 0, out);
}

/** Native division takes its first operand as a tensor. */
function filledLike({ a, b, dtype }: Operands): Tensor {
  const filled = Tensor.allocate((b as Tensor).shape, dtype);
  fillWith(filled, a as number);
  return filled;
}

/** input / other, rounded; its gradient is zero. */
export function divideRounded(input: unknown, other: unknown, mode: 'floor' | 'trunc'): Tensor {
  const o = resolveDivision('div', input, other);
  const out = roundedQuotient('div', o, mode);
  if (!needsGradTwo(o)) return out;
  return recordTwo('DivBackward2', o, out, [], (grad) => Tensor.allocate(grad.shape, grad.dtype));
}
