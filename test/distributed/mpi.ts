/** Runs programs as ranks of an MPI job, under each MPI that this machine has. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

export type MpiName = 'openmpi' | 'mpich';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

function exists(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** The launcher of an MPI by the name that Debian gives it. */
const launcherOf = (mpi: MpiName) => `mpirun.${mpi}`;

/** Why the tests of an MPI can't run here; null where they can. */
export function missing(mpi: MpiName): string | null {
  if (!existsSync(join(root, 'build', 'mpi', mpi, 'lutra_mpi.node')))
    return `the addon for ${mpi} is not built (npm run build:mpi)`;
  return exists(launcherOf(mpi)) ? null : `${launcherOf(mpi)} is not installed`;
}

export interface Job {
  code: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

export interface JobOptions {
  ranks: number;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Seconds after which the job is killed, and the test fails. */
  limit?: number;
}

/** Environment variables that would make a job take itself for part of another one. */
const isForeign = (name: string) => /^(OMPI_|PMIX_|PMI_|LUTRA_MPI)/.test(name);

/** Runs test/distributed/programs/NAME.mjs, or a file by its path, as a job. */
export async function runJob(mpi: MpiName, program: string, options: JobOptions): Promise<Job> {
  const { ranks, args = [], limit = 60 } = options;
  const flags = mpi === 'openmpi' ? ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'] : [];
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
  const begin = performance.now();
  const file = isAbsolute(program) ? program : join(here, 'programs', `${program}.mjs`);
  const child: ChildProcess = spawn(
    launcherOf(mpi),
    [...flags, '-np', String(ranks), process.execPath, file, ...args],
    {
      // Ranks that wait let others have the core: there may be more ranks than cores.
      env: { ...kept, OMPI_MCA_mpi_yield_when_idle: '1', LUTRA_NUM_THREADS: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 1000 * limit);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(timer);
  return { code, stdout, stderr, seconds: (performance.now() - begin) / 1000 };
}

/** Describes tests under each MPI. They are skipped, and say why, where it is missing, unless LUTRA_REQUIRE_MPI is set. */
export function describeMpi(name: string, body: (mpi: MpiName) => void): void {
  for (const mpi of ['openmpi', 'mpich'] as const) {
    const reason = missing(mpi);
    if (reason === null) describe(`${name} under ${mpi}`, () => body(mpi));
    else if (process.env.LUTRA_REQUIRE_MPI === '1') {
      test(`${name} under ${mpi}`, () => {
        throw new Error(`${reason}, and LUTRA_REQUIRE_MPI is set`);
      });
    } else test.skip(`${name} under ${mpi}: ${reason}`, () => {});
  }
}
