import { needsGrad, record } from '../autograd/record.js';
import { choose, type Operand } from '../calls/elementwise.js';
import { sumTo } from '../calls/reduce.js';
import { DTypeError, ShapeError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { overlapsItself, withoutRepeats } from '../tensor/overlap.js';
import { broadcastShapes, formatShape, type Shape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { checkBroadcastsTo } from './copy.js';
import { checkFillable, writeInPlace } from './in_place.js';
import { nonzero } from './indexing.js';
import { apart, checkDense, checkOperand, computeType, convert, resultType, toComputing } from './operands.js';
import { any } from './reduction.js';
import { expand } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** This tensor where the condition (bool) holds, else other; all three are broadcast. */
    where(condition: Tensor, other: Operand): Tensor;
    /** A copy with `value` where the mask (bool, broadcast) is set. */
    maskedFill(mask: Tensor, value: number | boolean | Tensor): Tensor;
    /** `maskedFill` in place. */
    maskedFill_(mask: Tensor, value: number | boolean | Tensor): this;
  }
}

function checkMask(op: string, argument: string, mask: unknown): Tensor {
  const t = checkDense(op, argument, mask);
  if (t.dtype !== 'bool') throw new DTypeError(`${op}: ${argument} must be a bool tensor, got ${t.dtype}`);
  return t;
}

/** 0 of a gradient's dtype where the mask is not set (or, with `inverted`, where it is). */
function passing(mask: Tensor, grad: Tensor, inverted: boolean): Tensor {
  return inverted ? choose(mask, 0, grad, grad.shape, grad.dtype) : choose(mask, grad, 0, grad.shape, grad.dtype);
}

/**
 * input where the condition (bool) holds, else other; the result has their promoted dtype and the broadcast shape. With a
 * condition alone: the places where it is not zero, `nonzero(condition, { asTuple: true })`.
 */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, input: Operand, other: Operand): Tensor;
export function where(condition: Tensor, input?: Operand, other?: Operand): Tensor | Tensor[] {
  if (input === undefined && other === undefined) {
    return nonzero(checkDense('where', 'condition', condition), { asTuple: true });
  }
  return chosen(condition, input, other);
}

function chosen(condition: unknown, input: unknown, other: unknown): Tensor {
  const mask = checkMask('where', 'condition', condition);
  let a = checkOperand('where', 'input', input);
  let b = checkOperand('where', 'other', other);
  const scalars = !(a instanceof Tensor) && !(b instanceof Tensor);
  const dtype = scalars ? scalarType(a as number | boolean, b as number | boolean) : computeType(resultType(a, b));
  a = a instanceof Tensor ? convert('where', a, dtype) : elementOf('where', a, dtype);
  b = b instanceof Tensor ? convert('where', b, dtype) : elementOf('where', b, dtype);
  let shape: Shape = mask.shape;
  if (a instanceof Tensor) shape = broadcastShapes('where', shape, a.shape);
  if (b instanceof Tensor) shape = broadcastShapes('where', shape, b.shape);
  const out = choose(mask, a, b, shape, dtype);
  const inputs = [a, b].filter((x) => x instanceof Tensor);
  if (!isFloating(dtype) || !needsGrad(...inputs)) return out;
  const first = a instanceof Tensor;
  return record(
    'WhereBackward0',
    inputs,
    out,
    (grad, needs) =>
      inputs.map((x, i) => (needs[i] ? sumTo(passing(mask, grad, i === (first ? 1 : 0)), x.shape) : null)),
    [mask],
  );
}

function scalarType(a: number | boolean, b: number | boolean): 'bool' | 'int32' | 'float32' {
  if (typeof a === 'boolean' && typeof b === 'boolean') return 'bool';
  return Number.isInteger(Number(a)) && Number.isInteger(Number(b)) ? 'int32' : 'float32';
}

function checkFill(op: string, x: Tensor, value: unknown): Operand {
  const v = checkOperand(op, 'value', value);
  if (v instanceof Tensor && v.ndim !== 0) {
    throw new ShapeError(`${op}: value must be a number or a 0-dimensional tensor, got shape ${formatShape(v.shape)}`);
  }
  const dtype = computeType(x.dtype);
  return v instanceof Tensor ? convert(op, v, dtype) : elementOf(op, v, dtype);
}

/** A copy of input with `value`, converted to its dtype, where the mask is set. The mask broadcasts with the input. */
export function maskedFill(input: Tensor, mask: Tensor, value: number | boolean | Tensor): Tensor {
  const x = toComputing(checkDense('maskedFill', 'input', input));
  const m = checkMask('maskedFill', 'mask', mask);
  const v = checkFill('maskedFill', x, value);
  const shape = sameShape(m.shape, x.shape) ? x.shape : broadcastShapes('maskedFill', x.shape, m.shape);
  const out = choose(m, v, x, shape, x.dtype);
  const filler = v instanceof Tensor ? v : null;
  if (!isFloating(x.dtype) || !needsGrad(x, filler)) return out;
  return record(
    'MaskedFillBackward0',
    filler ? [x, filler] : [x],
    out,
    (grad, needs) => [
      needs[0] ? sumTo(passing(m, grad, true), x.shape) : null,
      needs[1] ? sumTo(passing(m, grad, false), []) : null,
    ],
    [m],
  );
}

/** An expanded target as the places in its memory, and a mask that is set where it is for one of their elements. */
function eachPlaceOnce(target: Tensor, mask: Tensor): { x: Tensor; m: Tensor } {
  if (!overlapsItself(target)) return { x: target, m: mask };
  const repeated = target.shape.flatMap((size, i) => (target.strides[i] === 0 && size > 1 ? [i] : []));
  return { x: withoutRepeats(target), m: any(expand(mask, target.shape), repeated, { keepdim: true }) };
}

installMethods({
  where(this: Tensor, condition: Tensor, other: Operand) {
    return chosen(condition, this, other);
  },
  maskedFill(this: Tensor, mask: Tensor, value: number | boolean | Tensor) {
    return maskedFill(this, mask, value);
  },
  maskedFill_(this: Tensor, mask: Tensor, value: number | boolean | Tensor) {
    const target = checkFillable('maskedFill_', this, value);
    const given = checkMask('maskedFill_', 'mask', mask);
    const v = checkFill('maskedFill_', target, value);
    checkBroadcastsTo('maskedFill_', given.shape, target.shape);
    const { x, m } = eachPlaceOnce(target, given);
    const source = toComputing(x);
    writeInPlace('maskedFill_', x, source.dtype, x.shape, (out) =>
      choose(apart(m, x), v instanceof Tensor ? apart(v, x) : v, source, x.shape, source.dtype, out),
    );
    return this;
  },
});
