import { describe, expect, it } from 'vitest';
import { getNumThreads, randn, setNumThreads, type Tensor, tensor, trustworthiness, tsne } from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { readDigits } from './digits.js';
import { clusters, longestHold, shareOfOwnKind } from './quality.js';

const { digits } = readFixture<{ digits: { tsne: number[] } }>('projections');

describe('tsne', () => {
  it('keeps the neighbours of digits as scikit-learn does', async () => {
    const { x, labels } = readDigits();
    let [calls, last] = [0, 0];
    const embedding = await tsne(x, {
      onProgress: (step, positions, { steps, cost }) => {
        expect(positions.shape).toEqual([900, 2]);
        expect(step).toBeGreaterThan(last);
        expect(steps).toBe(1000);
        if (step > 50) expect(cost).toBeGreaterThan(0);
        calls++;
        last = step;
      },
    });
    expect(embedding.shape).toEqual([900, 2]);
    expect(last).toBe(1000);
    expect(calls).toBeGreaterThan(3);
    expect(trustworthiness(x, embedding)).toBeGreaterThan(Math.min(...digits.tsne) - 0.005);
    expect(shareOfOwnKind(embedding, labels)).toBeGreaterThan(0.95);
  });

  it.each([
    { components: 1, init: 'random' },
    { components: 3, metric: 'cosine' },
    { components: 2, init: 'random', seed: 7 },
  ] as const)('separates clusters: %o', async (options) => {
    const { x, labels } = clusters(5, 40, 12);
    const embedding = await tsne(x, { iterations: 400, ...options });
    expect(embedding.shape).toEqual([200, options.components]);
    expect(shareOfOwnKind(embedding, labels)).toBeGreaterThan(0.98);
  });

  it('depends on its arguments alone, not on threads', async () => {
    const { x } = clusters(3, 60, 8);
    const before = getNumThreads();
    const results: Tensor[] = [];
    for (const [threads, seed] of [
      [1, 5],
      [4, 5],
      [4, 6],
    ]) {
      setNumThreads(threads);
      results.push(await tsne(x, { iterations: 60, init: 'random', seed }));
    }
    setNumThreads(before);
    expect(results[0].tolist()).toEqual(results[1].tolist());
    expect(results[0].tolist()).not.toEqual(results[2].tolist());
  });

  it('goes on from positions that it is given, which stay as they are', async () => {
    const { x } = clusters(3, 20, 8);
    const init = randn([60, 2]);
    const before = init.clone();
    const near = await tsne(x, { init, iterations: 1, perplexity: 9, learningRate: 1e-6 });
    expect(Number(near.sub(init).abs().max())).toBeLessThan(1e-4);
    expect(init.tolist()).toEqual(before.tolist());
  });

  it('stops when it is told to, and lets others have their turn', async () => {
    const { x } = clusters(4, 250, 30);
    const controller = new AbortController();
    let steps = 0;
    const stopped = tsne(x, {
      signal: controller.signal,
      onProgress: (step) => {
        steps = step;
        controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(1000);
    // On a machine with nothing else to do: about 20 ms.
    expect(await longestHold(() => tsne(x, { iterations: 100 }))).toBeLessThan(500);
    const failing = tsne(x, {
      onProgress: () => {
        throw new Error('of the caller');
      },
    });
    await expect(failing).rejects.toThrow('of the caller');
  });

  it('takes equal points and constant ones', async () => {
    const same = tensor(Array.from({ length: 40 }, () => [1, 2, 3]));
    const embedding = await tsne(same, { perplexity: 5, iterations: 50, init: 'random' });
    expect((embedding.tolist() as number[][]).flat().every(Number.isFinite)).toBe(true);
    expect((await tsne(same, { perplexity: 5, iterations: 50 })).shape).toEqual([40, 2]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: what no type allows.
  const refused: [string, any, any, RegExp][] = [
    [
      'perplexity',
      randn([30, 4]),
      { perplexity: 10 },
      /perplexity must be less than a third of the number of points \(30\), got 10/,
    ],
    ['too few', randn([3, 4]), {}, /x must have at least 4 rows/],
    [
      'components',
      randn([30, 4]),
      { components: 4 },
      /components must be a whole number of at least 1 and of at most 3, got 4/,
    ],
    ['NaN', [[1], [2], [3], [Number.NaN]], {}, /x must be finite, got NaN in row 3, column 0/],
    ['option', randn([30, 4]), { perplexty: 3 }, /did you mean 'perplexity'/],
    ['rate', randn([30, 4]), { learningRate: 'fast' }, /learningRate must be 'auto', got "fast"/],
    ['negative rate', randn([30, 4]), { learningRate: -1 }, /learningRate must be a finite number above 0, got -1/],
    ['init', randn([30, 4]), { perplexity: 5, init: randn([30, 3]) }, /init must be \[30, 2\], got \[30, 3\]/],
    ['unknown init', randn([30, 4]), { init: 'spectral' }, /init must be 'pca' or 'random', got "spectral"/],
    ['seed', randn([30, 4]), { seed: 0.5 }, /seed must be a whole number/],
    ['signal', randn([30, 4]), { signal: 3 }, /signal must be an AbortSignal, got 3/],
    ['onProgress', randn([30, 4]), { onProgress: 3 }, /onProgress must be a function, got 3/],
    ['one dimension', randn([30]), {}, /x must be \[points, dimensions\], got shape \[30\]/],
  ];
  it.each(refused)('refuses: %s', async (_, x, options, message) => {
    await expect(tsne(x, options)).rejects.toThrow(message);
    await expect(tsne(x, options)).rejects.toThrow(/^tsne: /);
  });
});
