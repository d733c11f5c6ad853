import { type InplaceOptions, inplaceOf } from '../ops/activation.js';
import { checkProbability, dropout } from '../ops/dropout.js';
import { alphaDropout, dropout1d, featureAlphaDropout } from '../ops/further_dropout.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';

/** The base of dropouts: a probability, and whether to write into the input. */
abstract class DropoutLayer extends Module {
  p: number;
  /** Whether the result is written into the input's memory. */
  readonly inplace: boolean;

  constructor(p = 0.5, options?: InplaceOptions) {
    super();
    this.p = checkProbability(new.target.name, p);
    this.inplace = inplaceOf(new.target.name, options);
  }

  override extraRepr(): string {
    return `p=${Number.isInteger(this.p) ? this.p : formatPythonFloat(this.p)}, inplace=${formatPython(this.inplace)}`;
  }
}

/**
 * In training, sets each element to zero with probability `p` (default 0.5) and divides the others by 1 - p; in
 * evaluation, passes its input on. As `torch.nn.Dropout`.
 */
export class Dropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace ? { inplace: true } : undefined);
  }
}

/** In training, sets whole channels of [batch, channels, length] to zero, as `torch.nn.Dropout1d`. */
export class Dropout1d extends DropoutLayer {
  forward(input: Tensor): Tensor {
    return dropout1d(input, this.p, this.training, this.inplace ? { inplace: true } : undefined);
  }
}

/** The dropout that goes with SELU: keeps mean 0 and variance 1, as `torch.nn.AlphaDropout`. */
export class AlphaDropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    const { p, training, inplace } = this;
    return alphaDropout(input, { p, training, inplace });
  }
}

/** `AlphaDropout` of whole channels, as `torch.nn.FeatureAlphaDropout`. */
export class FeatureAlphaDropout extends DropoutLayer {
  forward(input: Tensor): Tensor {
    const { p, training, inplace } = this;
    return featureAlphaDropout(input, { p, training, inplace });
  }
}
