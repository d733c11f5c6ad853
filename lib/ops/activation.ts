import { ArgumentError, DTypeError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { applyRule, applyRuleInPlace, applyRuleInto, fused, type Rule } from './one_operand.js';
import { checkDense } from './operands.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** max(x, 0); NaN stays NaN. */
    relu(): Tensor;
    /** 1 / (1 + e^−x) */
    sigmoid(): Tensor;
    /** The hyperbolic tangent. */
    tanh(): Tensor;
    /** `relu` in place. */
    relu_(): this;
    /** `sigmoid` in place. */
    sigmoid_(): this;
    /** `tanh` in place. */
    tanh_(): this;
  }
}

const rules = {
  relu: fused('relu', 'relu', 'ReluBackward0', 'output', 'reluBackward', 'kernel'),
  sigmoid: fused('sigmoid', 'sigmoid', 'SigmoidBackward0', 'output', 'sigmoidBackward'),
  tanh: fused('tanh', 'tanh', 'TanhBackward0', 'output', 'tanhBackward'),
  leakyRelu: fused('leakyRelu', 'leakyRelu', 'LeakyReluBackward0', 'input', 'leakyReluBackward'),
  gelu: fused('gelu', 'gelu', 'GeluBackward0', 'input', 'geluBackward'),
  geluTanh: fused('gelu', 'geluTanh', 'GeluBackward0', 'input', 'geluTanhBackward'),
  silu: fused('silu', 'silu', 'SiluBackward0', 'input', 'siluBackward'),
  softplus: fused('softplus', 'softplus', 'SoftplusBackward0', 'input', 'softplusBackward'),
  elu: fused('elu', 'elu', 'EluBackward0', 'input', 'eluBackward'),
  celu: fused('celu', 'celu', 'CeluBackward0', 'input', 'celuBackward'),
  selu: fused('selu', 'elu', 'EluBackward0', 'input', 'eluBackward'),
  logSigmoid: fused('logSigmoid', 'logSigmoid', 'LogSigmoidBackward0', 'input', 'logSigmoidBackward'),
  mish: fused('mish', 'mish', 'MishBackward0', 'input', 'mishBackward'),
  hardtanh: fused('hardtanh', 'clamp', 'HardtanhBackward0', 'input', 'hardtanhBackward', 'kernel'),
  relu6: fused('relu6', 'clamp', 'HardtanhBackward0', 'input', 'hardtanhBackward', 'kernel'),
};

/** @throws ArgumentError unless `value` is a number. */
export function checkNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
}

export interface InplaceOptions {
  /**
   * Write the result into the input's memory and return the input. Recorded operations whose input it was for may not
   * need it for their gradients: backward says so. Default false.
   */
  inplace?: boolean;
}

/** A rule with its options: in place where they say so. */
export function activate(rule: Rule, input: Tensor, options: InplaceOptions | undefined, p0 = 0, p1 = 0): Tensor {
  if (options === undefined || !inplaceOf(rule.op, options)) return applyRule(rule, input, p0, p1);
  return applyRuleInto(rule, input, p0, p1);
}

/** The option `inplace`, checked. */
export function inplaceOf(op: string, options: InplaceOptions | undefined): boolean {
  const { inplace = false } = checkOptions(op, options, ['inplace']);
  if (typeof inplace === 'boolean') return inplace;
  throw new ArgumentError(`${op}: inplace must be true or false, got ${describe(inplace)}`);
}

/** max(input, 0), elementwise; its gradient at 0 is 0, and NaN stays NaN. */
export function relu(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.relu, input, options);
}

/** 1 / (1 + e^−input); both tails keep relative accuracy. */
export function sigmoid(input: Tensor): Tensor {
  return applyRule(rules.sigmoid, input);
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return applyRule(rules.tanh, input);
}

/** input where it is positive, else negativeSlope · input. */
export function leakyRelu(input: Tensor, negativeSlope = 0.01, options?: InplaceOptions): Tensor {
  return activate(rules.leakyRelu, input, options, checkNumber('leakyRelu', 'negativeSlope', negativeSlope));
}

export interface GeluOptions {
  /** 'none': x Φ(x) by the error function. 'tanh': the approximation by tanh. Default 'none'. */
  approximate?: 'none' | 'tanh';
}

