import { ArgumentError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { applyRule, applyRuleInPlace, fused } from './one_operand.js';

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
  logSigmoid: fused('logSigmoid', 'logSigmoid', 'LogSigmoidBackward0', 'input', 'logSigmoidBackward'),
  mish: fused('mish', 'mish', 'MishBackward0', 'input', 'mishBackward'),
  hardtanh: fused('hardtanh', 'clamp', 'HardtanhBackward0', 'input', 'hardtanhBackward'),
};

function checkNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
}

/** max(input, 0), elementwise; its gradient at 0 is 0, and NaN stays NaN. */
export function relu(input: Tensor): Tensor {
  return applyRule(rules.relu, input);
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
export function leakyRelu(input: Tensor, negativeSlope = 0.01): Tensor {
  return applyRule(rules.leakyRelu, input, checkNumber('leakyRelu', 'negativeSlope', negativeSlope));
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
export function silu(input: Tensor): Tensor {
  return applyRule(rules.silu, input);
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
export function elu(input: Tensor, alpha = 1): Tensor {
  return applyRule(rules.elu, input, checkNumber('elu', 'alpha', alpha), 1);
}

/** elu with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al., arXiv:1706.02515). */
export function selu(input: Tensor): Tensor {
  return applyRule(rules.elu, input, 1.6732632423543772, 1.0507009873554805);
}

/** ln(sigmoid(input)), accurate in both tails. */
export function logSigmoid(input: Tensor): Tensor {
  return applyRule(rules.logSigmoid, input);
}

/** x · tanh(softplus(x)) */
export function mish(input: Tensor): Tensor {
  return applyRule(rules.mish, input);
}

/** input limited to [minVal, maxVal]; the gradient passes strictly between them. */
export function hardtanh(input: Tensor, minVal = -1, maxVal = 1): Tensor {
  const low = checkNumber('hardtanh', 'minVal', minVal);
  return applyRule(rules.hardtanh, input, low, checkNumber('hardtanh', 'maxVal', maxVal));
}

/** input limited to [0, 6]. */
export function relu6(input: Tensor): Tensor {
  return hardtanh(input, 0, 6);
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
