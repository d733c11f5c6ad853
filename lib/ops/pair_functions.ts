/** Functions of two operands, broadcast, beside those with kernels of their own. */

import { binary, choose, compare, type Operand, unary } from '../calls/elementwise.js';
import { inNameOf } from '../error_names.js';
import { DTypeError } from '../errors.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { type AlphaOptions, div, mul, neg, sub } from './arithmetic.js';
import { eq, ge, isnan, le, logicalAnd, logicalOr } from './comparison.js';
import { to } from './copy.js';
import { mapTwo } from './element_loops.js';
import { checkWritable, replace } from './in_place.js';
import { where } from './masking.js';
import { checkDense, checkInPlace, type Operands, resolve } from './operands.js';
import { log } from './pointwise.js';
import { pow, square } from './power.js';
import { needsGradTwo, recordTwo, tensorsOf } from './two_operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The angle of the point (other, this) in radians, from −π to π. */
    atan2(other: Tensor): Tensor;
    /** √(this² + other²), without overflow. */
    hypot(other: Tensor): Tensor;
    /** this · ln(other), and 0 where this is 0. */
    xlogy(other: Operand): Tensor;
    /** This tensor's size with the other's sign. */
    copysign(other: Operand): Tensor;
    /** 0 below 0, 1 above, `values` at 0. */
    heaviside(values: Tensor): Tensor;
    /** The larger of two elements; a number where only one is NaN. */
    fmax(other: Tensor): Tensor;
    /** The smaller of two elements; a number where only one is NaN. */
    fmin(other: Tensor): Tensor;
    /** this · 2^other */
    ldexp(other: Tensor): Tensor;
    /** The next number of the dtype from this towards the other. */
    nextafter(other: Tensor): Tensor;
    /** The greatest common divisor of integers. */
    gcd(other: Tensor): Tensor;
    /** The least common multiple of integers. */
    lcm(other: Tensor): Tensor;
    /** `pow` in float64. */
    floatPower(exponent: Operand): Tensor;
    /** Bits moved to the left. */
    bitwiseLeftShift(other: Operand): Tensor;
    /** Bits moved to the right; the sign stays. */
    bitwiseRightShift(other: Operand): Tensor;
    /** other − alpha · this */
    rsub(other: Operand, options?: AlphaOptions): Tensor;
    /** `atan2` in place. */
    atan2_(other: Tensor): this;
    /** `hypot` in place. */
    hypot_(other: Tensor): this;
    /** `xlogy` in place. */
    xlogy_(other: Operand): this;
    /** `copysign` in place. */
    copysign_(other: Operand): this;
    /** `heaviside` in place. */
    heaviside_(values: Tensor): this;
    /** `ldexp` in place. */
    ldexp_(other: Tensor): this;
    /** `nextafter` in place. */
    nextafter_(other: Tensor): this;
    /** `gcd` in place. */
    gcd_(other: Tensor): this;
    /** `lcm` in place. */
    lcm_(other: Tensor): this;
    /** `bitwiseLeftShift` in place. */
    bitwiseLeftShift_(other: Operand): this;
    /** `bitwiseRightShift` in place. */
    bitwiseRightShift_(other: Operand): this;
  }
}

/** Values by a loop; `slopes[k]` is the derivative by operand k, a tensor of the result's shape. */
function recorded(
  node: string,
  o: Operands,
  value: (a: number, b: number) => number,
  slopes: (a: Operand, b: Operand, k: 0 | 1) => Tensor,
): Tensor {
  return recordedAs(node, o, mapTwo(o, value), slopes);
}

/** The same with values that are there already. */
function recordedAs(
  node: string,
  o: Operands,
  out: Tensor,
  slopes: (a: Operand, b: Operand, k: 0 | 1) => Tensor,
): Tensor {
  if (!needsGradTwo(o)) return out;
  const plain = (x: Operand) => (x instanceof Tensor ? x.detach() : x);
  return recordTwo(node, o, out, tensorsOf(o.a, o.b), (grad, k) => mul(grad, slopes(plain(o.a), plain(o.b), k)));
}

