import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { describeMpi, missing, runJob } from './mpi.js';

describeMpi('failures', (mpi) => {
  const run = (fault: string, ranks = 2) => runJob(mpi, 'failures', { ranks, args: [fault], limit: 30 });

  it.each([
    ['throws', /Error: this rank has failed/],
    ['killed', /./],
    ['exits', /./],
  ])('a rank that is over (%s) ends the job within 10 s', async (fault, words) => {
    const { code, stderr, stdout, seconds } = await run(fault);
    expect(code).not.toBe(0);
    expect(stderr + stdout).toMatch(words);
    expect(seconds).toBeLessThan(10);
  });

  it('a rank whose program is over is told apart from one that hangs', async () => {
    const { code, stderr, seconds } = await run('ends');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /the ranks have made different calls: rank 0: allReduce \(sum\) of float32 \[4, 5\] as call 2; rank 1: the end/,
    );
    expect(seconds).toBeLessThan(10);
  });

  it.each(['hangs', 'hangs later'])(
    'a rank that %s ends the job after the timeout, and the others say in what',
    async (fault) => {
      const { code, stderr, seconds } = await run(fault);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/lutra: rank 0 of 2 has waited 3 s in allReduce \(sum\) of float32 \[4, 5\] \(call 2\)/);
      expect(seconds).toBeLessThan(15);
    },
  );

  it.each([
    [
      'skips',
      'rank 0: allReduce (sum) of float32 [4, 5] as call 2; rank 1: broadcast of float32 [6] from rank 0 as call 2',
    ],
    [
      'shapes',
      'rank 0: allReduce (sum) of float32 [4, 5] as call 2; rank 1: allReduce (sum) of float32 [4, 6] as call 2',
    ],
    [
      'shapes later',
      'rank 0: allReduce (sum) of float32 [4, 5] (asyncOp) as call 2; rank 1: allReduce (sum) of float32 [4, 6] (asyncOp)',
    ],
    ['dtypes', 'rank 0: allReduce (sum) of float32 [4] as call 2; rank 1: allReduce (sum) of float64 [4] as call 2'],
    ['asyncOp', 'rank 0: allReduce (sum) of float32 [4] as call 2; rank 1: allReduce (sum) of float32 [4] (asyncOp)'],
    [
      'splits',
      'allToAll of float32 as call 2, sends [6, 6] and expects [6, 6] numbers; rank 1: allToAll of float32 as call 2, sends [9, 3]',
    ],
  ])('%s: ranks that call different things say which', async (fault, words) => {
    const { code, stderr, seconds } = await run(fault);
    expect(code).not.toBe(0);
    expect(stderr).toContain('the ranks have made different calls: ');
    expect(stderr).toContain(words);
    expect(seconds).toBeLessThan(10);
  });

  it('ranks that agree are named together', async () => {
    const { stderr } = await run('shapes', 4);
    expect(stderr).toContain(
      'ranks 0 to 2: allReduce (sum) of float32 [4, 5] as call 2; rank 3: allReduce (sum) of float32 [4, 6]',
    );
  });

  it('ranks whose parameters drift apart are found', async () => {
    const { code, stdout, stderr } = await run('drifts');
    expect(code).not.toBe(0);
    expect(stderr).toContain("the ranks have drifted apart: the parameter 'weight' of rank 1 is not that of rank 0");
    expect(stdout).toContain('has made step 1');
    expect(stdout).not.toContain('has made step 2');
  });

  it('such an error can be caught, and the group is of no use afterwards', async () => {
    const { code, stdout } = await run('caught');
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/rank 0: DistributedError: allReduce: the ranks have made different calls/);
    expect(stdout).toMatch(/rank 1: DistributedError: allReduce: the ranks have made different calls/);
    expect(stdout).toMatch(/rank 0 again: barrier: the ranks have made different calls/);
  });

  it('an addon of the other MPI says so, instead of running as many lonely ranks', async () => {
    const other = mpi === 'openmpi' ? 'mpich' : 'openmpi';
    if (missing(other) !== null) return;
    const { code, stderr } = await runJob(mpi, 'failures', { ranks: 2, args: ['ends'], env: { LUTRA_MPI: other } });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /initProcessGroup: .*mpirun has started 2 ranks, but the MPI of lutra's addon .* knows of 1/,
    );
  });
});

const program = new URL('programs/alone.mjs', import.meta.url).pathname;

it('a program that is started alone is one rank, without MPI', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual({
    rank: 0,
    size: 1,
    sum: [1, 2],
    mean: [3],
    gathered: [[1, 2]],
    scattered: [5],
    swapped: [7, 8],
  });
});

it('a launcher without an addon for it is told how to build one', async () => {
  // A copy of the package without build/mpi.
  const folder = mkdtempSync(join(tmpdir(), 'lutra-unbuilt-'));
  try {
    const root = new URL('../..', import.meta.url).pathname;
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
    cpSync(join(root, 'build', 'Release', 'lutra.node'), join(folder, 'build', 'Release', 'lutra.node'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(
      join(folder, 'main.mjs'),
      `import { initProcessGroup } from './dist/entries/distributed.js';
       try { initProcessGroup(); } catch (error) { console.log(error.name + ': ' + error.message); }`,
    );
    const run = async (env: Record<string, string>) =>
      (await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')], { env: { ...process.env, ...env } }))
        .stdout;
    expect(await run({ OMPI_COMM_WORLD_SIZE: '2' })).toMatch(
      /^DistributedError: initProcessGroup: this process was started by Open MPI's mpirun as one of 2 ranks, but lutra's MPI addon is not built: cd .*npm run build:mpi/,
    );
    mkdirSync(join(folder, 'build', 'mpi', 'openmpi'), { recursive: true });
    writeFileSync(join(folder, 'build', 'mpi', 'openmpi', 'lutra_mpi.node'), 'no library');
    expect(await run({ PMI_SIZE: '2' })).toMatch(
      /^DistributedError: initProcessGroup: lutra's MPI addon was built for Open MPI, but this process was started by MPICH's mpirun; start it with Open MPI's mpirun, or build the addon for MPICH: /,
    );
    expect(await run({ OMPI_COMM_WORLD_SIZE: '2' })).toMatch(
      /^DistributedError: initProcessGroup: .*lutra_mpi.node did not load: .*Is Open MPI installed on this machine/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
