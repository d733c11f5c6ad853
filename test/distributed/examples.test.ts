import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeMpi, missing, runJob } from './mpi.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside of the package, so that they find it by its name.
const folder = mkdtempSync(join(root, 'build', 'ranks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const args = [tsc, '-p', 'tsconfig.examples.json', '--outDir', folder];
  expect(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status).toBe(0);
}, 120_000);

const run = async (mpi: 'openmpi' | 'mpich', name: string, ranks: number): Promise<string[]> => {
  const { code, stdout, stderr } = await runJob(mpi, join(folder, `${name}.js`), { ranks, env: { LUTRA_QUICK: '1' } });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout.trim().split('\n');
};

describeMpi('examples', (mpi) => {
  it.each([1, 2])('sharded_recommender learns on %i ranks', async (ranks) => {
    const lines = await run(mpi, 'sharded_recommender', ranks);
    expect(lines).toHaveLength(2);
    const [, steps, last] = /^(\d+) steps, .* at last ([\d.]+)$/.exec(lines[0])!;
    expect(Number(steps)).toBe(320 / ranks);
    expect(Number(last)).toBeLessThan(0.6);
  });
});

it.skipIf(missing('openmpi') !== null)('word_lm learns on two ranks', async () => {
  const lines = await run('openmpi', 'word_lm', 2);
  const perplexity = lines.map((line) => Number(/perplexity ([\d.]+)/.exec(line)?.[1])).filter((x) => x > 0);
  expect(perplexity).toHaveLength(4);
  expect(perplexity[2]).toBeLessThan(0.8 * perplexity[3]);
});
