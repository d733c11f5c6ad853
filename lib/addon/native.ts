import type { TypedArray } from '../tensor/dtype.js';
import type { NativeTransformer } from './attention.js';
import type { NativeElementwise, NativeReduce } from './elementwise.js';
import type { TrainingKernels } from './gather.js';
import { loadAddon } from './load.js';
import type { NativeRandom } from './random.js';
import type { NativeProducts } from './recurrent.js';

/** What `cpuInfo()` reports. */
export interface CpuInfo {
  /** The instruction set that kernels use: scalar, avx2, avx512 or neon. */
  isa: string;
  /** The instruction sets that this CPU could run. */
  available: string[];
  /** Threads that a large operation is spread over. */
  threads: number;
  /** What the addon was compiled with. */
  compiler: string;
}

/**
 * The addon's functions. Arrays are whole storages, offsets count elements, and `plan` is the shared array of
 * `tensor/plan.ts`. The C++ side (native/binding) re-checks what memory safety needs; shapes are checked before.
 */
export interface Native
  extends NativeElementwise,
    NativeReduce,
    TrainingKernels,
    NativeRandom,
    NativeProducts,
    NativeTransformer {
  cpuInfo(): CpuInfo;
  setNumThreads(n: number): void;
  getNumThreads(): number;
  forceIsa(code: number): void;

  // memory: native/binding/memory.cc
  /** Remembers weakly that a slot belongs to an array. */
  trackWeak(slot: number, array: TypedArray): void;
  /** Forgets a slot whose array is still alive. */
  releaseWeak(slot: number): void;
  /** Writes slots whose arrays have been collected to `out` and frees them; returns how many. */
  pollWeak(out: Int32Array): number;
  /** Asks for huge pages under memory that is about to be touched for the first time. */
  adviseHugePages(array: TypedArray): void;
  /** The bytes from where an array begins to the next multiple of `boundary`, a power of two. */
  bytesToBoundary(array: TypedArray, boundary: number): number;

  // copy: native/binding/copy.cc
  /**
   * dst = src, converting dtypes (codes of tensor/dtype.ts). plan: ndim, sizes…, dst strides…, src strides…
   */
  copy(
    dst: TypedArray,
    dstDType: number,
    dstOffset: number,
    src: TypedArray,
    srcDType: number,
    srcOffset: number,
    plan: Float64Array,
  ): void;
  /** dst[k] = value along a strided window. plan: ndim, sizes…, dst strides… */
  fill(dst: TypedArray, dtype: number, dstOffset: number, value: number, plan: Float64Array): void;

  // select: native/binding/select.cc. Each returns the position of the first bad index, or -1.
  /** dst[o, i, :] = src[o, indices[i], :] */
  selectSlices: SelectFunction;
  /** dst[o, indices[i], :] = src[o, i, :] */
  placeSlices: SelectFunction;
  /** dst[o, indices[i], :] += src[o, i, :] */
  addSlices: SelectFunction;
  /** dst[o, i, k] = src[o, indices[o, i, k], k] */
  gatherElements: SelectFunction;
  /** dst[o, indices[o, i, k], k] = src[o, i, k] */
  scatterElements: SelectFunction;
  /** dst[o, indices[o, i, k], k] += src[o, i, k] */
  scatterAddElements: SelectFunction;
  /** The positions of the set bytes of mask, ascending; returns their count (only counts when out is null). */
  setPositions(out: Int32Array | null, mask: TypedArray, maskOffset: number, n: number): number;
}

/** Works on [outer, rows, inner] and [outer, count, inner]; returns the position of the first bad index, or -1. */
export type SelectFunction = (
  dst: TypedArray,
  dstOffset: number,
  src: TypedArray,
  srcOffset: number,
  indices: TypedArray,
  indicesOffset: number,
  outer: number,
  rows: number,
  count: number,
  inner: number,
) => number;

export const native = loadAddon() as Native;

const forced = process.env.LUTRA_ISA;
if (forced !== undefined && forced !== '' && native.cpuInfo().isa !== forced) {
  throw new RangeError(
    `LUTRA_ISA: '${forced}' is not available here; this CPU offers ${native.cpuInfo().available.join(', ')}`,
  );
}

/** What this CPU offers and what Lutra uses of it: instruction set, threads, compiler. */
export function cpuInfo(): CpuInfo {
  return native.cpuInfo();
}

/** The number of threads that large operations use (default: the cores of this process, or LUTRA_NUM_THREADS). */
export function getNumThreads(): number {
  return native.getNumThreads();
}

/** Sets the number of threads. Results do not depend on it, to the bit. @throws RangeError unless 1 ≤ n ≤ 1024. */
export function setNumThreads(n: number): void {
  native.setNumThreads(n);
}
