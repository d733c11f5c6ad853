// Made by scripts/make_calls.mjs from native/binding/planned/pooling.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Windows {
  readonly rows: number;
  readonly length: number;
  readonly outLength: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: number;
  readonly adaptive: boolean;
}

export interface MaxPoolCall {
  readonly windows: Windows;
  readonly out: Tensor;
  readonly index: Tensor;
  readonly x: Tensor;
}

/** The largest element of each window, and its place in the row. */
export function callMaxPool(call: MaxPoolCall): void {
  const out = call.out.storage.array;
  const index = call.index.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0xdd7e34fa;
  plan[1] = call.windows.rows;
  plan[2] = call.windows.length;
  plan[3] = call.windows.outLength;
  plan[4] = call.windows.kernel;
  plan[5] = call.windows.stride;
  plan[6] = call.windows.dilation;
  plan[7] = call.windows.padding;
  plan[8] = call.windows.adaptive ? 1 : 0;
  plan[9] = call.out.offset;
  plan[10] = call.index.offset;
  plan[11] = call.x.offset;
  native.maxPool(plan, out, index, x);
}

export interface MaxPoolBackwardCall {
  readonly windows: Windows;
  readonly dx: Tensor;
  readonly dy: Tensor;
  readonly index: Tensor;
}

/** dx = the gradient of x. */
export function callMaxPoolBackward(call: MaxPoolBackwardCall): void {
  const dx = call.dx.storage.array;
  const dy = call.dy.storage.array;
  const index = call.index.storage.array;
  plan[0] = 0x5f30df80;
  plan[1] = call.windows.rows;
  plan[2] = call.windows.length;
  plan[3] = call.windows.outLength;
  plan[4] = call.windows.kernel;
  plan[5] = call.windows.stride;
  plan[6] = call.windows.dilation;
  plan[7] = call.windows.padding;
  plan[8] = call.windows.adaptive ? 1 : 0;
  plan[9] = call.dx.offset;
  plan[10] = call.dy.offset;
  plan[11] = call.index.offset;
  native.maxPoolBackward(plan, dx, dy, index);
}

export interface AveragePoolCall {
  readonly windows: Windows;
  readonly countPadding: boolean;
  readonly out: Tensor;
  readonly x: Tensor;
}

/** The mean of each window. */
export function callAveragePool(call: AveragePoolCall): void {
  const out = call.out.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x2cf418b7;
  plan[1] = call.windows.rows;
  plan[2] = call.windows.length;
  plan[3] = call.windows.outLength;
  plan[4] = call.windows.kernel;
  plan[5] = call.windows.stride;
  plan[6] = call.windows.dilation;
  plan[7] = call.windows.padding;
  plan[8] = call.windows.adaptive ? 1 : 0;
  plan[9] = call.countPadding ? 1 : 0;
  plan[10] = call.out.offset;
  plan[11] = call.x.offset;
  native.averagePool(plan, out, x);
}

export interface AveragePoolBackwardCall {
  readonly windows: Windows;
  readonly countPadding: boolean;
  readonly dx: Tensor;
  readonly dy: Tensor;
}

/** dx = the gradient of x. */
export function callAveragePoolBackward(call: AveragePoolBackwardCall): void {
  const dx = call.dx.storage.array;
  const dy = call.dy.storage.array;
  plan[0] = 0x2ebc1e45;
  plan[1] = call.windows.rows;
  plan[2] = call.windows.length;
  plan[3] = call.windows.outLength;
  plan[4] = call.windows.kernel;
  plan[5] = call.windows.stride;
  plan[6] = call.windows.dilation;
  plan[7] = call.windows.padding;
  plan[8] = call.windows.adaptive ? 1 : 0;
  plan[9] = call.countPadding ? 1 : 0;
  plan[10] = call.dx.offset;
  plan[11] = call.dy.offset;
  native.averagePoolBackward(plan, dx, dy);
}
