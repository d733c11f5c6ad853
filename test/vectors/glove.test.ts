import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cooccurrences, GloVe, type GloVeProgress } from '../../lib/index.js';
import { uniform } from '../../lib/vectors/trainers/draws.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-glove-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = new URL('fixtures/glove/', import.meta.url).pathname;
const words = readFileSync(join(fixtures, 'vocabulary.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ')[0]);
const fixturePairs = () => Cooccurrences.load(join(fixtures, 'pairs_1_1.bin'), words);

interface Tables {
  word: number[][];
  context: number[][];
}

/** GloVe's own arithmetic (glove.c, glove_thread), in double. */
function reference(
  { word, context }: Tables,
  pairs: readonly (readonly [number, number, number])[],
  {
    eta,
    alpha,
    xMax,
    gradClip,
    epochs,
  }: { eta: number; alpha: number; xMax: number; gradClip: number; epochs: number },
): number[] {
  const ones = (table: number[][]) => table.map((row) => row.map(() => 1));
  const [wordSquares, contextSquares] = [ones(word), ones(context)];
  const clip = (x: number) => Math.min(Math.max(x, -gradClip), gradClip) * eta;
  const costs: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let cost = 0;
    for (const [i, j, x] of pairs) {
      const [w, c, u, v] = [word[i], context[j], wordSquares[i], contextSquares[j]];
      const dim = w.length - 1;
      let difference = w[dim] + c[dim] - Math.log(x);
      for (let d = 0; d < dim; d++) difference += w[d] * c[d];
      const error = (x > xMax ? 1 : (x / xMax) ** alpha) * difference;
      cost += 0.5 * error * difference;
      for (let d = 0; d < dim; d++) {
        const [a, b] = [clip(error * c[d]), clip(error * w[d])];
        w[d] -= a / Math.sqrt(u[d]);
        c[d] -= b / Math.sqrt(v[d]);
        u[d] += a * a;
        v[d] += b * b;
      }
      w[dim] -= error / Math.sqrt(u[dim]);
      c[dim] -= error / Math.sqrt(v[dim]);
      u[dim] += error * error;
      v[dim] += error * error;
    }
    costs.push(cost / pairs.length);
  }
  return costs;
}

function firstRows(count: number, dim: number, seed: number): number[][] {
  const draw = uniform(seed);
  return Array.from({ length: count }, () => Array.from({ length: dim + 1 }, () => Math.fround((draw() - 0.5) / dim)));
}

/** Sentences of two topics; each word is now and then one of the other: pairs that never occur teach GloVe nothing. */
function sentences(count: number): string[][] {
  let state = 12345;
  const next = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return Array.from({ length: count }, (_, k) => {
    const topic = k % 2 === 0 ? 'sea' : 'city';
    return Array.from({ length: 12 }, () =>
      next(6) === 0 ? `${k % 2 === 0 ? 'city' : 'sea'}${next(12)}` : `${topic}${next(12)}`,
    );
  });
}

