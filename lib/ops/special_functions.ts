/** Functions of one tensor beside those with kernels of their own: error and gamma functions, hyperbolic inverses, … */

import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { binary, unary } from '../calls/elementwise.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul, neg, sub } from './arithmetic.js';
import { i0Of, i1Of } from './bessel.js';
import { clamp } from './clamping.js';
import { eq, gt, isinf, isnan, logicalAnd, lt } from './comparison.js';
import { mapOne } from './element_loops.js';
import { digammaOf, erfcOf, erfinvOf, polygammaOf, trigammaOf } from './gamma.js';
import { checkWritable, replace } from './in_place.js';
import { where } from './masking.js';
import { checkDense, checkInPlace, toComputing, toFloating } from './operands.js';
import { cos, exp, log, sign, sin, sqrt, trunc } from './pointwise.js';
import { pow, square } from './power.js';

export interface NanToNumOptions {
  /** In place of NaN. Default 0. */
  nan?: number | null;
  /** In place of Infinity. Default: the dtype's largest number. */
  posinf?: number | null;
  /** In place of −Infinity. Default: the dtype's smallest number. */
  neginf?: number | null;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** 1 − erf(x), exact where it is small. */
    erfc(): Tensor;
    /** The inverse of the error function. */
    erfinv(): Tensor;
    /** ln |Γ(x)|. */
    lgamma(): Tensor;
    /** The derivative of lgamma. */
    digamma(): Tensor;
    /** The inverse hyperbolic cosine. */
    acosh(): Tensor;
    /** The inverse hyperbolic sine. */
    asinh(): Tensor;
    /** The inverse hyperbolic tangent. */
    atanh(): Tensor;
    /** 2ˣ */
    exp2(): Tensor;
    /** sin(πx) / (πx), and 1 at 0. */
    sinc(): Tensor;
    /** ln(x / (1 − x)); with eps x is limited to [eps, 1 − eps] first. */
    logit(eps?: number | null): Tensor;
    /** The part behind the point, with x's sign: x − trunc(x). */
    frac(): Tensor;
    /** Degrees as radians. */
    deg2rad(): Tensor;
    /** Radians as degrees. */
    rad2deg(): Tensor;
    /** `sign`: there are no complex numbers. */
    sgn(): Tensor;
    /** Where the sign bit is set: below 0, and −0. */
    signbit(): Tensor;
    /** This tensor: +x. */
    positive(): Tensor;
    /** Where elements are +Infinity. */
    isposinf(): Tensor;
    /** Where elements are −Infinity. */
    isneginf(): Tensor;
    /** True everywhere: there are no complex numbers. */
    isreal(): Tensor;
    /** A copy with numbers in place of NaN and infinities. */
    nanToNum(options?: NanToNumOptions): Tensor;
    /** The modified Bessel function of the first kind of order 0. */
    i0(): Tensor;
    /** The n-th derivative of digamma. */
    polygamma(n: number): Tensor;
    /** `i0` in place. */
    i0_(): this;
    /** `polygamma` in place. */
    polygamma_(n: number): this;
    /** `erfc` in place. */
    erfc_(): this;
    /** `erfinv` in place. */
    erfinv_(): this;
    /** `lgamma` in place. */
    lgamma_(): this;
    /** `digamma` in place. */
    digamma_(): this;
    /** `acosh` in place. */
    acosh_(): this;
    /** `asinh` in place. */
    asinh_(): this;
    /** `atanh` in place. */
    atanh_(): this;
    /** `exp2` in place. */
    exp2_(): this;
    /** `sinc` in place. */
    sinc_(): this;
    /** `logit` in place. */
    logit_(eps?: number | null): this;
    /** `frac` in place. */
    frac_(): this;
    /** `deg2rad` in place. */
    deg2rad_(): this;
    /** `rad2deg` in place. */
    rad2deg_(): this;
    /** `sgn` in place. */
    sgn_(): this;
    /** `nanToNum` in place. */
    nanToNum_(options?: NanToNumOptions): this;
  }
}

/** Values by a loop, the slope by a formula of input and output. Integers become float32. */
function recorded(
  op: string,
  input: unknown,
  node: string,
  value: (x: number) => number,
  slope: (x: Tensor, out: Tensor) => Tensor,
): Tensor {
  const x = toFloating(checkDense(op, 'input', input));
  const out = mapOne(x, value);
  if (!needsGrad(x)) return out;
  return record(node, [x], out, (grad) => [mul(grad, slope(x.detach(), out.detach()))], [x, out]);
}

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** 1 − erf(input), exact where it is small. */
export function erfc(input: Tensor): Tensor {
  const x = toFloating(checkDense('erfc', 'input', input));
  const out = x.dtype === 'float32' ? erfcOfSingles(x.detach()) : mapOne(x, erfcOf);
  if (!needsGrad(x)) return out;
  const slope = (t: Tensor) => mul(exp(neg(square(t))), -TWO_OVER_SQRT_PI);
  return record('ErfcBackward0', [x], out, (grad) => [mul(grad, slope(x.detach()))], [x]);
}