/** A 0-dimensional tensor. */
function fullOf(value: number, dtype: DType): Tensor {
  const out = Tensor.allocate([], dtype, false);
  out.storage.array[out.offset] = value;
  return out;
}

/** The angle of the point (other, input), in radians from −π to π. Integers give float32. */
export function atan2(input: Tensor, other: Tensor): Tensor {
  const o = resolve('atan2', checkDense('atan2', 'input', input), checkDense('atan2', 'other', other), true);
  const [a, b] = tensorsOf(o.a, o.b);
  const out = binary('atan2', a.detach(), b.detach(), o.shape);
  return recordedAs('Atan2Backward0', o, out, (a, b, k) => {
    const size = square(a as Tensor).add(square(b as Tensor));
    return where(eq(size, 0), 0, k === 0 ? div(b, size) : neg(div(a, size)));
  });
}

/** √(a² + b²) of tensors as the larger size times √(1 + quotient²): nothing overflows. */
function lengthOf(o: Operands): Tensor {
  const { shape } = o;
  const [a, b] = tensorsOf(o.a, o.b).map((x) => unary('abs', x.detach()));
  const most = binary('maximum', a, b, shape);
  const rest = binary('div', binary('minimum', a, b, shape), most, shape);
  const length = unary('sqrt', binary('add', unary('square', rest, 0, 0, rest), 1, shape, 1, 0, rest), 0, 0, rest);
  const product = binary('mul', length, most, shape, 0, 0, length);
  // 0 and ∞ have no quotient; ∞ outweighs NaN.
  const plain = choose(compare('eq', most, 0, shape), 0, product, shape, o.dtype);
  const infinite = (x: Tensor) => compare('eq', x, Number.POSITIVE_INFINITY, x.shape);
  const any = compare('logicalOr', infinite(a), infinite(b), shape);
  return choose(any, Number.POSITIVE_INFINITY, plain, shape, o.dtype);
}

/** √(input² + other²), without overflow. @throws DTypeError for integers. */
export function hypot(input: Tensor, other: Tensor): Tensor {
  const o = resolve('hypot', checkDense('hypot', 'input', input), checkDense('hypot', 'other', other));
  if (!isFloating(o.dtype)) throw new DTypeError(`hypot: needs floating-point tensors, got ${o.dtype}`);
  const out = lengthOf(o);
  if (!needsGradTwo(o)) return out;
  const plain = out.detach();
  return recordTwo('HypotBackward0', o, out, [...tensorsOf(o.a, o.b), out], (grad, k) =>
    mul(grad, div(k === 0 ? o.a : o.b, plain)),
  );
}

/** input · ln(other), and 0 where input is 0 and other is not NaN. Integers give float32. */
export function xlogy(input: Operand, other: Operand): Tensor {
  const o = resolve('xlogy', input, other, true);
  const plain = (x: Operand) => (x instanceof Tensor ? x.detach() : fullOf(Number(x), o.dtype));
  const [a, b] = [plain(o.a), plain(o.b)];
  const product = binary('mul', a, unary('log', b), o.shape);
  const nothing = logicalAnd(eq(a, 0), eq(b, b));
  const out = choose(nothing, 0, product, o.shape, o.dtype);
  if (!needsGradTwo(o)) return out;
  return recordTwo('XlogyBackward0', o, out, tensorsOf(o.a, o.b), (grad, k) => {
    if (k === 1) return mul(grad, div(a, b));
    return mul(grad, where(logicalAnd(eq(a, 0), le(b, 0)), 0, log(b)));
  });
}

const isNegative = (x: number) => x < 0 || Object.is(x, -0);

