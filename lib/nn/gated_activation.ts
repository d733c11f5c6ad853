import { checkNumber, type InplaceOptions } from '../ops/activation.js';
import { checkSlopes, glu, prelu, rrelu, softmin } from '../ops/gated_activation.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkDim, InplaceActivation } from './activation.js';
import { constant_ } from './init.js';
import { checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPythonFloat } from './module_format.js';
import type { Parameter } from './parameter.js';

/** a · sigmoid(b), a and b being the halves of the input along `dim`. */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = checkDim('GLU', dim);
  }

  forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

export interface PReLUOptions {
  /** One slope for all, or the number of channels (dimension 1) for one each. Default 1. */
  numParameters?: number;
  /** What the slopes start from. Default 0.25. */
  init?: number;
  /** The parameter's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/** x where it is positive, else a learned slope times x, as `torch.nn.PReLU`. */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly init: number;
  /** [numParameters] */
  weight: Parameter;

  constructor(options?: PReLUOptions) {
    super();
    const {
      numParameters = 1,
      init = 0.25,
      dtype,
    } = checkOptions('PReLU', options, ['numParameters', 'init', 'dtype']);
    this.numParameters = checkLayerSize('PReLU', 'numParameters', numParameters, 1);
    this.init = checkNumber('PReLU', 'init', init);
    this.weight = zeroParameter('PReLU', [numParameters], checkLayerDType('PReLU', dtype));
    this.resetParameters();
    guardMembersOf(this);
  }

  /** All slopes back to `init`. */
  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

/** x where it is positive, else r · x: with an r from U(lower, upper) for each element in training, else their mean. */
export class RReLU extends InplaceActivation {
  readonly lower: number;
  readonly upper: number;

  /** @throws ValueError where lower exceeds upper. */
  constructor(lower = 1 / 8, upper = 1 / 3, options?: InplaceOptions) {
    super(options);
    [this.lower, this.upper] = checkSlopes('RReLU', lower, upper);
  }

  forward(input: Tensor): Tensor {
    const { training, inplace } = this;
    return rrelu(input, this.lower, this.upper, { training, inplace });
  }

  override extraRepr(): string {
    const slopes = `lower=${formatPythonFloat(this.lower)}, upper=${formatPythonFloat(this.upper)}`;
    return `${slopes}${this.inplace ? ', inplace=True' : ''}`;
  }
}

/** exp(-x) / Σ exp(-x) along `dim`. */
export class Softmin extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim('Softmin', dim);
  }

  forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
