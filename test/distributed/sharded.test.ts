import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Shards, sortLookup } from '../../lib/distributed/shards.js';
import { describeMpi, runJob } from './mpi.js';

describeMpi('sharded tables', (mpi) => {
  it.each([
    [2, 'one memory'],
    [3, 'messages'],
    [4, 'one memory'],
  ])('train on %i ranks by %s as an ordinary table alone', async (ranks, by) => {
    const env = { LUTRA_SHARED_MEMORY: by === 'messages' ? '0' : '1' };
    const { code, stdout, stderr } = await runJob(mpi, 'sharded', { ranks, env });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toBe('done\n'.repeat(ranks));
  });
});

it('one rank alone trains a sharded table as an ordinary one', async () => {
  const program = new URL('programs/sharded.mjs', import.meta.url).pathname;
  expect((await promisify(execFile)(process.execPath, [program])).stdout).toBe('done\n');
});

describe('Shards', () => {
  it.each(['ranges', 'hashed'] as const)('%s: every row has one owner and one place there', (sharding) => {
    for (const rows of [1, 2, 7, 100, 101, 1299709]) {
      for (const size of [1, 2, 3, 8]) {
        if (rows > 1000 && size !== 3) continue;
        const shards = new Shards('test', rows, size, sharding);
        const counts = Array.from({ length: size }, (_, r) => shards.count(r));
        expect(counts.reduce((a, b) => a + b)).toBe(rows);
        const seen = counts.map((count) => new Uint8Array(count));
        for (let row = 0; row < rows; row++) seen[shards.owner(row)][shards.place(row)]++;
        expect(seen.every((of) => of.every((n) => n === 1))).toBe(true);
        if (rows < 1000) {
          for (let r = 0; r < size; r++) {
            for (const [place, row] of shards.rowsOf(r).entries()) {
              expect([shards.owner(row), shards.place(row)]).toEqual([r, place]);
            }
          }
        }
      }
    }
  });

  it('hashed: the frequent rows of a vocabulary are spread', () => {
    const shards = new Shards('test', 100_000, 8, 'hashed');
    const counts = new Array(8).fill(0);
    for (let row = 0; row < 800; row++) counts[shards.owner(row)]++;
    expect(Math.max(...counts)).toBeLessThan(120);
  });

  it('a lookup names each row once, sorted by owners', () => {
    const shards = new Shards('test', 1000, 4, 'hashed');
    const ids = Int32Array.from({ length: 5000 }, (_, i) => (i * i * 7) % 1000);
    const { inverse, places, counts } = sortLookup(ids, shards);
    const owners = [...counts].flatMap((count, r) => new Array<number>(count).fill(r));
    expect(owners.length).toBe(places.length);
    expect(places.length).toBe(new Set(ids).size);
    for (const [i, id] of ids.entries()) {
      expect([owners[inverse[i]], places[inverse[i]]]).toEqual([shards.owner(id), shards.place(id)]);
    }
  });
});