/** |input| with the sign of other, −0's too. Integers give float32. */
export function copysign(input: Tensor, other: Operand): Tensor {
  const o = resolve('copysign', checkDense('copysign', 'input', input), other, true);
  const value = (a: number, b: number) => (isNegative(b) ? -Math.abs(a) : Math.abs(a));
  return recorded('CopysignBackward0', o, value, (_, __, k) => {
    // Whether the sign was turned; input 0 has none to turn.
    const turn = (a: number, b: number) => (a === 0 || k === 1 ? 0 : isNegative(a) === isNegative(b) ? 1 : -1);
    return mapTwo(o, turn);
  });
}

/** 0 where input is below 0 (or NaN), 1 above, and `values` at 0. Not differentiable. @throws DTypeError unless of one dtype. */
export function heaviside(input: Tensor, values: Tensor): Tensor {
  const a = checkDense('heaviside', 'input', input);
  const b = checkDense('heaviside', 'values', values);
  if (a.dtype !== b.dtype) throw new DTypeError(`heaviside: values must be ${a.dtype} like input, got ${b.dtype}`);
  const o = resolve('heaviside', a.detach(), b.detach());
  return mapTwo(o, (x, value) => (x === 0 ? value : x > 0 ? 1 : 0));
}

function extremum(op: 'fmax' | 'fmin', node: string, input: unknown, other: unknown): Tensor {
  const o = resolve(op, checkDense(op, 'input', input), checkDense(op, 'other', other));
  const [a, b] = tensorsOf(o.a, o.b).map((t) => t.detach());
  const mask = logicalOr(op === 'fmax' ? ge(a, b) : le(a, b), isnan(b));
  const out = where(mask, a, b);
  if (!needsGradTwo(o)) return out;
  return recordTwo(node, o, out, tensorsOf(o.a, o.b), (grad, k) =>
    k === 0 ? where(mask, grad, 0) : where(mask, 0, grad),
  );
}

/** The larger element; a number where only one of the two is NaN. Equal elements give the gradient to input. */
export const fmax = (input: Tensor, other: Tensor): Tensor => extremum('fmax', 'FmaxBackward0', input, other);
/** The smaller element; a number where only one of the two is NaN. Equal elements give the gradient to input. */
export const fmin = (input: Tensor, other: Tensor): Tensor => extremum('fmin', 'FminBackward0', input, other);

/** input · 2^other. Integers give float32. */
export function ldexp(input: Tensor, other: Tensor): Tensor {
  const o = resolve('ldexp', checkDense('ldexp', 'input', input), checkDense('ldexp', 'other', other), true);
  return mul(o.a, pow(2, o.b));
}

const bits = new DataView(new ArrayBuffer(8));

/** The neighbour of a in the direction of b, of numbers of 32 or 64 bits. */
function neighbour(wide: boolean): (a: number, b: number) => number {
  const smallest = wide ? Number.MIN_VALUE : 2 ** -149;
  return (a, b) => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
    if (a === b) return b;
    if (a === 0) return b > 0 ? smallest : -smallest;
    const step = b > a === a > 0 ? 1 : -1;
    if (wide) {
      bits.setFloat64(0, a);
      bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(step));
      return bits.getFloat64(0);
    }
    bits.setFloat32(0, a);
    bits.setInt32(0, bits.getInt32(0) + step);
    return bits.getFloat32(0);
  };
}

/** The next number that the dtype holds, from input towards other; its slope is input's. @throws DTypeError for integers. */
export function nextafter(input: Tensor, other: Tensor): Tensor {
  const o = resolve('nextafter', checkDense('nextafter', 'input', input), checkDense('nextafter', 'other', other));
  if (!isFloating(o.dtype)) throw new DTypeError(`nextafter: needs floating-point tensors, got ${o.dtype}`);
  const out = mapTwo(o, neighbour(o.dtype === 'float64'));
  if (!needsGradTwo(o)) return out;
  return recordTwo('NextafterBackward0', o, out, tensorsOf(o.a, o.b), (grad, k) =>
    k === 0 ? where(eq(o.a, o.b), 0, grad) : mul(grad, 0),
  );
}

