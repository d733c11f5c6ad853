import { describe, expect, it } from 'vitest';
import { Word2Vec, type Word2VecEpoch, type Word2VecProgress } from '../../lib/index.js';
import { huffmanPaths } from '../../lib/vectors/trainers/huffman.js';
import { keepProbabilities, negativesTable } from '../../lib/vectors/trainers/sampling_tables.js';

/** Sentences of two topics that share no words but the frequent ones. */
function sentences(count: number): string[][] {
  let state = 12345;
  const next = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return Array.from({ length: count }, (_, k) => {
    const topic = k % 2 === 0 ? 'sea' : 'city';
    return Array.from({ length: 12 }, () => (next(4) === 0 ? `the${next(3)}` : `${topic}${next(12)}`));
  });
}

const corpus = sentences(3000);
const small = { vectorSize: 16, minCount: 1, sample: 0, epochs: 3, window: 4 } as const;

/** How many of the words nearest to a word of a topic are of the same topic. */
function sameTopic(model: Word2Vec): number {
  const near = model.wv.mostSimilar('sea1', { topn: 10 }).concat(model.wv.mostSimilar('city5', { topn: 10 }));
  return near.filter(({ key }, k) => key.startsWith(k < 10 ? 'sea' : 'city')).length;
}

describe('Word2Vec', () => {
  it.each([
    ['skip-gram, negative sampling', { sg: true, alpha: 0.05 }],
    ['skip-gram, hierarchical softmax', { sg: true, hs: true, alpha: 0.05 }],
    ['CBOW, negative sampling', { sg: false, alpha: 0.1 }],
    ['CBOW, hierarchical softmax', { sg: false, hs: true, alpha: 0.1 }],
    ['CBOW, the sum', { cbowMean: false, alpha: 0.05 }],
  ])('brings together what occurs together: %s', async (_, options) => {
    const losses: number[] = [];
    const model = await Word2Vec.train(corpus, {
      ...small,
      ...options,
      onEpoch: ({ loss }: Word2VecEpoch) => {
        losses.push(loss);
      },
    });
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(sameTopic(model)).toBeGreaterThanOrEqual(18);
    expect(model.wv.vectors.isfinite().all().item()).toBe(1);
  });

  it('gives the same bits in every deterministic run, and others from another seed', async () => {
    const options = { ...small, sg: true, deterministic: true, sample: 1e-3 };
    const [a, b] = [await Word2Vec.train(corpus, options), await Word2Vec.train(corpus, options)];
    const c = await Word2Vec.train(corpus, { ...options, seed: 2 });
    expect(a.wv.vectors.equal(b.wv.vectors)).toBe(true);
    expect(a.wv.vectors.equal(c.wv.vectors)).toBe(false);
  });

  it('tells how far it is, and the loss on what it has not seen, without learning from it', async () => {
    const seen: Word2VecProgress[] = [];
    const epochs: Word2VecEpoch[] = [];
    const options = { ...small, sg: true, alpha: 0.05, deterministic: true };
    const model = await Word2Vec.train(corpus.slice(0, 2500), {
      ...options,
      heldOut: corpus.slice(2500),
      onProgress: (progress) => seen.push(progress),
      onEpoch: (epoch) => epochs.push(epoch) < 2,
    });
    expect(epochs).toHaveLength(2);
    expect(epochs[1].heldOutLoss).toBeLessThan(epochs[0].heldOutLoss as number);
    for (const { progress, wordsPerSecond, timeLeft } of seen) {
      expect(progress > 0 && progress <= 1 && wordsPerSecond > 0 && timeLeft >= 0).toBe(true);
    }
    const without = await Word2Vec.train(corpus.slice(0, 2500), {
      ...options,
      onEpoch: ({ epoch }: Word2VecEpoch) => epoch < 1,
    });
    expect(without.wv.vectors.equal(model.wv.vectors)).toBe(true);
  });

  it('reads texts, lists and what comes later, once', async () => {
    async function* later() {
      for (const sentence of corpus.slice(0, 100)) yield sentence.join('  ');
    }
    const a = await Word2Vec.train(later(), { ...small, deterministic: true });
    const b = await Word2Vec.train(corpus.slice(0, 100), { ...small, deterministic: true });
    expect(a.wv.keys).toEqual(b.wv.keys);
    expect(a.wv.vectors.equal(b.wv.vectors)).toBe(true);
    const counts = b.wv.counts ?? [];
    expect([...counts].sort((x, y) => y - x)).toEqual([...counts]);
    expect(counts.reduce((x, y) => x + y)).toBe(1200);
  });

  it('lets the event loop have its turn, and stops when it is told to', async () => {
    const stop = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) stop.abort(new Error('enough'));
    }, 1);
    const training = Word2Vec.train(corpus, { ...small, epochs: 100_000, signal: stop.signal });
    await expect(training).rejects.toThrow('enough');
    clearInterval(timer);
  });

  it('refuses what is no corpus and no option', async () => {
    const refused: [unknown, object, string][] = [
      ['no/such/file', {}, 'ENOENT'],
      [
        5,
        {},
        'the corpus must be iterable, of texts or lists of tokens, or a function that gives such an iterable, got 5',
      ],
      [[5], {}, 'document 0 must be a text or an array of tokens, got 5'],
      [[['a', 5]], {}, 'tokens must be strings, got 5 in document 0'],
      [[], {}, 'the corpus holds no tokens'],
      [['a b c'], { minCount: 2 }, 'no word is left: the most frequent of 3 occurs 1 times, and minCount is 2'],
      [corpus, { vectorsize: 10 }, "unknown option 'vectorsize'; did you mean 'vectorSize'?"],
      [corpus, { vectorSize: 1.5 }, 'vectorSize must be a whole number from 1 to 65536, got 1.5'],
      [corpus, { window: 0 }, 'window must be a whole number from 1 to 512, got 0'],
      [corpus, { negative: 0 }, 'negative must be a whole number from 1 to 64, got 0'],
      [corpus, { alpha: Number.NaN }, 'alpha must be a number of at least 0, got NaN'],
      [corpus, { sg: 'yes' }, 'sg must be true or false'],
      [corpus, { onEpoch: 1 }, 'onEpoch must be a function, got 1'],
      [corpus, { minCount: 1, heldOut: ['nothing known'] }, 'heldOut holds no word of the vocabulary'],
    ];
    for (const [given, options, message] of refused) {
      await expect(Word2Vec.train(given as string[], options)).rejects.toThrow(message);
    }
  });
});

