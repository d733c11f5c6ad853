import { readFileSync } from 'node:fs';
import type { Workload } from './kinds.js';

const MB = 1e6;

/**
 * The largest resident memory that this process has had, in bytes. maxRSS is only the fallback: on Linux it starts at
 * what the parent held when it forked, where VmHWM starts anew with the program.
 */
export function peakMemory(): number {
  try {
    const found = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'));
    if (found) return Number(found[1]) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** What a step on a sparse-gradient table may take: the table, its optimizer's state and 200 MB. Null for other workloads. */
export function memoryBar({ kind, params }: Workload): number | null {
  if (kind !== 'stepClassifier' || params.optimizer === 'adam') return null;
  const table = Number(params.rows) * Number(params.dim) * 4;
  const moments = params.optimizer === 'sparseAdam' ? 2 : 0;
  return (1 + moments) * table + 200 * MB;
}

/** Megabytes (millions of bytes), beside the bar where there is one. */
export function memoryText(bytes: number, bar: number | null): string {
  const peak = `${(bytes / MB).toFixed(0)} MB`;
  if (bar === null) return peak;
  return `${peak} (bar ${(bar / MB).toFixed(0)} MB${bytes > bar ? ', over' : ''})`;
}
