import { binary } from '../calls/elementwise.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { applyRule, applyRuleInPlace, fused, type Rule, stepwise } from './one_operand.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** |x|, elementwise; its gradient at 0 is 0. */
    abs(): Tensor;
    /** −1, 0 or 1 by the sign of each element; 0 for NaN. */
    sign(): Tensor;
    /** √x */
    sqrt(): Tensor;
    /** 1 / √x */
    rsqrt(): Tensor;
    /** 1 / x */
    reciprocal(): Tensor;
    /** The largest integer not above x. */
    floor(): Tensor;
    /** The smallest integer not below x. */
    ceil(): Tensor;
    /** The integer part: towards zero. */
    trunc(): Tensor;
    /** eˣ */
    exp(): Tensor;
    /** eˣ − 1, exact for small x. */
    expm1(): Tensor;
    /** The natural logarithm. */
    log(): Tensor;
    /** ln(1 + x), exact for small x. */
    log1p(): Tensor;
    /** The logarithm to base 2. */
    log2(): Tensor;
    /** The logarithm to base 10. */
    log10(): Tensor;
    /** The sine of an angle in radians. */
    sin(): Tensor;
    /** The cosine of an angle in radians. */
    cos(): Tensor;
    /** The tangent of an angle in radians. */
    tan(): Tensor;
    /** The arc sine, in radians. */
    asin(): Tensor;
    /** The arc cosine, in radians. */
    acos(): Tensor;
    /** The arc tangent, in radians. */
    atan(): Tensor;
    /** The hyperbolic sine. */
    sinh(): Tensor;
    /** The hyperbolic cosine. */
    cosh(): Tensor;
    /** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
    erf(): Tensor;
    /** `abs` in place. */
    abs_(): this;
    /** `sqrt` in place. */
    sqrt_(): this;
    /** `rsqrt` in place. */
    rsqrt_(): this;
    /** `reciprocal` in place. */
    reciprocal_(): this;
    /** `floor` in place. */
    floor_(): this;
    /** `ceil` in place. */
    ceil_(): this;
    /** `trunc` in place. */
    trunc_(): this;
    /** `exp` in place. */
    exp_(): this;
    /** `log` in place. */
    log_(): this;
  }
}

const byQuotient = (grad: Tensor, x: Tensor) => binary('div', grad, x, x.shape);
const byProduct = (grad: Tensor, out: Tensor) => binary('mul', grad, out, out.shape);

const rules = {
  abs: fused('abs', 'abs', 'AbsBackward0', 'input', 'absBackward', 'kernel'),
  sign: stepwise('sign', 'sign', 'SignBackward0', 'kernel'),
  sqrt: fused('sqrt', 'sqrt', 'SqrtBackward0', 'output', 'sqrtBackward'),
  rsqrt: fused('rsqrt', 'rsqrt', 'RsqrtBackward0', 'output', 'rsqrtBackward'),
  reciprocal: fused('reciprocal', 'reciprocal', 'ReciprocalBackward0', 'output', 'reciprocalBackward'),
  floor: stepwise('floor', 'floor', 'FloorBackward0', 'same'),
  ceil: stepwise('ceil', 'ceil', 'CeilBackward0', 'same'),
  trunc: stepwise('trunc', 'trunc', 'TruncBackward0', 'same'),
  exp: { op: 'exp', kernel: 'exp', node: 'ExpBackward0', saves: 'output', gradient: byProduct },
  expm1: fused('expm1', 'expm1', 'Expm1Backward0', 'output', 'expm1Backward'),
  log: { op: 'log', kernel: 'log', node: 'LogBackward0', saves: 'input', gradient: byQuotient },
  log1p: fused('log1p', 'log1p', 'Log1PBackward0', 'input', 'log1pBackward'),
  log2: fused('log2', 'log2', 'Log2Backward0', 'input', 'log2Backward'),
  log10: fused('log10', 'log10', 'Log10Backward0', 'input', 'log10Backward'),
  sin: fused('sin', 'sin', 'SinBackward0', 'input', 'sinBackward'),
  cos: fused('cos', 'cos', 'CosBackward0', 'input', 'cosBackward'),
  tan: fused('tan', 'tan', 'TanBackward0', 'output', 'tanBackward'),
  asin: fused('asin', 'asin', 'AsinBackward0', 'input', 'asinBackward'),
  acos: fused('acos', 'acos', 'AcosBackward0', 'input', 'acosBackward'),
  atan: fused('atan', 'atan', 'AtanBackward0', 'input', 'atanBackward'),
  sinh: fused('sinh', 'sinh', 'SinhBackward0', 'input', 'sinhBackward'),
  cosh: fused('cosh', 'cosh', 'CoshBackward0', 'input', 'coshBackward'),
  erf: fused('erf', 'erf', 'ErfBackward0', 'input', 'erfBackward'),
} satisfies { [op: string]: Rule };

