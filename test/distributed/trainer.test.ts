import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeMpi, runJob } from './mpi.js';

interface Outcome {
  rank: number;
  stopped: string;
  steps: number;
  losses: number[][];
  lines: number;
  weights: number[];
}

const folder = mkdtempSync(join(tmpdir(), 'lutra-ranks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function near(a: readonly number[], b: readonly number[]): void {
  expect(a.length).toBe(b.length);
  const most = a.reduce((max, x, i) => Math.max(max, Math.abs(x - b[i])), 0);
  expect(most).toBeLessThan(1e-4);
}

describeMpi('Trainer', (mpi) => {
  const train = async (ranks: number, name: string, run: string, batch = 24, kind = ''): Promise<Outcome[]> => {
    const args = [name, join(folder, `${mpi}-${run}`), String(batch), kind];
    const { code, stderr } = await runJob(mpi, 'trainer', { ranks, args });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return Array.from({ length: ranks }, (_, r) => JSON.parse(readFileSync(`${args[1]}.${r}.json`, 'utf8')) as Outcome);
  };

  it('trains on two ranks as on one; one rank shows, logs and stores', async () => {
    const [alone] = await train(1, 'whole', 'alone');
    const [first, second] = await train(2, 'whole', 'two');
    near(first.weights, alone.weights);
    expect(second.weights).toEqual(first.weights);
    for (const [i, scores] of alone.losses.entries()) near(first.losses[i], scores);
    expect(second.losses).toEqual(first.losses);
    expect([first.lines, second.lines]).toEqual([3, 0]);
    expect(readFileSync(join(folder, `${mpi}-two`, 'written_by'), 'utf8')).toBe('0 0 0 ');
    const [accumulated] = await train(2, 'accumulate', 'accumulate', 12);
    near(accumulated.weights, alone.weights);
  });

  it('ends on all ranks when one is asked to, and goes on with another number of them', async () => {
    const [alone] = await train(1, 'whole', 'uncut');
    const cut = await train(2, 'interrupted', 'cut');
    expect(cut.map(({ stopped }) => stopped)).toEqual(['rank', 'signal']);
    expect(cut.map(({ steps }) => steps)).toEqual([6, 6]);
    expect(readdirSync(join(folder, `${mpi}-cut`)).some((file) => /^checkpoint-0+6/.test(file))).toBe(true);
    const [resumed] = await train(4, 'resume', 'cut');
    expect([resumed.stopped, resumed.steps]).toEqual(['epochs', alone.steps]);
    near(resumed.weights, alone.weights);
  });

  // Eight jobs, of up to four ranks.
  it('stores a sharded table by all ranks, and goes on with another number of them', { timeout: 240_000 }, async () => {
    const [alone] = await train(1, 'whole', 'ordinary');
    const [two] = await train(2, 'whole', 'parts', 24, 'sharded');
    near(two.weights, alone.weights);
    const written = readdirSync(join(folder, `${mpi}-parts`));
    expect(written.filter((file) => /part-[12]-of-2/.test(file)).length).toBe(6);
    expect(written).toContain('best.safetensors');
    for (const [before, after] of [
      [2, 4],
      [4, 1],
      [1, 2],
    ]) {
      const run = `parts-${before}`;
      await train(before, 'interrupted', run, 24, 'sharded');
      const [resumed] = await train(after, 'resume', run, 24, 'sharded');
      expect([resumed.stopped, resumed.steps]).toEqual(['epochs', alone.steps]);
      near(resumed.weights, alone.weights);
    }
  });

  it('ends on all ranks where scores get no better', async () => {
    const outcomes = await train(2, 'early', 'early');
    expect(outcomes.map(({ stopped }) => stopped)).toEqual(['earlyStopping', 'earlyStopping']);
    expect(outcomes[0].steps).toBe(outcomes[1].steps);
    expect(outcomes[0].losses.length).toBe(3);
  });
});