function integersOf(op: string, input: unknown, other: unknown): Operands {
  const o = resolve(op, input, other);
  if (isFloating(o.dtype) || o.dtype === 'bool') throw new DTypeError(`${op}: needs integers, got ${o.dtype}`);
  return o;
}

function divisorOf(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** The greatest common divisor of integers; of 0 and 0, 0. @throws DTypeError for floats and bool. */
export function gcd(input: Tensor, other: Tensor): Tensor {
  return mapTwo(integersOf('gcd', checkDense('gcd', 'input', input), checkDense('gcd', 'other', other)), divisorOf);
}

/** The least common multiple of integers; with 0, 0. @throws DTypeError for floats and bool. */
export function lcm(input: Tensor, other: Tensor): Tensor {
  const o = integersOf('lcm', checkDense('lcm', 'input', input), checkDense('lcm', 'other', other));
  return mapTwo(o, (a, b) => (a === 0 || b === 0 ? 0 : Math.abs((a / divisorOf(a, b)) * b)));
}

/** input to the power of exponent, in float64. */
export function floatPower(input: Operand, exponent: Operand): Tensor {
  const o = resolve('floatPower', input, exponent);
  const wide = (x: Operand) => (x instanceof Tensor ? to(x, 'float64') : x);
  return pow(wide(o.a), wide(o.b));
}

const width = { int32: 32, uint8: 8 } as const;

function shift(op: string, input: unknown, other: unknown, move: (a: number, by: number, bits: number) => number) {
  const o = integersOf(op, input, other);
  const most = width[o.dtype as 'int32' | 'uint8'];
  return mapTwo(o, (a, by) => move(a, by, most));
}

/** input · 2^other as bits: what leaves the dtype's width is lost. @throws DTypeError for floats and bool. */
export function bitwiseLeftShift(input: Operand, other: Operand): Tensor {
  return shift('bitwiseLeftShift', input, other, (a, by, most) => (by < 0 || by >= most ? 0 : a << by));
}

/** ⌊input / 2^other⌋ as bits; the sign stays. @throws DTypeError for floats and bool. */
export function bitwiseRightShift(input: Operand, other: Operand): Tensor {
  return shift('bitwiseRightShift', input, other, (a, by, most) => (by < 0 || by >= most ? (a < 0 ? -1 : 0) : a >> by));
}

/** other − alpha · input, broadcast. @throws DTypeError for bool. */
export function rsub(input: Tensor, other: Operand, options?: AlphaOptions): Tensor {
  return inNameOf('rsub', () => sub(other, checkDense('rsub', 'input', input), options));
}

const pairs: { readonly [op: string]: (a: Tensor, b: never) => Tensor } = {
  atan2,
  hypot,
  xlogy,
  copysign,
  heaviside,
  ldexp,
  nextafter,
  gcd,
  lcm,
  bitwiseLeftShift,
  bitwiseRightShift,
};
const methods: { [name: string]: (this: Tensor, other: never) => unknown } = {};
for (const [op, fn] of Object.entries({ ...pairs, fmax, fmin, floatPower })) {
  methods[op] = function (this: Tensor, other: never) {
    return fn(this, other);
  };
}
for (const [op, fn] of Object.entries(pairs)) {
  methods[`${op}_`] = function (this: Tensor, other: never) {
    const target = checkWritable(`${op}_`, this, other);
    const result = inNameOf(`${op}_`, () => fn(target.detach(), other));
    checkInPlace(`${op}_`, target, result.dtype, result.shape);
    return replace(`${op}_`, target, result);
  };
}
installMethods({
  ...methods,
  rsub(this: Tensor, other: Operand, options?: AlphaOptions) {
    return rsub(this, other, options);
  },
});