describe('tables of the trainer', () => {
  it("paths are Huffman's: a prefix code, shorter for the frequent, of the least length", () => {
    const counts = [50, 20, 10, 9, 5, 3, 2, 1];
    const { begin, nodes, codes, inner } = huffmanPaths(counts);
    expect(inner).toBe(7);
    const ways = counts.map((_, w) => codes.slice(begin[w], begin[w + 1]).join(''));
    for (const a of ways) for (const b of ways) if (a !== b) expect(b.startsWith(a)).toBe(false);
    expect(ways.map((way) => way.length)).toEqual([1, 2, 4, 4, 4, 5, 6, 6]);
    for (let w = 0; w < counts.length; w++) expect(nodes[begin[w]]).toBe(inner - 1);
    expect(huffmanPaths([3]).begin).toEqual(Int32Array.of(0, 0));
  });

  it('negatives lie as often as count^exponent, and frequent words are kept less often', () => {
    const table = negativesTable([16, 4, 1], 0.5);
    const share = [0, 1, 2].map((w) => table.filter((x) => x === w).length / table.length);
    for (const [w, expected] of [4 / 7, 2 / 7, 1 / 7].entries()) expect(share[w]).toBeCloseTo(expected, 4);
    const [often, seldom] = keepProbabilities([500, 1], 1000, 1e-3);
    expect(often).toBeCloseTo(Math.sqrt(1 / 500) + 1 / 500, 6);
    expect(seldom).toBe(1);
    expect(keepProbabilities([500], 1000, 5)[0]).toBeCloseTo(Math.sqrt(5 / 500) + 5 / 500, 6);
  });
});
