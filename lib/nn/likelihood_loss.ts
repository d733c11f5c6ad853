import {
  checkGaussianOptions,
  checkPoissonOptions,
  type GaussianNllOptions,
  gaussianNllLoss,
  gaussianOptionNames,
  type PoissonNllOptions,
  poissonNllLoss,
  poissonOptionNames,
} from '../ops/likelihood_loss.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Loss } from './loss.js';

/** The negative log likelihood of counts, as `torch.nn.PoissonNLLLoss`. */
export class PoissonNLLLoss extends Loss {
  logInput: boolean;
  full: boolean;
  eps: number;

  constructor(options?: PoissonNllOptions) {
    const given = checkOptions('PoissonNLLLoss', options, poissonOptionNames);
    super(given);
    const { logInput, full, eps } = checkPoissonOptions('PoissonNLLLoss', given);
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  /** See `functional.poissonNllLoss`. */
  forward(input: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this;
    return poissonNllLoss(input, target, { logInput, full, eps, reduction });
  }
}

/** The negative log likelihood of targets under normal distributions, as `torch.nn.GaussianNLLLoss`. */
export class GaussianNLLLoss extends Loss {
  full: boolean;
  eps: number;

  constructor(options?: GaussianNllOptions) {
    const given = checkOptions('GaussianNLLLoss', options, gaussianOptionNames);
    super(given);
    const { full, eps } = checkGaussianOptions('GaussianNLLLoss', given);
    this.full = full;
    this.eps = eps;
  }

  /** See `functional.gaussianNllLoss`. */
  forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, target, variance, { full, eps, reduction });
  }
}
