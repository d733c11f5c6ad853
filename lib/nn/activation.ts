import { ArgumentError, describe } from '../errors.js';
import * as ops from '../ops/activation.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';

/** @throws ArgumentError unless `dim` is an integer. */
export function checkDim(op: string, dim: unknown): number {
  if (typeof dim === 'number' && Number.isInteger(dim)) return dim;
  throw new ArgumentError(`${op}: dim must be an integer, the dimension to normalise, got ${describe(dim)}`);
}

/** The base of the activations that can write into their input's memory. */
export abstract class InplaceActivation extends Module {
  /** Whether the result is written into the input's memory. */
  readonly inplace: boolean;

  constructor(options?: ops.InplaceOptions) {
    super();
    this.inplace = ops.inplaceOf(new.target.name, options);
  }

  protected get inplaceOptions(): ops.InplaceOptions | undefined {
    return this.inplace ? { inplace: true } : undefined;
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** max(x, 0), elementwise. */
export class ReLU extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.relu(input, this.inplaceOptions);
  }
}

/** x limited to [0, 6]. */
export class ReLU6 extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.relu6(input, this.inplaceOptions);
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  forward(input: Tensor): Tensor {
    return ops.tanh(input);
  }
}

/** 1 / (1 + e^-x) */
export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return ops.sigmoid(input);
  }
}

/** ln(sigmoid(x)) */
export class LogSigmoid extends Module {
  forward(input: Tensor): Tensor {
    return ops.logSigmoid(input);
  }
}

/** x · sigmoid(x) */
export class SiLU extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.silu(input, this.inplaceOptions);
  }
}

/** x · tanh(softplus(x)) */
export class Mish extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.mish(input, this.inplaceOptions);
  }
}

/** elu with the scale and alpha that keep mean 0 and variance 1. */
export class SELU extends InplaceActivation {
  forward(input: Tensor): Tensor {
    return ops.selu(input, this.inplaceOptions);
  }
}

/** x Φ(x), Φ being the standard normal distribution; `approximate: 'tanh'` for the approximation by tanh. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options?: ops.GeluOptions) {
    super();
    const { approximate = 'none' } = checkOptions('GELU', options, ['approximate']);
    if (approximate !== 'none' && approximate !== 'tanh') {
      throw new ArgumentError(`GELU: approximate must be 'none' or 'tanh', got ${describe(approximate)}`);
    }
    this.approximate = approximate;
  }

  forward(input: Tensor): Tensor {
    return ops.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${formatPython(this.approximate)}`;
  }
}

/** x where it is positive, else negativeSlope · x. */
export class LeakyReLU extends InplaceActivation {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01, options?: ops.InplaceOptions) {
    super(options);
    this.negativeSlope = ops.checkNumber('LeakyReLU', 'negativeSlope', negativeSlope);
  }

  forward(input: Tensor): Tensor {
    return ops.leakyRelu(input, this.negativeSlope, this.inplaceOptions);
  }

  override extraRepr(): string {
    return `negative_slope=${formatPythonFloat(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** x where it is positive, else alpha (e^x - 1). */
export class ELU extends InplaceActivation {
  readonly alpha: number;

  constructor(alpha = 1, options?: ops.InplaceOptions) {
    super(options);
    this.alpha = ops.checkNumber('ELU', 'alpha', alpha);
  }

  forward(input: Tensor): Tensor {
    return ops.elu(input, this.alpha, this.inplaceOptions);
  }

  override extraRepr(): string {
    return `alpha=${formatPythonFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** max(x, 0) + min(0, alpha (e^(x / alpha) - 1)): an elu without a kink. */
export class CELU extends InplaceActivation {
  readonly alpha: number;

  constructor(alpha = 1, options?: ops.InplaceOptions) {
    super(options);
    this.alpha = ops.checkNumber('CELU', 'alpha', alpha);
  }

  forward(input: Tensor): Tensor {
    return ops.celu(input, this.alpha, this.inplaceOptions);
  }

  override extraRepr(): string {
    return `alpha=${formatPythonFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** ln(1 + e^(beta x)) / beta: a smooth relu. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options?: ops.SoftplusOptions) {
    super();
    const { beta = 1, threshold = 20 } = checkOptions('Softplus', options, ['beta', 'threshold']);
    this.beta = ops.checkNumber('Softplus', 'beta', beta);
    this.threshold = ops.checkNumber('Softplus', 'threshold', threshold);
  }

  forward(input: Tensor): Tensor {
    return ops.softplus(input, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${formatPythonFloat(this.beta)}, threshold=${formatPythonFloat(this.threshold)}`;
  }
}

/** exp(x) / Σ exp(x) along `dim`. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim('Softmax', dim);
  }

  forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** log(softmax(x)) along `dim`. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim('LogSoftmax', dim);
  }

  forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