/** |input| */
export const abs = (input: Tensor): Tensor => applyRule(rules.abs, input);
/** −1, 0 or 1 by sign; 0 for NaN. */
export const sign = (input: Tensor): Tensor => applyRule(rules.sign, input);
/** √input */
export const sqrt = (input: Tensor): Tensor => applyRule(rules.sqrt, input);
/** 1 / √input */
export const rsqrt = (input: Tensor): Tensor => applyRule(rules.rsqrt, input);
/** 1 / input */
export const reciprocal = (input: Tensor): Tensor => applyRule(rules.reciprocal, input);
/** The largest integer not above each element; integer tensors stay as they are. */
export const floor = (input: Tensor): Tensor => applyRule(rules.floor, input);
/** The smallest integer not below each element; integer tensors stay as they are. */
export const ceil = (input: Tensor): Tensor => applyRule(rules.ceil, input);
/** The integer part of each element; integer tensors stay as they are. */
export const trunc = (input: Tensor): Tensor => applyRule(rules.trunc, input);
/** e to the power of input; integers give float32, as for all functions below. */
export const exp = (input: Tensor): Tensor => applyRule(rules.exp, input);
/** e to the power of input, minus 1, exact for small inputs. */
export const expm1 = (input: Tensor): Tensor => applyRule(rules.expm1, input);
/** The natural logarithm. */
export const log = (input: Tensor): Tensor => applyRule(rules.log, input);
/** ln(1 + input), exact for small inputs. */
export const log1p = (input: Tensor): Tensor => applyRule(rules.log1p, input);
/** The logarithm to base 2. */
export const log2 = (input: Tensor): Tensor => applyRule(rules.log2, input);
/** The logarithm to base 10. */
export const log10 = (input: Tensor): Tensor => applyRule(rules.log10, input);
/** The sine; angles in radians. */
export const sin = (input: Tensor): Tensor => applyRule(rules.sin, input);
/** The cosine; angles in radians. */
export const cos = (input: Tensor): Tensor => applyRule(rules.cos, input);
/** The tangent; angles in radians. */
export const tan = (input: Tensor): Tensor => applyRule(rules.tan, input);
/** The arc sine in radians. */
export const asin = (input: Tensor): Tensor => applyRule(rules.asin, input);
/** The arc cosine in radians. */
export const acos = (input: Tensor): Tensor => applyRule(rules.acos, input);
/** The arc tangent in radians. */
export const atan = (input: Tensor): Tensor => applyRule(rules.atan, input);
/** The hyperbolic sine. */
export const sinh = (input: Tensor): Tensor => applyRule(rules.sinh, input);
/** The hyperbolic cosine. */
export const cosh = (input: Tensor): Tensor => applyRule(rules.cosh, input);
/** The error function. */
export const erf = (input: Tensor): Tensor => applyRule(rules.erf, input);

const inPlace = ['abs', 'sqrt', 'rsqrt', 'reciprocal', 'floor', 'ceil', 'trunc', 'exp', 'log'] as const;

installMethods({
  ...methodsOf((rule) => rule.op, Object.values(rules), applyRule),
  ...methodsOf(
    (rule) => `${rule.op}_`,
    inPlace.map((op) => rules[op]),
    applyRuleInPlace,
  ),
});

function methodsOf(
  nameOf: (rule: Rule) => string,
  list: readonly Rule[],
  apply: (rule: Rule, input: Tensor) => Tensor,
): { [name: string]: (this: Tensor) => Tensor } {
  const methods: { [name: string]: (this: Tensor) => Tensor } = {};
  for (const rule of list) {
    methods[nameOf(rule)] = function (this: Tensor) {
      return apply(rule, this);
    };
  }
  return methods;
}
