// Made by scripts/make_calls.mjs from native/binding/planned/channel_norm.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Channels {
  readonly batch: number;
  readonly channels: number;
  readonly inner: number;
}

export interface ChannelStatisticsCall {
  readonly channels: Channels;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly x: Tensor;
}

/** The mean of each channel, and its variance, divided by how many there are. */
export function callChannelStatistics(call: ChannelStatisticsCall): void {
  const mean = call.mean.storage.array;
  const variance = call.variance.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x2229ff78;
  plan[1] = call.channels.batch;
  plan[2] = call.channels.channels;
  plan[3] = call.channels.inner;
  plan[4] = call.mean.offset;
  plan[5] = call.variance.offset;
  plan[6] = call.x.offset;
  native.channelStatistics(plan, mean, variance, x);
}

export interface ChannelNormCall {
  readonly channels: Channels;
  readonly y: Tensor;
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly rstd: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** y = (x - mean) · rstd · weight + bias. */
export function callChannelNorm(call: ChannelNormCall): void {
  const y = call.y.storage.array;
  const x = call.x.storage.array;
  const mean = call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  plan[0] = 0x3dab59c7;
  plan[1] = call.channels.batch;
  plan[2] = call.channels.channels;
  plan[3] = call.channels.inner;
  plan[4] = call.y.offset;
  plan[5] = call.x.offset;
  plan[6] = call.mean.offset;
  plan[7] = call.rstd.offset;
  plan[8] = call.weight === null ? 0 : call.weight.offset;
  plan[9] = call.bias === null ? 0 : call.bias.offset;
  native.channelNorm(plan, y, x, mean, rstd, weight, bias);
}

export interface ChannelNormBackwardCall {
  readonly channels: Channels;
  readonly training: boolean;
  readonly dx: Tensor | null;
  readonly dweight: Tensor | null;
  readonly dbias: Tensor | null;
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly mean: Tensor;
  readonly rstd: Tensor;
}

/** Overwrites the gradients that are given. `training`: mean and rstd are the batch's own. */
export function callChannelNormBackward(call: ChannelNormBackwardCall): void {
  const dx = call.dx === null ? null : call.dx.storage.array;
  const dweight = call.dweight === null ? null : call.dweight.storage.array;
  const dbias = call.dbias === null ? null : call.dbias.storage.array;
  const dy = call.dy.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const mean = call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  plan[0] = 0x5494d7ce;
  plan[1] = call.channels.batch;
  plan[2] = call.channels.channels;
  plan[3] = call.channels.inner;
  plan[4] = call.training ? 1 : 0;
  plan[5] = call.dx === null ? 0 : call.dx.offset;
  plan[6] = call.dweight === null ? 0 : call.dweight.offset;
  plan[7] = call.dbias === null ? 0 : call.dbias.offset;
  plan[8] = call.dy.offset;
  plan[9] = call.x.offset;
  plan[10] = call.weight === null ? 0 : call.weight.offset;
  plan[11] = call.mean.offset;
  plan[12] = call.rstd.offset;
  native.channelNormBackward(plan, dx, dweight, dbias, dy, x, weight, mean, rstd);
}

export interface GroupNormCall {
  readonly channels: Channels;
  readonly groups: number;
  readonly eps: number;
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly rstd: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** The normalised groups, and the mean and 1 / √(variance + eps) of each. */
export function callGroupNorm(call: GroupNormCall): void {
  const y = call.y.storage.array;
  const mean = call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  plan[0] = 0xd9bcba1f;
  plan[1] = call.channels.batch;
  plan[2] = call.channels.channels;
  plan[3] = call.channels.inner;
  plan[4] = call.groups;
  plan[5] = call.eps;
  plan[6] = call.y.offset;
  plan[7] = call.mean.offset;
  plan[8] = call.rstd.offset;
  plan[9] = call.x.offset;
  plan[10] = call.weight === null ? 0 : call.weight.offset;
  plan[11] = call.bias === null ? 0 : call.bias.offset;
  native.groupNorm(plan, y, mean, rstd, x, weight, bias);
}

export interface GroupNormBackwardCall {
  readonly channels: Channels;
  readonly groups: number;
  readonly dx: Tensor | null;
  readonly dweight: Tensor | null;
  readonly dbias: Tensor | null;
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly mean: Tensor;
  readonly rstd: Tensor;
}

/** Overwrites the gradients that are given. */
export function callGroupNormBackward(call: GroupNormBackwardCall): void {
  const dx = call.dx === null ? null : call.dx.storage.array;
  const dweight = call.dweight === null ? null : call.dweight.storage.array;
  const dbias = call.dbias === null ? null : call.dbias.storage.array;
  const dy = call.dy.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const mean = call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  plan[0] = 0x6bd0f55a;
  plan[1] = call.channels.batch;
  plan[2] = call.channels.channels;
  plan[3] = call.channels.inner;
  plan[4] = call.groups;
  plan[5] = call.dx === null ? 0 : call.dx.offset;
  plan[6] = call.dweight === null ? 0 : call.dweight.offset;
  plan[7] = call.dbias === null ? 0 : call.dbias.offset;
  plan[8] = call.dy.offset;
  plan[9] = call.x.offset;
  plan[10] = call.weight === null ? 0 : call.weight.offset;
  plan[11] = call.mean.offset;
  plan[12] = call.rstd.offset;
  native.groupNormBackward(plan, dx, dweight, dbias, dy, x, weight, mean, rstd);
}
