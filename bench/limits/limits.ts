import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpuInfo } from 'lutra';

/** What the machine can do at most, with a given number of threads. */
export interface Limits {
  /** Multiply-adds from registers, counted as two operations each. */
  readonly gflops: number;
  readonly readGBs: number;
  /** p -= lr · g over arrays far larger than the caches: bytes read and written. */
  readonly updateGBs: number;
}

const flags: { readonly [isa: string]: readonly string[] } = {
  avx512: ['-mavx512f', '-mprefer-vector-width=512'],
  avx2: ['-mavx2', '-mfma'],
};

/** Compiles (once) and runs limits.cc; null, with a line that says why, when there is no compiler. */
export function measureLimits(root: string, threads: number): Limits | null {
  const folder = join(root, 'build', 'bench');
  const binary = join(folder, 'limits_program');
  try {
    mkdirSync(folder, { recursive: true });
    const source = join(root, 'bench', 'limits', 'limits.cc');
    const options = ['-O3', '-ffp-contract=fast', '-std=c++17', '-pthread', ...(flags[cpuInfo().isa] ?? [])];
    execFileSync('c++', [...options, source, '-o', binary], { stdio: ['ignore', 'ignore', 'pipe'] });
    return JSON.parse(execFileSync(binary, [String(threads)], { encoding: 'utf8' })) as Limits;
  } catch (error) {
    console.error(`limits: skipped (${(error as Error).message.split('\n')[0]})`);
    return null;
  }
}
