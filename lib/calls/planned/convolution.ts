// Made by scripts/make_calls.mjs from native/binding/planned/convolution.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly length: number;
  readonly groups: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  readonly outLength: number;
}

export interface Conv1dCall {
  readonly sizes: Sizes;
  readonly out: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
}

/** out = x convolved with weight (+ bias per output channel). */
export function callConv1d(call: Conv1dCall): void {
  const out = call.out.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  plan[0] = 0x52679c21;
  plan[1] = call.sizes.batch;
  plan[2] = call.sizes.channels;
  plan[3] = call.sizes.length;
  plan[4] = call.sizes.groups;
  plan[5] = call.sizes.outputs;
  plan[6] = call.sizes.kernel;
  plan[7] = call.sizes.stride;
  plan[8] = call.sizes.dilation;
  plan[9] = call.sizes.padding;
  plan[10] = call.sizes.outLength;
  plan[11] = call.out.offset;
  plan[12] = call.x.offset;
  plan[13] = call.weight.offset;
  plan[14] = call.bias === null ? 0 : call.bias.offset;
  native.conv1d(plan, out, x, weight, bias);
}

export interface Conv1dInputGradientCall {
  readonly sizes: Sizes;
  readonly dx: Tensor;
  readonly dout: Tensor;
  readonly weight: Tensor;
}

/** dx = the gradient of x. */
export function callConv1dInputGradient(call: Conv1dInputGradientCall): void {
  const dx = call.dx.storage.array;
  const dout = call.dout.storage.array;
  const weight = call.weight.storage.array;
  plan[0] = 0x24a4b85b;
  plan[1] = call.sizes.batch;
  plan[2] = call.sizes.channels;
  plan[3] = call.sizes.length;
  plan[4] = call.sizes.groups;
  plan[5] = call.sizes.outputs;
  plan[6] = call.sizes.kernel;
  plan[7] = call.sizes.stride;
  plan[8] = call.sizes.dilation;
  plan[9] = call.sizes.padding;
  plan[10] = call.sizes.outLength;
  plan[11] = call.dx.offset;
  plan[12] = call.dout.offset;
  plan[13] = call.weight.offset;
  native.conv1dInputGradient(plan, dx, dout, weight);
}

export interface Conv1dWeightGradientCall {
  readonly sizes: Sizes;
  readonly dweight: Tensor;
  readonly dout: Tensor;
  readonly x: Tensor;
}

/** dweight = the gradient of weight. */
export function callConv1dWeightGradient(call: Conv1dWeightGradientCall): void {
  const dweight = call.dweight.storage.array;
  const dout = call.dout.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0xd0edbc77;
  plan[1] = call.sizes.batch;
  plan[2] = call.sizes.channels;
  plan[3] = call.sizes.length;
  plan[4] = call.sizes.groups;
  plan[5] = call.sizes.outputs;
  plan[6] = call.sizes.kernel;
  plan[7] = call.sizes.stride;
  plan[8] = call.sizes.dilation;
  plan[9] = call.sizes.padding;
  plan[10] = call.sizes.outLength;
  plan[11] = call.dweight.offset;
  plan[12] = call.dout.offset;
  plan[13] = call.x.offset;
  native.conv1dWeightGradient(plan, dweight, dout, x);
}
