import { callChannelNorm, callChannelNormBackward, callChannelStatistics } from '../calls/planned/channel_norm.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { affineOperands, recordAffine } from './affine_norm.js';
import { type ChannelSizes, channelSizesOf, checkChannelVector } from './channel_vectors.js';
import { contiguous } from './copy.js';
import { checkEps } from './norm.js';

export interface BatchNormOptions {
  /** Factor of each channel, [channels]. Default null: 1. */
  weight?: Tensor | null;
  /** Added to each channel, [channels]. Default null: 0. */
  bias?: Tensor | null;
  /** Normalise by the batch's own statistics, and let the running ones follow them. Default false. */
  training?: boolean;
  /** How far the running statistics move to the batch's: new = (1 − momentum) · old + momentum · batch. Default 0.1. */
  momentum?: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/** A mean and a variance for each channel, which training keeps. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** @throws ArgumentError unless `momentum` is a number. */
export function checkMomentum(op: string, momentum: unknown): number {
  if (typeof momentum === 'number' && Number.isFinite(momentum)) return momentum;
  throw new ArgumentError(`${op}: momentum must be a number, got ${describe(momentum)}`);
}

/** The running statistics, both or none. */
export function checkRunning(
  op: string,
  mean: unknown,
  variance: unknown,
  x: Tensor,
  channels: number,
): RunningStatistics | null {
  const given = checkChannelVector(op, 'runningMean', mean, x, channels);
  const spread = checkChannelVector(op, 'runningVar', variance, x, channels);
  if (given === null && spread === null) return null;
  if (given?.requiresGrad || spread?.requiresGrad) {
    throw new ArgumentError(`${op}: runningMean and runningVar take no gradient; pass them detached`);
  }
  if (given !== null && spread !== null) return { mean: given, variance: spread };
  const [one, other] = given === null ? ['runningVar', 'runningMean'] : ['runningMean', 'runningVar'];
  throw new ArgumentError(`${op}: ${one} needs ${other} beside it, got ${describe(given === null ? mean : variance)}`);
}

/** Moves every element of `running` to that of `found`, whose values are multiplied by `factor`. */
function follow(running: Tensor, found: Tensor, momentum: number, factor: number): void {
  const to = running.storage.array as Float32Array;
  const from = found.storage.array as Float32Array;
  const [step] = running.strides;
  for (let c = 0; c < found.numel; c++) {
    const at = running.offset + c * step;
    to[at] = momentum * from[found.offset + c] * factor + (1 - momentum) * to[at];
  }
  running.storage.version++;
}

/** 1 / √(variance + eps), elementwise. */
function deviations(variance: Tensor, eps: number): Tensor {
  const out = Tensor.allocate(variance.shape, variance.dtype, false);
  const from = variance.storage.array as Float32Array;
  const to = out.storage.array as Float32Array;
  for (let c = 0; c < variance.numel; c++) to[out.offset + c] = 1 / Math.sqrt(from[variance.offset + c] + eps);
  return out;
}

function batchStatistics(
  source: Tensor,
  sizes: ChannelSizes,
  running: RunningStatistics | null,
  momentum: number,
): RunningStatistics {
  const [mean, variance] = [0, 1].map(() => Tensor.allocate([sizes.channels], source.dtype));
  const count = sizes.batch * sizes.inner;
  if (count === 0) return { mean, variance };
  callChannelStatistics({ channels: sizes, mean, variance, x: source });
  if (running !== null) {
    follow(running.mean, mean, momentum, 1);
    // Over a batch of one element, which only instances of many channels can have, there is no unbiased variance.
    follow(running.variance, variance, momentum, count / (count - 1));
  }
  return { mean, variance };
}

/**
 * (x − mean) / √(variance + eps) · weight + bias for each channel, mean and (biased) variance being those of the batch in
 * `training`, else the running ones. In training the running ones follow the batch's mean and unbiased variance, in place.
 * Ioffe & Szegedy 2015, Batch normalization (arXiv:1502.03167); as `torch.nn.functional.batch_norm`.
 *
 * @param input [batch, channels, …].
 * @param runningMean [channels], or null; needed unless `training`.
 * @param runningVar [channels], or null; needed unless `training`.
 * @throws ShapeError, DTypeError, ArgumentError; ValueError for a batch of one element a channel in training.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: BatchNormOptions,
): Tensor {
  const given = checkOptions('batchNorm', options, ['weight', 'bias', 'training', 'momentum', 'eps']);
  const x = checkFloat('batchNorm', 'input', input);
  const sizes = channelSizesOf('batchNorm', x);
  const { training = false } = given;
  if (typeof training !== 'boolean') {
    throw new ArgumentError(`batchNorm: training must be true or false, got ${describe(training)}`);
  }
  const momentum = checkMomentum('batchNorm', given.momentum ?? 0.1);
  const eps = checkEps('batchNorm', 'eps', given.eps ?? 1e-5);
  const weight = checkChannelVector('batchNorm', 'weight', given.weight, x, sizes.channels);
  const bias = checkChannelVector('batchNorm', 'bias', given.bias, x, sizes.channels);
  const running = checkRunning('batchNorm', runningMean, runningVar, x, sizes.channels);
  if (!training) {
    if (running !== null) return normaliseChannels(x, sizes, running, weight, bias, eps, false);
    throw new ArgumentError('batchNorm: runningMean and runningVar must be given unless training is true, got null');
  }
  if (eps === 0) throw new ValueError('batchNorm: eps must be above 0 in training, got 0');
  if (sizes.batch * sizes.inner === 1) {
    throw new ValueError(
      `batchNorm: needs more than one value a channel in training, got an input of shape ${formatShape(x.shape)}; ` +
        'use a larger batch, or eval() to normalise by the running statistics',
    );
  }
  return trainChannels(x, sizes, running, momentum, weight, bias, eps);
}

/** `batchNorm` in training, for arguments that are checked. */
export function trainChannels(
  x: Tensor,
  sizes: ChannelSizes,
  running: RunningStatistics | null,
  momentum: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const source = contiguous(x.detach());
  const statistics = batchStatistics(source, sizes, running, momentum);
  return normaliseChannels(x, sizes, statistics, weight, bias, eps, true);
}

function normaliseChannels(
  x: Tensor,
  sizes: ChannelSizes,
  statistics: RunningStatistics,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  training: boolean,
): Tensor {
  // The running ones may have moved on when backward reads them.
  const mean = training ? statistics.mean : statistics.mean.clone();
  const rstd = deviations(contiguous(statistics.variance), eps);
  const operands = affineOperands(x, weight, bias);
  const { x: source, weight: factor } = operands;
  const y = Tensor.allocate(x.shape, x.dtype, false);
  callChannelNorm({ channels: sizes, y, ...operands, mean, rstd });
  return recordAffine('NativeBatchNormBackward0', [x, weight, bias], operands, y, (gradients, dy) =>
    callChannelNormBackward({ channels: sizes, training, ...gradients, dy, x: source, weight: factor, mean, rstd }),
  );
}
