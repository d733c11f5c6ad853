// Made by scripts/make_calls.mjs from native/binding/planned/running.calls.
import { native } from '../../addon/native.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plan } from '../plan.js';

export interface Extent {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

export interface MeetElementsCall {
  readonly how: number;
  readonly outer: number;
  readonly rows: number;
  readonly count: number;
  readonly inner: number;
  readonly elementwise: boolean;
  readonly includeSelf: boolean;
  readonly dst: Tensor;
  readonly src: Tensor;
  readonly indices: Tensor;
  readonly counts: Tensor | null;
}

/**
 * Values [outer, count, inner] reduced at their places in dst [outer, rows, inner]; `how` is a code of
 * kernels/rows/meeting.h.
 */
export function callMeetElements(call: MeetElementsCall): void {
  const dst = call.dst.storage.array;
  const src = call.src.storage.array;
  const indices = call.indices.storage.array;
  const counts = call.counts === null ? null : call.counts.storage.array;
  plan[0] = 0xd53a6e3d;
  plan[1] = call.how;
  plan[2] = call.outer;
  plan[3] = call.rows;
  plan[4] = call.count;
  plan[5] = call.inner;
  plan[6] = call.elementwise ? 1 : 0;
  plan[7] = call.includeSelf ? 1 : 0;
  plan[8] = call.dst.offset;
  plan[9] = call.src.offset;
  plan[10] = call.indices.offset;
  plan[11] = call.counts === null ? 0 : call.counts.offset;
  native.meetElements(plan, dst, src, indices, counts);
}

export interface RunningProductsCall {
  readonly extent: Extent;
  readonly out: Tensor;
  readonly x: Tensor;
}

export function callRunningProducts(call: RunningProductsCall): void {
  const out = call.out.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x52b1d566;
  plan[1] = call.extent.outer;
  plan[2] = call.extent.n;
  plan[3] = call.extent.inner;
  plan[4] = call.out.offset;
  plan[5] = call.x.offset;
  native.runningProducts(plan, out, x);
}

export interface RunningExtremesCall {
  readonly largest: boolean;
  readonly extent: Extent;
  readonly values: Tensor;
  readonly indices: Tensor;
  readonly x: Tensor;
}

export function callRunningExtremes(call: RunningExtremesCall): void {
  const values = call.values.storage.array;
  const indices = call.indices.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x19793334;
  plan[1] = call.largest ? 1 : 0;
  plan[2] = call.extent.outer;
  plan[3] = call.extent.n;
  plan[4] = call.extent.inner;
  plan[5] = call.values.offset;
  plan[6] = call.indices.offset;
  plan[7] = call.x.offset;
  native.runningExtremes(plan, values, indices, x);
}

export interface FindRunsCall {
  readonly n: number;
  readonly values: Tensor;
  readonly inverse: Tensor | null;
  readonly counts: Tensor | null;
  readonly x: Tensor;
}

/** Returns how many runs of equal neighbours there are. */
export function callFindRuns(call: FindRunsCall): number {
  const values = call.values.storage.array;
  const inverse = call.inverse === null ? null : call.inverse.storage.array;
  const counts = call.counts === null ? null : call.counts.storage.array;
  const x = call.x.storage.array;
  plan[0] = 0x7bdab944;
  plan[1] = call.n;
  plan[2] = call.values.offset;
  plan[3] = call.inverse === null ? 0 : call.inverse.offset;
  plan[4] = call.counts === null ? 0 : call.counts.offset;
  plan[5] = call.x.offset;
  return native.findRuns(plan, values, inverse, counts, x);
}

export interface NumberRangeCall {
  readonly n: number;
  readonly x: Tensor;
}

export function callNumberRange(call: NumberRangeCall): void {
  const x = call.x.storage.array;
  plan[0] = 0xcc39b577;
  plan[1] = call.n;
  plan[2] = call.x.offset;
  native.numberRange(plan, x);
}

/** What `callNumberRange` left in the plan. */
export const resultsOfNumberRange = {
  get least(): number {
    return plan[3];
  },
  get most(): number {
    return plan[4];
  },
};

export interface CountNumbersCall {
  readonly n: number;
  readonly length: number;
  readonly out: Tensor;
  readonly x: Tensor;
  readonly weights: Tensor | null;
}

/** How often each number below `length` occurs, or what their weights add up to. */
export function callCountNumbers(call: CountNumbersCall): void {
  const out = call.out.storage.array;
  const x = call.x.storage.array;
  const weights = call.weights === null ? null : call.weights.storage.array;
  plan[0] = 0x7e02893a;
  plan[1] = call.n;
  plan[2] = call.length;
  plan[3] = call.out.offset;
  plan[4] = call.x.offset;
  plan[5] = call.weights === null ? 0 : call.weights.offset;
  native.countNumbers(plan, out, x, weights);
}
