import { describe, expect, it } from 'vitest';
import {
  getNumThreads,
  nearestNeighbors,
  randn,
  setNumThreads,
  type Tensor,
  trustworthiness,
} from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface TrustCase {
  x: ArrayFixture;
  embedded: ArrayFixture;
  neighbors: number;
  metric: 'euclidean' | 'cosine';
  value: number;
}

const { trustworthiness: cases } = readFixture<{ trustworthiness: TrustCase[] }>('projections');

/** Of all rows, in float64. */
function distances(x: number[][], i: number, metric: string): number[] {
  return x.map((other) => {
    if (metric === 'euclidean') return Math.hypot(...other.map((v, d) => v - x[i][d]));
    const dot = other.reduce((sum, v, d) => sum + v * x[i][d], 0);
    return 1 - dot / (Math.hypot(...other) * Math.hypot(...x[i]));
  });
}

describe('nearestNeighbors', () => {
  it.each(['euclidean', 'cosine'] as const)('finds the nearest: %s', async (metric) => {
    const x = randn([120, 11]).add(5);
    const found = await nearestNeighbors(x, { neighbors: 7, metric });
    const [indices, near] = [found.indices.tolist() as number[][], found.distances.tolist() as number[][]];
    const rows = x.tolist() as number[][];
    for (let i = 0; i < rows.length; i++) {
      const all = distances(rows, i, metric);
      const wanted = all.map((_, j) => j).filter((j) => j !== i);
      wanted.sort((a, b) => all[a] - all[b]);
      expect(indices[i].map((j) => all[j])).toEqual(indices[i].map((_, k) => expect.closeTo(all[wanted[k]], 5)));
      expect(near[i]).toEqual(near[i].map((_, k) => expect.closeTo(all[wanted[k]], 5)));
    }
  });

  it('gives the same on any number of threads', async () => {
    const x = randn([500, 20]);
    const before = getNumThreads();
    const results: Tensor[] = [];
    for (const threads of [1, 3]) {
      setNumThreads(threads);
      results.push((await nearestNeighbors(x)).distances);
    }
    setNumThreads(before);
    expect(results[0].tolist()).toEqual(results[1].tolist());
  });

  it('refuses as many neighbours as there are points, and stops', async () => {
    await expect(nearestNeighbors(randn([5, 2]), { neighbors: 5 })).rejects.toThrow(
      /^nearestNeighbors: neighbors must be less than the number of points \(5\), got 5/,
    );
    // biome-ignore lint/suspicious/noExplicitAny: what no type allows.
    await expect(nearestNeighbors(randn([5, 2]), { metric: 'manhattan' } as any)).rejects.toThrow(
      /'euclidean' or 'cosine'/,
    );
    await expect(nearestNeighbors(randn([30, 2]), { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });
});

describe('trustworthiness', () => {
  it.each(cases)('is what scikit-learn computes: $value', ({ x, embedded, neighbors, metric, value }) => {
    expect(trustworthiness(toTensor(x), toTensor(embedded), { neighbors, metric })).toBeCloseTo(value, 9);
  });

  it('is 1 for the points themselves, and about a half for what has nothing to do with them', () => {
    const x = randn([300, 3]);
    expect(trustworthiness(x, x.mul(3).add(1))).toBe(1);
    expect(Math.abs(trustworthiness(x, randn([300, 2])) - 0.5)).toBeLessThan(0.05);
  });

  it('refuses what does not fit', () => {
    const x = randn([30, 3]);
    expect(() => trustworthiness(x, randn([29, 2]))).toThrow(
      /^trustworthiness: embedded must have a row for each of 30/,
    );
    expect(() => trustworthiness(x, x, { neighbors: 15 })).toThrow(/less than half of the points \(30\), got 15/);
    expect(() => trustworthiness(x, [[1], [Number.NaN]])).toThrow(/^trustworthiness: embedded must be finite/);
  });
});
