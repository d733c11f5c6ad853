import { describe, expect, it } from 'vitest';
import {
  cat,
  getNumThreads,
  randn,
  setNumThreads,
  type Tensor,
  tensor,
  trustworthiness,
  umap,
} from '../../lib/index.js';
import { fitCurve } from '../../lib/projections/curve.js';
import { readDigits } from './digits.js';
import { clusters, longestHold, shareOfOwnKind } from './quality.js';
import { referenceUmap } from './umap_reference.js';

const allFinite = (embedding: Tensor) => (embedding.tolist() as number[][]).flat().every(Number.isFinite);

describe('umap', () => {
  it('keeps the neighbours of digits as steps of one edge after another do', async () => {
    const { x, labels } = readDigits(500);
    const [neighbors, epochs] = [15, 300];
    const wanted = trustworthiness(x, referenceUmap(x.tolist() as number[][], neighbors, epochs, 1));
    for (const init of ['spectral', 'pca', 'random'] as const) {
      const embedding = await umap(x, { neighbors, epochs, init });
      expect(embedding.shape).toEqual([500, 2]);
      expect(Math.abs(trustworthiness(x, embedding) - wanted)).toBeLessThan(0.01);
      expect(shareOfOwnKind(embedding, labels)).toBeGreaterThan(0.95);
    }
  });

  it.each([
    { components: 1 },
    { components: 3, metric: 'cosine' },
    { components: 2, neighbors: 5, minDist: 0, spread: 2 },
    { components: 2, negativeSampleRate: 20, repulsionStrength: 0.5, learningRate: 0.5 },
  ] as const)('separates clusters: %o', async (options) => {
    const { x, labels } = clusters(5, 40, 12);
    const embedding = await umap(x, options);
    expect(embedding.shape).toEqual([200, options.components]);
    expect(shareOfOwnKind(embedding, labels)).toBeGreaterThan(0.98);
  });

  it('lays out graphs that are not connected, small parts of them too', async () => {
    const parts = [200, 60, 3].map((size, part) => randn([size, 6]).add(1000 * part));
    const embedding = await umap(cat(parts), { neighbors: 3, epochs: 50 });
    expect(allFinite(embedding)).toBe(true);
    const labels = Uint8Array.from({ length: 263 }, (_, i) => (i < 200 ? 0 : i < 260 ? 1 : 2));
    expect(shareOfOwnKind(embedding, labels)).toBeGreaterThan(0.97);
  });

  it('takes equal points, few points and as many neighbours as there can be', async () => {
    const same = tensor(Array.from({ length: 40 }, () => [1, 2, 3]));
    expect(allFinite(await umap(same, { epochs: 30 }))).toBe(true);
    expect(allFinite(await umap(randn([4, 3]), { neighbors: 3, epochs: 30 }))).toBe(true);
    expect(allFinite(await umap(randn([16, 1]), { neighbors: 15, epochs: 30 }))).toBe(true);
  });

  it('depends on its arguments alone, not on threads', async () => {
    const { x } = clusters(3, 200, 8);
    const before = getNumThreads();
    const results: Tensor[] = [];
    for (const [threads, seed] of [
      [1, 5],
      [4, 5],
      [4, 6],
    ]) {
      setNumThreads(threads);
      results.push(await umap(x, { epochs: 30, seed }));
    }
    setNumThreads(before);
    expect(results[0].tolist()).toEqual(results[1].tolist());
    expect(results[0].tolist()).not.toEqual(results[2].tolist());
  });

  it('goes on from positions that it is given, shows itself, and stops', async () => {
    const { x } = clusters(3, 20, 8);
    const init = randn([60, 2]);
    const before = init.clone();
    const shown: number[] = [];
    const onProgress = (step: number, embedding: Tensor, { steps }: { steps: number }) => {
      expect(embedding.shape).toEqual([60, 2]);
      expect(steps).toBe(3);
      shown.push(step);
    };
    const near = await umap(x, { init, epochs: 3, learningRate: 1e-6, onProgress });
    expect(Number(near.sub(init).abs().max())).toBeLessThan(1e-2);
    expect(init.tolist()).toEqual(before.tolist());
    expect(shown[shown.length - 1]).toBe(3);
    const controller = new AbortController();
    const stopped = umap(x, { epochs: 100_000, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('lets others have their turn', async () => {
    const { x } = clusters(4, 500, 30);
    // On a machine with nothing else to do: about 20 ms.
    expect(await longestHold(() => umap(x, { epochs: 50 }))).toBeLessThan(500);
  });

  it('fits the curve as umap-learn does', () => {
    // umap-learn's find_ab_params for its defaults, as its documentation and issues print them.
    expect(fitCurve(0.1, 1)).toEqual({ a: expect.closeTo(1.5769, 3), b: expect.closeTo(0.8951, 3) });
    const { a, b } = fitCurve(0.4, 0.7);
    for (const [da, db] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ]) {
      expect(misfit(a + da, b + db, 0.4, 0.7)).toBeGreaterThan(misfit(a, b, 0.4, 0.7));
    }
  });

  // biome-ignore lint/suspicious/noExplicitAny: what no type allows.
  const refused: [string, any, any, RegExp][] = [
    ['neighbors', randn([10, 4]), {}, /neighbors must be less than the number of points \(10\), got 15/],
    ['one neighbour', randn([30, 4]), { neighbors: 1 }, /neighbors must be a whole number of at least 2, got 1/],
    ['minDist', randn([30, 4]), { minDist: 2 }, /minDist must be at most spread \(1\), got 2/],
    ['too few', randn([3, 4]), {}, /x must have at least 4 rows/],
    ['components', randn([30, 4]), { components: 0 }, /components must be a whole number of at least 1/],
    ['infinity', [[1], [2], [3], [Number.POSITIVE_INFINITY]], {}, /x must be finite, got Infinity in row 3, column 0/],
    ['option', randn([30, 4]), { nNeighbors: 3 }, /did you mean 'neighbors'/],
    ['init', randn([30, 4]), { init: 'tsne' }, /init must be 'spectral' or 'pca' or 'random', got "tsne"/],
    ['epochs', randn([30, 4]), { epochs: 0 }, /epochs must be a whole number of at least 1, got 0/],
    ['metric', randn([30, 4]), { metric: 'l1' }, /metric must be 'euclidean' or 'cosine', got "l1"/],
  ];
  it.each(refused)('refuses: %s', async (_, x, options, message) => {
    await expect(umap(x, options)).rejects.toThrow(message);
    await expect(umap(x, options)).rejects.toThrow(/^umap: /);
  });
});

function misfit(a: number, b: number, minDist: number, spread: number): number {
  let sum = 0;
  for (let i = 0; i < 300; i++) {
    const d = (3 * spread * i) / 299;
    sum += (1 / (1 + a * d ** (2 * b)) - (d < minDist ? 1 : Math.exp(-(d - minDist) / spread))) ** 2;
  }
  return sum;
}
