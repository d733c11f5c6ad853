import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DistributedSampler } from '../../lib/distributed/index.js';
import { DataLoader } from '../../lib/index.js';

interface Case {
  length: number;
  replicas: number;
  dropLast: boolean;
  shuffle: boolean;
  epochs: { epoch: number; ranks: number[][] }[];
}

const path = new URL('../torch/fixtures/distributed_sampler.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

describe('DistributedSampler', () => {
  it('deals samples out as PyTorch does', () => {
    expect(cases.length).toBeGreaterThan(80);
    for (const { length, replicas: numReplicas, dropLast, shuffle, epochs } of cases) {
      for (const { epoch, ranks } of epochs) {
        for (const [rank, expected] of ranks.entries()) {
          const sampler = new DistributedSampler({ length }, { numReplicas, rank, dropLast, shuffle, seed: 5 });
          sampler.setEpoch(epoch);
          expect(sampler.length).toBe(expected.length);
          expect([...sampler], JSON.stringify({ length, numReplicas, rank, dropLast, shuffle, epoch })).toEqual(
            expected,
          );
        }
      }
    }
  });

  const loaderOf = (rank: number, numReplicas: number, batchSize: number) => {
    const samples = Array.from({ length: 24 }, (_, i) => i);
    const sampler = new DistributedSampler(samples, { numReplicas, rank, seed: 1 });
    return new DataLoader(samples, { batchSize, sampler });
  };

  it.each([1, 2, 4])('an epoch of two ranks is gone on with by %i', (ranks) => {
    const seen: number[] = [];
    let state = {};
    for (const rank of [0, 1]) {
      const loader = loaderOf(rank, 2, 4);
      let k = 0;
      for (const batch of loader) {
        seen.push(...(batch.tolist() as number[]));
        state = loader.stateDict();
        if (++k === 2) break;
      }
    }
    for (let rank = 0; rank < ranks; rank++) {
      const loader = loaderOf(rank, ranks, 8 / ranks);
      loader.loadStateDict(state);
      for (const batch of loader) seen.push(...(batch.tolist() as number[]));
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('refuses what is no rank', () => {
    const make = (options: object) => () => new DistributedSampler([1, 2], options);
    expect(make({ numReplicas: 2, rank: 2 })).toThrow(/rank must be an integer from 0 to 1, got 2/);
    expect(make({ numReplicas: 0, rank: 0 })).toThrow(/numReplicas must be an integer from 1/);
    expect(make({})).toThrow(/DistributedSampler: there is no process group; call initProcessGroup\(\) first/);
    expect(make({ numReplicas: 2, rank: 0, shuffle: 1 })).toThrow(/shuffle must be true or false/);
    expect(make({ replicas: 2 })).toThrow(/unknown option 'replicas'/);
  });
});
