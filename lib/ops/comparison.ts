import { compare, type Operand, ternary, unary } from '../calls/elementwise.js';
import type { CompareName } from '../calls/opcodes.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkDense, resolve, toComputing } from './operands.js';
import { needsGradTwo, recordTwo, runTwo, tensorsOf } from './two_operands.js';

export interface CloseOptions {
  /** Tolerance relative to |other|. Default 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default 1e-8. */
  atol?: number;
  /** Whether two NaN count as close. Default false. */
  equalNan?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Where elements are equal, as bool; other is broadcast. */
    eq(other: Operand): Tensor;
    /** Where elements differ, as bool. */
    ne(other: Operand): Tensor;
    /** Where this < other, as bool. */
    lt(other: Operand): Tensor;
    /** Where this ≤ other, as bool. */
    le(other: Operand): Tensor;
    /** Where this > other, as bool. */
    gt(other: Operand): Tensor;
    /** Where this ≥ other, as bool. */
    ge(other: Operand): Tensor;
    /** Where both are not zero. */
    logicalAnd(other: Operand): Tensor;
    /** Where one or both are not zero. */
    logicalOr(other: Operand): Tensor;
    /** Where exactly one is not zero. */
    logicalXor(other: Operand): Tensor;
    /** Where elements are zero. */
    logicalNot(): Tensor;
    /** Bits set in both; integers and bool. */
    bitwiseAnd(other: Operand): Tensor;
    /** Bits set in one or both; integers and bool. */
    bitwiseOr(other: Operand): Tensor;
    /** Bits set in exactly one; integers and bool. */
    bitwiseXor(other: Operand): Tensor;
    /** All bits flipped; for bool, not. */
    bitwiseNot(): Tensor;
    /** Where elements are NaN. */
    isnan(): Tensor;
    /** Where elements are infinite. */
    isinf(): Tensor;
    /** Where elements are neither NaN nor infinite. */
    isfinite(): Tensor;
    /** The larger of two elements; NaN when either is. Ties share the gradient. */
    maximum(other: Tensor): Tensor;
    /** The smaller of two elements; NaN when either is. Ties share the gradient. */
    minimum(other: Tensor): Tensor;
    /** Whether both have the same shape and equal elements. */
    equal(other: Tensor): boolean;
    /** Where |this − other| ≤ atol + rtol · |other|. */
    isclose(other: Tensor, options?: CloseOptions): Tensor;
    /** Whether `isclose` holds everywhere. */
    allclose(other: Tensor, options?: CloseOptions): boolean;
  }
}

const mirrored: { readonly [K in CompareName]: CompareName } = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
  logicalAnd: 'logicalAnd',
  logicalOr: 'logicalOr',
  logicalXor: 'logicalXor',
};

function compareTwo(op: CompareName, input: unknown, other: unknown): Tensor {
  const { a, b, shape } = resolve(op, input, other);
  if (a instanceof Tensor) return compare(op, a, b, shape);
  return compare(mirrored[op], b as Tensor, a, shape);
}

/** Where input equals other, as a bool tensor of the broadcast shape. */
export const eq = (input: Operand, other: Operand): Tensor => compareTwo('eq', input, other);
/** Where input differs from other. */
export const ne = (input: Operand, other: Operand): Tensor => compareTwo('ne', input, other);
/** Where input < other. */
export const lt = (input: Operand, other: Operand): Tensor => compareTwo('lt', input, other);
/** Where input ≤ other. */
export const le = (input: Operand, other: Operand): Tensor => compareTwo('le', input, other);
/** Where input > other. */
export const gt = (input: Operand, other: Operand): Tensor => compareTwo('gt', input, other);
/** Where input ≥ other. */
export const ge = (input: Operand, other: Operand): Tensor => compareTwo('ge', input, other);
/** Where both are not zero. */
export const logicalAnd = (input: Operand, other: Operand): Tensor => compareTwo('logicalAnd', input, other);
/** Where one or both are not zero. */
export const logicalOr = (input: Operand, other: Operand): Tensor => compareTwo('logicalOr', input, other);
/** Where exactly one is not zero. */
export const logicalXor = (input: Operand, other: Operand): Tensor => compareTwo('logicalXor', input, other);

/** Where input is zero. */
export function logicalNot(input: Tensor): Tensor {
  return compareTwo('eq', checkDense('logicalNot', 'input', input), 0);
}

/** Where input is NaN. */
export function isnan(input: Tensor): Tensor {
  const x = toComputing(checkDense('isnan', 'input', input));
  return compare('ne', x, x, x.shape);
}

/** Where input is +∞ or −∞. */
export function isinf(input: Tensor): Tensor {
  const x = toComputing(checkDense('isinf', 'input', input));
  if (!isFloating(x.dtype)) return Tensor.allocate(x.shape, 'bool');
  return compare('eq', unary('abs', x), Number.POSITIVE_INFINITY, x.shape);
}

/** Where input is neither NaN nor infinite. */
export function isfinite(input: Tensor): Tensor {
  const x = toComputing(checkDense('isfinite', 'input', input));
  if (!isFloating(x.dtype)) return logicalNot(Tensor.allocate(x.shape, 'bool'));
  return compare('lt', unary('abs', x), Number.POSITIVE_INFINITY, x.shape);
}