/** erfc in float32: a double's digits are enough for 1 − erf up to 3. */
function erfcOfSingles(x: Tensor): Tensor {
  const wide = unary('erf', copyOf(x, 'float64'));
  const out = copyOf(binary('sub', 1, wide, x.shape, 1), 'float32');
  const source = x.contiguous();
  const from = source.storage.array;
  const to = out.storage.array;
  for (let i = 0; i < out.numel; i++) {
    const value = from[source.offset + i];
    if (value > 3) to[out.offset + i] = erfcOf(value);
  }
  return out;
}

/** The inverse of the error function: infinite at ±1, NaN beyond. */
export const erfinv = (input: Tensor): Tensor =>
  recorded('erfinv', input, 'ErfinvBackward0', erfinvOf, (_, y) => mul(exp(square(y)), 1 / TWO_OVER_SQRT_PI));
/** ln |Γ(input)|. */
export function lgamma(input: Tensor): Tensor {
  const x = toFloating(checkDense('lgamma', 'input', input));
  const out = unary('lgamma', x.detach());
  if (!needsGrad(x)) return out;
  return record('LgammaBackward0', [x], out, (grad) => [mul(grad, mapOne(x.detach(), digammaOf))], [x]);
}
/** The derivative of lgamma. */
export const digamma = (input: Tensor): Tensor =>
  recorded('digamma', input, 'DigammaBackward0', digammaOf, (x) => mapOne(x, trigammaOf));
/** The inverse hyperbolic cosine; NaN below 1. */
export const acosh = (input: Tensor): Tensor =>
  recorded('acosh', input, 'AcoshBackward0', Math.acosh, (x) => div(1, sqrt(sub(square(x), 1))));
/** The inverse hyperbolic sine. */
export const asinh = (input: Tensor): Tensor =>
  recorded('asinh', input, 'AsinhBackward0', Math.asinh, (x) => div(1, sqrt(square(x).add(1))));
/** The inverse hyperbolic tangent; infinite at ±1, NaN beyond. */
export const atanh = (input: Tensor): Tensor =>
  recorded('atanh', input, 'AtanhBackward0', Math.atanh, (x) => div(1, sub(1, square(x))));

/** The modified Bessel function of the first kind of order 0, of Kaiser's window and the von Mises distribution. */
export const i0 = (input: Tensor): Tensor => recorded('i0', input, 'I0Backward0', i0Of, (x) => mapOne(x, i1Of));

/**
 * The n-th derivative of digamma: digamma for n = 0. PyTorch takes n first, too.
 * @throws ValueError unless n is an integer of at least 0
 */
export function polygamma(n: number, input: Tensor): Tensor {
  if (!Number.isSafeInteger(n) || n < 0) {
    throw new ValueError(`polygamma: n must be an integer of at least 0, got ${describe(n)}`);
  }
  return recorded(
    'polygamma',
    input,
    'PolygammaBackward0',
    (x) => polygammaOf(n, x),
    (x) => mapOne(x, (value) => polygammaOf(n + 1, value)),
  );
}

/** 2 to the power of input. */
export function exp2(input: Tensor): Tensor {
  return pow(2, toFloating(checkDense('exp2', 'input', input)));
}

/** sin(π · input) / (π · input), and 1 at 0. */
export function sinc(input: Tensor): Tensor {
  const x = toFloating(checkDense('sinc', 'input', input));
  const value = (t: number) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
  const slope = (t: Tensor) => {
    const angle = mul(t, Math.PI);
    const turned = sub(mul(angle, cos(angle)), sin(angle));
    return where(eq(t, 0), 0, div(turned, mul(angle, t)));
  };
  return recorded('sinc', x, 'SincBackward0', value, slope);
}

/** ln(input / (1 − input)); with eps, input is limited to [eps, 1 − eps] first, and has no gradient beyond. */
export function logit(input: Tensor, eps?: number | null): Tensor {
  const x = toFloating(checkDense('logit', 'input', input));
  if (eps !== undefined && eps !== null && typeof eps !== 'number') {
    throw new ArgumentError(`logit: eps must be a number or null, got ${describe(eps)}`);
  }
  const limited = eps === undefined || eps === null ? x : clamp(x, eps, 1 - eps);
  return log(div(limited, sub(1, limited)));
}

