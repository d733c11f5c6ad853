import { describe, expect, it } from 'vitest';
import { ApproximateIndex, KeyedVectors, randn, tensor } from '../../lib/index.js';
import { transportCost } from '../../lib/vectors/transport.js';

let state = 3;
const next = (n: number) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % n;
};

/** The least cost over every way of giving each unit of supply to one of demand. */
function leastOfAll(supply: readonly number[], demand: readonly number[], cost: Float64Array): number {
  const sources = supply.flatMap((amount, i) => Array<number>(amount).fill(i));
  const left = demand.slice();
  const best = (k: number): number => {
    if (k === sources.length) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < left.length; j++) {
      if (left[j] === 0) continue;
      left[j]--;
      least = Math.min(least, cost[sources[k] * demand.length + j] + best(k + 1));
      left[j]++;
    }
    return least;
  };
  return best(0);
}

describe('the transportation problem', () => {
  it('is solved as by trying every way', () => {
    for (let round = 0; round < 400; round++) {
      const [n, m, total] = [1 + next(4), 1 + next(4), 4 + next(4)];
      const parts = (count: number) => {
        const amounts = Array<number>(count).fill(0);
        for (let k = 0; k < total; k++) amounts[next(count)]++;
        return amounts;
      };
      const [supply, demand] = [parts(n), parts(m)];
      // Costs that are equal, and zero, too.
      const cost = Float64Array.from({ length: n * m }, () => (round % 2 === 0 ? next(4) : next(1000) / 7));
      expect(transportCost(supply, demand, cost)).toBeCloseTo(leastOfAll(supply, demand, cost), 9);
    }
  });

  it('is solved for documents of some hundred words', () => {
    const n = 120;
    const cost = Float64Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) === k % n ? 0 : 1 + next(100)));
    expect(transportCost(Array(n).fill(7), Array(n).fill(7), cost)).toBe(0);
  });
});

describe('wmdistance', () => {
  const vectors = new KeyedVectors(
    ['a', 'b', 'c'],
    tensor([
      [1, 0],
      [0, 2],
      [3, 4],
    ]),
  );

  it('is the way of the words, with and without length 1 first', () => {
    expect(vectors.wmdistance(['a'], ['b'])).toBeCloseTo(Math.SQRT2, 6);
    expect(vectors.wmdistance(['a'], ['b'], { norm: false })).toBeCloseTo(Math.sqrt(5), 6);
    expect(vectors.wmdistance(['a', 'b'], ['b', 'a', 'a', 'b'])).toBe(0);
    // Half of b goes to a: a third stays, two sixths travel.
    expect(vectors.wmdistance(['a', 'b'], ['a', 'a', 'b'])).toBeCloseTo(Math.SQRT2 / 6, 6);
    expect(vectors.wmdistance(['a', 'unknown'], ['a'])).toBe(0);
    expect(vectors.wmdistance(['unknown'], ['a'])).toBe(Number.POSITIVE_INFINITY);
    expect(vectors.wmdistance([], [])).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses what is no document', () => {
    expect(() => vectors.wmdistance('a b' as never, ['a'])).toThrow(/a must be an array of words, got "a b"; split it/);
    expect(() => vectors.wmdistance(['a'], [1] as never)).toThrow(/wmdistance: b must be an array of words/);
    expect(() => vectors.wmdistance(['a'], ['b'], { normalize: true } as never)).toThrow(/unknown option 'normalize'/);
  });
});

describe('an approximate index', () => {
  const words = Array.from({ length: 3000 }, (_, k) => `w${k}`);
  const vectors = new KeyedVectors(words, randn([words.length, 24]));

  it('finds nearly all of the nearest, with their cosines', async () => {
    const indexer = await ApproximateIndex.build(vectors, { expansionAdd: 200, expansionSearch: 300 });
    expect(indexer.size).toBe(3000);
    let [found, total] = [0, 0];
    for (let k = 0; k < 50; k++) {
      const exact = vectors.mostSimilar(`w${k}`);
      const near = vectors.mostSimilar(`w${k}`, { indexer });
      expect(near).toHaveLength(10);
      expect(near.map(({ key }) => key)).not.toContain(`w${k}`);
      for (const { key, similarity } of near) {
        total++;
        const same = exact.find((one) => one.key === key);
        if (same === undefined) continue;
        found++;
        expect(similarity).toBeCloseTo(same.similarity, 2);
      }
    }
    expect(found / total).toBeGreaterThan(0.9);
  });

  it('refuses what it is not made for', async () => {
    const small = new KeyedVectors(['a', 'b'], randn([2, 24]));
    const indexer = await ApproximateIndex.build(small);
    expect(() => vectors.mostSimilar('w1', { indexer })).toThrow(/indexer must be of these 3000 words, it holds 2/);
    expect(() => small.mostSimilar('a', { indexer, restrictVocab: 1 })).toThrow(
      /restrictVocab doesn't go with an indexer/,
    );
    expect(() => small.mostSimilar('a', { indexer: {} as never })).toThrow(/indexer must be an ApproximateIndex/);
    expect(() => indexer.search([1, 2])).toThrow(/vector must be 24 finite numbers/);
    await expect(ApproximateIndex.build({} as never)).rejects.toThrow(/vectors must be KeyedVectors/);
    await expect(ApproximateIndex.build(small, { connectivity: 0 })).rejects.toThrow(
      /connectivity must be a whole number/,
    );
    await expect(ApproximateIndex.build(small, { conectivity: 4 } as never)).rejects.toThrow(
      /did you mean 'connectivity'/,
    );
  });
});
