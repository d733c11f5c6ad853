import { ShapeError } from '../errors.js';
import { instanceNorm } from '../ops/group_norm.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { ChannelNorm, type ChannelNormModuleOptions } from './channel_norm.js';
import { guardMembersOf } from './module.js';

export interface InstanceNormModuleOptions extends ChannelNormModuleOptions {
  /** Learn a factor and (unless `bias` is false) a summand of each channel. Default false. */
  affine?: boolean;
  /** Keep running statistics, and normalise by them in evaluation. Default false. */
  trackRunningStats?: boolean;
}

/**
 * Instance normalisation of [batch, channels, length] or [channels, length], as `torch.nn.InstanceNorm1d`: each channel of
 * each item by its own mean and variance; see `functional.instanceNorm`. A `momentum` of null leaves the running
 * statistics where they are, as in PyTorch.
 */
export class InstanceNorm1d extends ChannelNorm {
  /**
   * @param numFeatures the input's channels.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numFeatures: number, options?: InstanceNormModuleOptions) {
    super('InstanceNorm1d', numFeatures, options, false);
    guardMembersOf(this);
  }

  /** @throws ShapeError, DTypeError; ValueError for one element a channel. */
  forward(input: Tensor): Tensor {
    const { shape, ndim } = checkFloat('InstanceNorm1d', 'input', input);
    if ((ndim !== 2 && ndim !== 3) || shape[ndim - 2] !== this.numFeatures) {
      const expected = `[batch, ${this.numFeatures}, length] or [${this.numFeatures}, length]`;
      throw new ShapeError(`InstanceNorm1d: input must have shape ${expected}, got ${formatShape(shape)}`);
    }
    if (ndim === 2) return this.normalised(input.unsqueeze(0)).squeeze(0);
    return this.normalised(input);
  }

  private normalised(input: Tensor): Tensor {
    const { weight, bias, eps, running_mean: runningMean, running_var: runningVar } = this;
    const useInputStats = this.training || !this.trackRunningStats;
    const momentum = this.momentum ?? 0;
    return instanceNorm(input, { runningMean, runningVar, weight, bias, useInputStats, momentum, eps });
  }
}
