import { native } from '../addon/native.js';
import type { CpuInfo } from '../addon/runtime.js';
import { ArgumentError, describe, ValueError } from '../errors.js';

export type { CpuInfo };

/** What this CPU offers and what Lutra uses of it: instruction set, threads, compiler. */
export function cpuInfo(): CpuInfo {
  return native.cpuInfo();
}

/** The number of threads that large operations use (default: the cores of this process, or LUTRA_NUM_THREADS). */
export function getNumThreads(): number {
  return native.getNumThreads();
}

const mostThreads = 1024;

/** Sets the number of threads. Results do not depend on it, to the bit. @throws ValueError unless 1 ≤ n ≤ 1024. */
export function setNumThreads(n: number): void {
  if (typeof n !== 'number') throw new ArgumentError(`setNumThreads: n must be a number, got ${describe(n)}`);
  if (!Number.isInteger(n) || n < 1 || n > mostThreads) {
    throw new ValueError(`setNumThreads: n must be an integer from 1 to ${mostThreads}, got ${n}`);
  }
  native.setNumThreads(n);
}
