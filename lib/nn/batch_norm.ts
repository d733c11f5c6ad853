import { ShapeError } from '../errors.js';
import { batchNorm } from '../ops/batch_norm.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { ChannelNorm, type ChannelNormModuleOptions } from './channel_norm.js';
import { guardMembersOf } from './module.js';

export interface BatchNormModuleOptions extends ChannelNormModuleOptions {
  /** Learn a factor and (unless `bias` is false) a summand of each channel. Default true. */
  affine?: boolean;
  /** Keep running statistics, and normalise by them in evaluation; without, always by the batch's own. Default true. */
  trackRunningStats?: boolean;
}

/**
 * Batch normalisation of [batch, features] or [batch, channels, length], as `torch.nn.BatchNorm1d`; see
 * `functional.batchNorm` for the formula. In training each batch is normalised by its own mean and variance, which the
 * buffers `running_mean` and `running_var` follow; `eval()` normalises by those. The weight starts from ones, the bias
 * from zeros.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(20, 64), new nn.BatchNorm1d(64), new nn.ReLU());
 */
export class BatchNorm1d extends ChannelNorm {
  /**
   * @param numFeatures the size of the input's dimension 1.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numFeatures: number, options?: BatchNormModuleOptions) {
    super('BatchNorm1d', numFeatures, options, true);
    guardMembersOf(this);
  }

  /** @throws ShapeError, DTypeError; ValueError for a batch of one value a channel in training. */
  forward(input: Tensor): Tensor {
    const { shape, ndim } = checkFloat('BatchNorm1d', 'input', input);
    if ((ndim !== 2 && ndim !== 3) || shape[1] !== this.numFeatures) {
      const expected = `[batch, ${this.numFeatures}] or [batch, ${this.numFeatures}, length]`;
      throw new ShapeError(`BatchNorm1d: input must have shape ${expected}, got ${formatShape(shape)}`);
    }
    const { weight, bias, eps, running_mean: mean, running_var: variance } = this;
    const training = this.training || mean === null;
    const momentum = this.training && this.trackRunningStats ? this.nextMomentum() : 0;
    // Statistics that are not tracked, though they are there, stay as they are.
    const follows = !this.training || this.trackRunningStats;
    return batchNorm(input, follows ? mean : null, follows ? variance : null, {
      weight,
      bias,
      training,
      momentum,
      eps,
    });
  }

  private nextMomentum(): number {
    const { num_batches_tracked: count, momentum } = this;
    count?.add_(1);
    return momentum ?? (count === null ? 0 : 1 / count.item());
  }
}