/** The part behind the point: input − trunc(input). @throws ArgumentError for integers. */
export function frac(input: Tensor): Tensor {
  const x = toComputing(checkDense('frac', 'input', input));
  if (!isFloating(x.dtype)) throw new ArgumentError(`frac: input must be floating-point, got ${x.dtype}`);
  return sub(x, trunc(x.detach()));
}

/** Degrees as radians. */
export const deg2rad = (input: Tensor): Tensor => mul(toFloating(checkDense('deg2rad', 'input', input)), Math.PI / 180);
/** Radians as degrees. */
export const rad2deg = (input: Tensor): Tensor => mul(toFloating(checkDense('rad2deg', 'input', input)), 180 / Math.PI);
/** `sign`: there are no complex numbers. */
export const sgn = (input: Tensor): Tensor => sign(checkDense('sgn', 'input', input));

/** Where the sign bit is set: below 0, and −0. */
export function signbit(input: Tensor): Tensor {
  const x = toComputing(checkDense('signbit', 'input', input));
  return mapOne(x, (value) => (value < 0 || Object.is(value, -0) ? 1 : 0), 'bool');
}

/** input itself. @throws ArgumentError for bool. */
export function positive(input: Tensor): Tensor {
  const x = checkDense('positive', 'input', input);
  if (x.dtype === 'bool') throw new ArgumentError('positive: is not defined for bool tensors');
  return x;
}

/** Where input is +Infinity. */
export function isposinf(input: Tensor): Tensor {
  return logicalAnd(isinf(checkDense('isposinf', 'input', input)), gt(input, 0));
}

/** Where input is −Infinity. */
export function isneginf(input: Tensor): Tensor {
  return logicalAnd(isinf(checkDense('isneginf', 'input', input)), lt(input, 0));
}

/** True everywhere: there are no complex numbers. */
export function isreal(input: Tensor): Tensor {
  const out = Tensor.allocate(checkDense('isreal', 'input', input).shape, 'bool', false);
  out.storage.array.fill(1);
  return out;
}

const largest: { readonly [dtype: string]: number } = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

/** A copy with numbers in place of NaN and infinities; the gradient passes where nothing was replaced. */
export function nanToNum(input: Tensor, options?: NanToNumOptions): Tensor {
  const op = 'nanToNum';
  const given = checkOptions(op, options, ['nan', 'posinf', 'neginf']);
  const x = toComputing(checkDense(op, 'input', input));
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null && typeof value !== 'number') {
      throw new ArgumentError(`${op}: ${name} must be a number or null, got ${describe(value)}`);
    }
  }
  if (!isFloating(x.dtype)) return x.clone();
  const most = largest[input.dtype];
  const finite = where(isnan(x), given.nan ?? 0, x);
  const above = where(eq(finite, Number.POSITIVE_INFINITY), given.posinf ?? most, finite);
  return where(eq(x, Number.NEGATIVE_INFINITY), given.neginf ?? -most, above);
}

const functions = { erfc, erfinv, lgamma, digamma, i0, acosh, asinh, atanh, exp2, sinc, frac, deg2rad, rad2deg, sgn };

/** A finished result written over the tensor that it was computed from. */
function over(op: string, target: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  const result = inNameOf(op, () => compute(checkWritable(op, target).detach()));
  checkInPlace(op, target, result.dtype, result.shape);
  return replace(op, target, result);
}

const methods: { [name: string]: (this: Tensor) => unknown } = {};
for (const [op, fn] of Object.entries({ ...functions, signbit, positive, isposinf, isneginf, isreal })) {
  methods[op] = function (this: Tensor) {
    return fn(this);
  };
}
for (const [op, fn] of Object.entries(functions)) {
  methods[`${op}_`] = function (this: Tensor) {
    return over(`${op}_`, this, fn);
  };
}

installMethods({
  ...methods,
  logit(this: Tensor, eps?: number | null) {
    return logit(this, eps);
  },
  logit_(this: Tensor, eps?: number | null) {
    return over('logit_', this, (x) => logit(x, eps));
  },
  polygamma(this: Tensor, n: number) {
    return polygamma(n, this);
  },
  polygamma_(this: Tensor, n: number) {
    return over('polygamma_', this, (x) => polygamma(n, x));
  },
  nanToNum(this: Tensor, options?: NanToNumOptions) {
    return nanToNum(this, options);
  },
  nanToNum_(this: Tensor, options?: NanToNumOptions) {
    return over('nanToNum_', this, (x) => nanToNum(x, options));
  },
});
