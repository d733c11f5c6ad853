// Made by scripts/make_calls.mjs from native/binding/planned/matmul.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface MatmulCall {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly ldc: number;
  readonly lda: number;
  readonly transposeA: boolean;
  readonly ldb: number;
  readonly transposeB: boolean;
  readonly accumulate: boolean;
  readonly dims: number;
  readonly c: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly bias: Tensor | null;
}

/** Place dims of what `callMatmul` repeats; to be filled before it. */
export function eachMatmul(
  place: number,
  numbers: { readonly length: number; readonly strideC: number; readonly strideA: number; readonly strideB: number },
): void {
  const at = 15 + 4 * place;
  plan[at] = numbers.length;
  plan[at + 1] = numbers.strideC;
  plan[at + 2] = numbers.strideA;
  plan[at + 3] = numbers.strideB;
}

/** c = a · b (+ bias per column) (+ c), for each place of a batch. */
export function callMatmul(call: MatmulCall): void {
  const c = call.c.storage.array;
  const a = call.a.storage.array;
  const b = call.b.storage.array;
  const bias = call.bias === null ? null : call.bias.storage.array;
  plan[0] = 0x186de6a0;
  plan[1] = call.M;
  plan[2] = call.N;
  plan[3] = call.K;
  plan[4] = call.ldc;
  plan[5] = call.lda;
  plan[6] = call.transposeA ? 1 : 0;
  plan[7] = call.ldb;
  plan[8] = call.transposeB ? 1 : 0;
  plan[9] = call.accumulate ? 1 : 0;
  plan[10] = call.dims;
  plan[11] = call.c.offset;
  plan[12] = call.a.offset;
  plan[13] = call.b.offset;
  plan[14] = call.bias === null ? 0 : call.bias.offset;
  native.matmul(plan, c, a, b, bias);
}

export interface ColumnSumsCall {
  readonly M: number;
  readonly N: number;
  readonly lda: number;
  readonly out: Tensor;
  readonly a: Tensor;
}

/** out = the sums of a's columns. */
export function callColumnSums(call: ColumnSumsCall): void {
  const out = call.out.storage.array;
  const a = call.a.storage.array;
  plan[0] = 0x385b8ae2;
  plan[1] = call.M;
  plan[2] = call.N;
  plan[3] = call.lda;
  plan[4] = call.out.offset;
  plan[5] = call.a.offset;
  native.columnSums(plan, out, a);
}
