// Made by scripts/make_calls.mjs from native/binding/planned/channel_norm.calls.
import type { TypedArray } from '../typed_array.js';

export interface PlannedChannelNorm {
  /** The mean of each channel, and its variance, divided by how many there are. */
  channelStatistics(plan: Float64Array, mean: TypedArray, variance: TypedArray, x: TypedArray): void;
  /** y = (x - mean) · rstd · weight + bias. */
  channelNorm(
    plan: Float64Array,
    y: TypedArray,
    x: TypedArray,
    mean: TypedArray,
    rstd: TypedArray,
    weight: TypedArray | null,
    bias: TypedArray | null,
  ): void;
  /** Overwrites the gradients that are given. `training`: mean and rstd are the batch's own. */
  channelNormBackward(
    plan: Float64Array,
    dx: TypedArray | null,
    dweight: TypedArray | null,
    dbias: TypedArray | null,
    dy: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    mean: TypedArray,
    rstd: TypedArray,
  ): void;
  /** The normalised groups, and the mean and 1 / √(variance + eps) of each. */
  groupNorm(
    plan: Float64Array,
    y: TypedArray,
    mean: TypedArray,
    rstd: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    bias: TypedArray | null,
  ): void;
  /** Overwrites the gradients that are given. */
  groupNormBackward(
    plan: Float64Array,
    dx: TypedArray | null,
    dweight: TypedArray | null,
    dbias: TypedArray | null,
    dy: TypedArray,
    x: TypedArray,
    weight: TypedArray | null,
    mean: TypedArray,
    rstd: TypedArray,
  ): void;
}