/** x Φ(x), Φ being the standard normal distribution (Hendrycks and Gimpel, arXiv:1606.08415). */
export function gelu(input: Tensor, options?: GeluOptions): Tensor {
  const { approximate = 'none' } = checkOptions('gelu', options, ['approximate']);
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw new ArgumentError(`gelu: approximate must be 'none' or 'tanh', got ${describe(approximate)}`);
  }
  return applyRule(approximate === 'tanh' ? rules.geluTanh : rules.gelu, input);
}

/** x · sigmoid(x), also called swish. */
export function silu(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.silu, input, options);
}

export interface SoftplusOptions {
  /** Sharpness. Default 1. */
  beta?: number;
  /** Beyond beta · x = threshold the function is x. Default 20. */
  threshold?: number;
}

/** ln(1 + e^(beta x)) / beta: a smooth relu. */
export function softplus(input: Tensor, options?: SoftplusOptions): Tensor {
  const { beta = 1, threshold = 20 } = checkOptions('softplus', options, ['beta', 'threshold']);
  return applyRule(
    rules.softplus,
    input,
    checkNumber('softplus', 'beta', beta),
    checkNumber('softplus', 'threshold', threshold),
  );
}

/** input where it is positive, else alpha (e^input − 1). */
export function elu(input: Tensor, alpha = 1, options?: InplaceOptions): Tensor {
  return activate(rules.elu, input, options, checkNumber('elu', 'alpha', alpha), 1);
}

/** max(input, 0) + min(0, alpha (e^(input / alpha) − 1)): an elu without a kink (Barron 2017, arXiv:1704.07483). */
export function celu(input: Tensor, alpha = 1, options?: InplaceOptions): Tensor {
  if (checkNumber('celu', 'alpha', alpha) === 0) throw new ValueError('celu: alpha must not be 0');
  return activate(rules.celu, input, options, alpha);
}

/** elu with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al., arXiv:1706.02515). */
export function selu(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.selu, input, options, 1.6732632423543772, 1.0507009873554805);
}

/** ln(sigmoid(input)), accurate in both tails. */
export function logSigmoid(input: Tensor): Tensor {
  return applyRule(rules.logSigmoid, input);
}

/** x · tanh(softplus(x)) */
export function mish(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.mish, input, options);
}

/**
 * input limited to [minVal, maxVal]; the gradient passes strictly between them. Integers stay integers, and their limits
 * lose the fraction.
 * @throws ValueError when minVal exceeds maxVal, or is negative for uint8; DTypeError for bool.
 */
export function hardtanh(input: Tensor, minVal = -1, maxVal = 1, options?: InplaceOptions): Tensor {
  const low = checkNumber('hardtanh', 'minVal', minVal);
  return limit(rules.hardtanh, input, low, checkNumber('hardtanh', 'maxVal', maxVal), options);
}

/** input limited to [0, 6]; integers stay integers. @throws DTypeError for bool. */
export function relu6(input: Tensor, options?: InplaceOptions): Tensor {
  return limit(rules.relu6, input, 0, 6, options);
}

function limit(rule: Rule, input: Tensor, low: number, high: number, options?: InplaceOptions): Tensor {
  const { op } = rule;
  if (low > high) throw new ValueError(`${op}: minVal must not exceed maxVal, got ${low} and ${high}`);
  const x = checkDense(op, 'input', input);
  if (isFloating(x.dtype)) return activate(rule, x, options, low, high);
  if (x.dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors`);
  if (x.dtype === 'uint8' && low < 0) throw new ValueError(`${op}: uint8 tensors have no negative limit, got ${low}`);
  return activate(rule, x, options, Math.trunc(low), Math.trunc(high));
}

installMethods({
  relu(this: Tensor) {
    return relu(this);
  },
  sigmoid(this: Tensor) {
    return sigmoid(this);
  },
  tanh(this: Tensor) {
    return tanh(this);
  },
  relu_(this: Tensor) {
    return applyRuleInPlace(rules.relu, this);
  },
  sigmoid_(this: Tensor) {
    return applyRuleInPlace(rules.sigmoid, this);
  },
  tanh_(this: Tensor) {
    return applyRuleInPlace(rules.tanh, this);
  },
});