function bitwise(op: 'bitwiseAnd' | 'bitwiseOr' | 'bitwiseXor', input: unknown, other: unknown): Tensor {
  const o = resolve(op, input, other);
  if (isFloating(o.dtype)) throw new DTypeError(`${op}: needs integers or bool, got ${o.dtype}`);
  return runTwo(op, o);
}

/** Bits set in both operands, which are integers or bool. */
export const bitwiseAnd = (input: Operand, other: Operand): Tensor => bitwise('bitwiseAnd', input, other);
/** Bits set in one or both operands. */
export const bitwiseOr = (input: Operand, other: Operand): Tensor => bitwise('bitwiseOr', input, other);
/** Bits set in exactly one operand. */
export const bitwiseXor = (input: Operand, other: Operand): Tensor => bitwise('bitwiseXor', input, other);

/** All bits flipped; for bool, `logicalNot`. */
export function bitwiseNot(input: Tensor): Tensor {
  const x = checkDense('bitwiseNot', 'input', input);
  if (isFloating(x.dtype)) throw new DTypeError(`bitwiseNot: needs integers or bool, got ${x.dtype}`);
  return x.dtype === 'bool' ? logicalNot(x) : unary('bitwiseNot', x);
}

function extremum(op: 'maximum' | 'minimum', node: string, input: unknown, other: unknown): Tensor {
  checkDense(op, 'input', input);
  checkDense(op, 'other', other);
  const o = resolve(op, input, other);
  const out = runTwo(op, o);
  if (!needsGradTwo(o)) return out;
  const [a, b] = tensorsOf(o.a, o.b);
  return recordTwo(node, o, out, [a, b], (grad, k) =>
    ternary(`${op}Backward`, grad, k === 0 ? a : b, k === 0 ? b : a, grad.shape),
  );
}

/** The larger element of two tensors; NaN when either is. Equal elements share the gradient. */
export const maximum = (input: Tensor, other: Tensor): Tensor => extremum('maximum', 'MaximumBackward0', input, other);
/** The smaller element of two tensors; NaN when either is. Equal elements share the gradient. */
export const minimum = (input: Tensor, other: Tensor): Tensor => extremum('minimum', 'MinimumBackward0', input, other);

/** Whether both tensors have the same shape and equal elements; NaN equals nothing. */
export function equal(input: Tensor, other: Tensor): boolean {
  const a = checkDense('equal', 'input', input);
  const b = checkDense('equal', 'other', other);
  return sameShape(a.shape, b.shape) && holdsEverywhere(eq(a, b));
}

function holdsEverywhere(mask: Tensor): boolean {
  return mask.all().item() === 1;
}

/** Where |input − other| ≤ atol + rtol · |other|; infinities are close to themselves only. */
export function isclose(input: Tensor, other: Tensor, options?: CloseOptions): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = checkOptions('isclose', options, ['rtol', 'atol', 'equalNan']);
  for (const [name, value] of [
    ['rtol', rtol],
    ['atol', atol],
  ] as const) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new ArgumentError(`isclose: ${name} must be a number of at least 0, got ${describe(value)}`);
    }
  }
  const o = resolve('isclose', checkDense('isclose', 'input', input), checkDense('isclose', 'other', other));
  const a = (o.a as Tensor).detach().to('float64');
  const b = (o.b as Tensor).detach().to('float64');
  const near = a.sub(b).abs().le(b.abs().mul(rtol).add(atol)).logicalAnd(isfinite(b));
  const same = near.logicalOr(a.eq(b));
  return equalNan ? same.logicalOr(isnan(a).logicalAnd(isnan(b))) : same;
}

/** Whether `isclose` holds for all elements. */
export function allclose(input: Tensor, other: Tensor, options?: CloseOptions): boolean {
  return holdsEverywhere(inNameOf('allclose', () => isclose(input, other, options)));
}

installMethods({
  ...pairMethods({ eq, ne, lt, le, gt, ge, logicalAnd, logicalOr, logicalXor, bitwiseAnd, bitwiseOr, bitwiseXor }),
  ...pairMethods({ maximum, minimum, equal } as { [name: string]: (a: Tensor, b: never) => unknown }),
  logicalNot(this: Tensor) {
    return logicalNot(this);
  },
  bitwiseNot(this: Tensor) {
    return bitwiseNot(this);
  },
  isnan(this: Tensor) {
    return isnan(this);
  },
  isinf(this: Tensor) {
    return isinf(this);
  },
  isfinite(this: Tensor) {
    return isfinite(this);
  },
  isclose(this: Tensor, other: Tensor, options?: CloseOptions) {
    return isclose(this, other, options);
  },
  allclose(this: Tensor, other: Tensor, options?: CloseOptions) {
    return allclose(this, other, options);
  },
});

/** Methods that pass `this` as the first operand. */
function pairMethods(functions: { [name: string]: (a: Tensor, b: never) => unknown }) {
  const methods: { [name: string]: (this: Tensor, other: never) => unknown } = {};
  for (const [name, fn] of Object.entries(functions)) {
    methods[name] = function (this: Tensor, other: never) {
      return fn(this, other);
    };
  }
  return methods;
}
