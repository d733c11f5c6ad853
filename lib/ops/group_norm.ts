import { callGroupNorm, callGroupNormBackward } from '../calls/planned/channel_norm.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { affineOperands, recordAffine } from './affine_norm.js';
import {
  type BatchNormOptions,
  batchNorm,
  checkMomentum,
  checkRunning,
  type RunningStatistics,
  trainChannels,
} from './batch_norm.js';
import { type ChannelSizes, channelSizesOf, checkChannelVector } from './channel_vectors.js';
import { repeat } from './joining.js';
import { checkEps } from './norm.js';
import { mean } from './reduction.js';
import { reshape } from './reshape.js';

export interface GroupNormOptions {
  /** Factor of each channel, [channels]. Default null: 1. */
  weight?: Tensor | null;
  /** Added to each channel, [channels]. Default null: 0. */
  bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

export interface InstanceNormOptions extends Omit<BatchNormOptions, 'training'> {
  /** [channels]: follows the instances' means; what is taken off where `useInputStats` is false. Default null. */
  runningMean?: Tensor | null;
  /** [channels]: follows their variances. Default null. */
  runningVar?: Tensor | null;
  /** Normalise by each instance's own statistics. Default true. */
  useInputStats?: boolean;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias, mean and (biased) variance being those of each item's groups of channels.
 * Wu & He 2018, Group normalization (arXiv:1803.08494).
 *
 * @param input [batch, channels, …].
 * @param numGroups into how many groups the channels are split.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function groupNorm(input: Tensor, numGroups: number, options?: GroupNormOptions): Tensor {
  const given = checkOptions('groupNorm', options, ['weight', 'bias', 'eps']);
  const x = checkFloat('groupNorm', 'input', input);
  const sizes = channelSizesOf('groupNorm', x);
  if (typeof numGroups !== 'number' || !Number.isSafeInteger(numGroups) || numGroups < 1) {
    throw new ArgumentError(`groupNorm: numGroups must be an integer of at least 1, got ${describe(numGroups)}`);
  }
  if (sizes.channels % numGroups !== 0) {
    throw new ShapeError(
      `groupNorm: input must have a multiple of ${numGroups} channels for as many groups, got ${formatShape(x.shape)}`,
    );
  }
  const weight = checkChannelVector('groupNorm', 'weight', given.weight, x, sizes.channels);
  const bias = checkChannelVector('groupNorm', 'bias', given.bias, x, sizes.channels);
  const eps = checkEps('groupNorm', 'eps', given.eps ?? 1e-5);
  if (Math.floor((sizes.batch * sizes.channels) / numGroups) * sizes.inner === 1) {
    throw new ValueError(
      `groupNorm: needs more than one value, got an input of shape ${formatShape(x.shape)} in ${numGroups} groups`,
    );
  }
  return normaliseGroups('NativeGroupNormBackward0', x, sizes, numGroups, weight, bias, eps);
}

function normaliseGroups(
  node: string,
  x: Tensor,
  sizes: ChannelSizes,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const operands = affineOperands(x, weight, bias);
  const { x: source, weight: factor } = operands;
  const y = Tensor.allocate(x.shape, x.dtype, false);
  const [average, rstd] = [0, 1].map(() => Tensor.allocate([sizes.batch * groups], x.dtype, false));
  callGroupNorm({ channels: sizes, groups, eps, y, mean: average, rstd, ...operands });
  return recordAffine(node, [x, weight, bias], operands, y, (gradients, dy) =>
    callGroupNormBackward({
      channels: sizes,
      groups,
      ...gradients,
      dy,
      x: source,
      weight: factor,
      mean: average,
      rstd,
    }),
  );
}

/**
 * Each channel of each item normalised by its own mean and variance, then weight and bias as for `batchNorm`.
 * Ulyanov, Vedaldi & Lempitsky 2016, Instance normalization (arXiv:1607.08022).
 *
 * @param input [batch, channels, …] with more than one element a channel.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function instanceNorm(input: Tensor, options?: InstanceNormOptions): Tensor {
  const names = ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'];
  const given = checkOptions('instanceNorm', options, names);
  const x = checkFloat('instanceNorm', 'input', input);
  const sizes = channelSizesOf('instanceNorm', x);
  const { useInputStats = true } = given;
  if (typeof useInputStats !== 'boolean') {
    throw new ArgumentError(`instanceNorm: useInputStats must be true or false, got ${describe(useInputStats)}`);
  }
  const { channels, inner } = sizes;
  const weight = checkChannelVector('instanceNorm', 'weight', given.weight, x, channels);
  const bias = checkChannelVector('instanceNorm', 'bias', given.bias, x, channels);
  const momentum = checkMomentum('instanceNorm', given.momentum ?? 0.1);
  const eps = checkEps('instanceNorm', 'eps', given.eps ?? 1e-5);
  const running = checkRunning('instanceNorm', given.runningMean, given.runningVar, x, channels);
  if (!useInputStats) {
    if (running !== null) return batchNorm(x, running.mean, running.variance, { weight, bias, eps });
    throw new ArgumentError(
      'instanceNorm: runningMean and runningVar must be given unless useInputStats is true, got null',
    );
  }
  if (inner === 1) {
    throw new ValueError(
      `instanceNorm: needs more than one element a channel, got an input of shape ${formatShape(x.shape)}`,
    );
  }
  if (running === null || x.numel === 0) {
    return normaliseGroups('NativeBatchNormBackward0', x, sizes, Math.max(channels, 1), weight, bias, eps);
  }
  return followInstances(x, sizes, running, momentum, weight, bias, eps);
}

/** Instances as the channels of one item, each of which the running statistics follow; theirs are averaged. */
function followInstances(
  x: Tensor,
  { batch, channels, inner }: ChannelSizes,
  running: RunningStatistics,
  momentum: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const spread = (t: Tensor | null) => (t === null ? null : repeat(t, batch));
  const instances = { mean: repeat(running.mean, batch), variance: repeat(running.variance, batch) };
  const wide = { batch: 1, channels: batch * channels, inner };
  const flat = reshape(x, [1, batch * channels, inner]);
  const out = trainChannels(flat, wide, instances, momentum, spread(weight), spread(bias), eps);
  running.mean.copy_(mean(reshape(instances.mean, [batch, channels]), 0));
  running.variance.copy_(mean(reshape(instances.variance, [batch, channels]), 0));
  return reshape(out, x.shape);
}
