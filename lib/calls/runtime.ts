import { native } from '../addon/native.js';
import type { CpuInfo } from '../addon/runtime.js';

export type { CpuInfo };

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
