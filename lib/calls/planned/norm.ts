// Made by scripts/make_calls.mjs from native/binding/planned/norm.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface NormCall {
  readonly rows: number;
  readonly n: number;
  readonly eps: number;
  readonly y: Tensor;
  readonly mean: Tensor | null;
  readonly rstd: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** The normalised rows, and what backward needs of each. */
export function callNorm(call: NormCall): void {
  const y = call.y.storage.array;
  const mean = call.mean === null ? null : call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  plan[0] = 0x1bec0fdb;
  plan[1] = call.rows;
  plan[2] = call.n;
  plan[3] = call.eps;
  plan[4] = call.y.offset;
  plan[5] = call.mean === null ? 0 : call.mean.offset;
  plan[6] = call.rstd.offset;
  plan[7] = call.x.offset;
  plan[8] = call.weight === null ? 0 : call.weight.offset;
  plan[9] = call.bias === null ? 0 : call.bias.offset;
  native.norm(plan, y, mean, rstd, x, weight, bias);
}

export interface NormBackwardCall {
  readonly rows: number;
  readonly n: number;
  readonly dx: Tensor | null;
  readonly dweight: Tensor | null;
  readonly dbias: Tensor | null;
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly mean: Tensor | null;
  readonly rstd: Tensor;
}

/** Overwrites the gradients that are given. */
export function callNormBackward(call: NormBackwardCall): void {
  const dx = call.dx === null ? null : call.dx.storage.array;
  const dweight = call.dweight === null ? null : call.dweight.storage.array;
  const dbias = call.dbias === null ? null : call.dbias.storage.array;
  const dy = call.dy.storage.array;
  const x = call.x.storage.array;
  const weight = call.weight === null ? null : call.weight.storage.array;
  const mean = call.mean === null ? null : call.mean.storage.array;
  const rstd = call.rstd.storage.array;
  plan[0] = 0xaff88a28;
  plan[1] = call.rows;
  plan[2] = call.n;
  plan[3] = call.dx === null ? 0 : call.dx.offset;
  plan[4] = call.dweight === null ? 0 : call.dweight.offset;
  plan[5] = call.dbias === null ? 0 : call.dbias.offset;
  plan[6] = call.dy.offset;
  plan[7] = call.x.offset;
  plan[8] = call.weight === null ? 0 : call.weight.offset;
  plan[9] = call.mean === null ? 0 : call.mean.offset;
  plan[10] = call.rstd.offset;
  native.normBackward(plan, dx, dweight, dbias, dy, x, weight, mean, rstd);
}