describe('GloVe', () => {
  it.each([
    ['of one number', { vectorSize: 1 }],
    ['narrower than a vector', { vectorSize: 7 }],
    ['of whole vectors', { vectorSize: 32 }],
    ['with a rest', { vectorSize: 50 }],
    ['clipped', { vectorSize: 19, gradClip: 0.01 }],
    ['with other factors', { vectorSize: 20, eta: 0.2, alpha: 0.5, xMax: 5 }],
  ])('computes what GloVe computes: vectors %s', async (_, given) => {
    const pairs = await fixturePairs();
    const options = { eta: 0.05, alpha: 0.75, xMax: 100, gradClip: 100, epochs: 4, seed: 3, ...given };
    const costs: number[] = [];
    const model = await GloVe.train(pairs, {
      ...given,
      epochs: 4,
      seed: 3,
      deterministic: true,
      onEpoch: ({ cost }) => costs.push(cost),
    });
    const dim = given.vectorSize;
    const tables = { word: firstRows(words.length, dim, 3), context: firstRows(words.length, dim, 3 + 0x5bd1e995) };
    const inOrder: (readonly [number, number, number])[] = [];
    for await (const pair of pairs.pairs()) inOrder.push(pair);
    const wanted = reference(tables, inOrder, options);
    for (const [epoch, cost] of wanted.entries()) expect(costs[epoch] / cost).toBeCloseTo(1, 4);
    for (const which of ['word', 'context', 'sum'] as const) {
      const vectors = model.vectors(which);
      for (const [w, word] of words.entries()) {
        const expected = Array.from({ length: dim }, (__, d) => {
          return (which === 'context' ? 0 : tables.word[w][d]) + (which === 'word' ? 0 : tables.context[w][d]);
        });
        const got = Array.from(vectors.vector(word));
        for (const [d, value] of expected.entries()) expect(got[d]).toBeCloseTo(value, 4);
      }
    }
  });

  it('brings together what occurs together, and costs less each time', async () => {
    const costs: number[] = [];
    const model = await GloVe.train(sentences(2000), {
      vectorSize: 16,
      window: 5,
      epochs: 15,
      xMax: 10,
      onEpoch: ({ cost }) => costs.push(cost),
    });
    expect(costs).toHaveLength(15);
    expect(costs[14]).toBeLessThan(costs[0] / 2);
    const near = model.wv.mostSimilar('sea1', { topn: 8 }).concat(model.wv.mostSimilar('city5', { topn: 8 }));
    expect(near.filter(({ key }, k) => key.startsWith(k < 8 ? 'sea' : 'city')).length).toBeGreaterThanOrEqual(15);
    expect(model.wv.vectorSize).toBe(16);
    expect(model.counts.reduce((a, b) => a + b, 0)).toBe(2000 * 12);
  });

  it('gives the same bits again when it is deterministic, from files too', async () => {
    const options = { vectorSize: 8, epochs: 2, deterministic: true } as const;
    const [first, second] = [await GloVe.train(sentences(300), options), await GloVe.train(sentences(300), options)];
    expect(second.wv.vectors.tolist()).toEqual(first.wv.vectors.tolist());
    const other = await GloVe.train(sentences(300), { ...options, seed: 2 });
    expect(other.wv.vectors.tolist()).not.toEqual(first.wv.vectors.tolist());
  });

  it('leaves co-occurrences as they are', async () => {
    const pairs = await fixturePairs();
    const listed = async () => {
      const all = [];
      for await (const pair of pairs.pairs()) all.push(pair);
      return all;
    };
    const before = await listed();
    const first = await GloVe.train(pairs, { vectorSize: 4, epochs: 1, deterministic: true });
    expect(await listed()).toEqual(before);
    const again = await GloVe.train(pairs, { vectorSize: 4, epochs: 1, deterministic: true });
    expect(again.wv.vectors.tolist()).toEqual(first.wv.vectors.tolist());
  });

  it('tells where it stands, stops early, and when it is told to', async () => {
    const told: GloVeProgress[] = [];
    let epochs = 0;
    await GloVe.train(sentences(300), {
      vectorSize: 8,
      epochs: 9,
      onProgress: (progress) => told.push(progress),
      onEpoch: () => {
        epochs++;
        return epochs < 2;
      },
    });
    expect(epochs).toBe(2);
    const all: GloVeProgress[] = [];
    await GloVe.train(sentences(300), { vectorSize: 8, epochs: 2, onProgress: (progress) => all.push(progress) });
    const last = all[all.length - 1];
    expect(last).toMatchObject({ epoch: 1, epochs: 2, progress: 1, timeLeft: 0 });
    expect(last.pairsPerSecond).toBeGreaterThan(0);
    const controller = new AbortController();
    const training = GloVe.train(sentences(300), {
      epochs: 1000,
      signal: controller.signal,
      onEpoch: () => controller.abort(new Error('enough')),
    });
    await expect(training).rejects.toThrow('enough');
  });

  it('refuses what it does not know', async () => {
    const train = (options: object) => GloVe.train([['a', 'b']], options);
    await expect(train({ vectorsize: 3 })).rejects.toThrow(
      "GloVe.train: unknown option 'vectorsize'; did you mean 'vectorSize'?",
    );
    await expect(train({ eta: -1 })).rejects.toThrow('eta must be a number of at least 0, got -1');
    await expect(train({ xMax: 0 })).rejects.toThrow('xMax must be a number');
    await expect(train({ epochs: 0 })).rejects.toThrow('epochs must be a whole number from 1');
    await expect(train({ onEpoch: 3 })).rejects.toThrow('onEpoch must be a function, got 3');
    await expect(GloVe.train(await fixturePairs(), { window: 3 })).rejects.toThrow(
      'GloVe.train: window has no effect on pairs that are counted already',
    );
    await expect(GloVe.train(5 as never)).rejects.toThrow('GloVe.train: ');
    await expect(GloVe.train([])).rejects.toThrow('GloVe.train: the corpus holds no tokens');
    expect(() => new (GloVe as never as new () => unknown)()).toThrow('not by new');
    const model = await train({ vectorSize: 2, epochs: 1 });
    expect(() => model.vectors('both' as never)).toThrow("which must be 'sum', 'word' or 'context', got \"both\"");
  });
});
