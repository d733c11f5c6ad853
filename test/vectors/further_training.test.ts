import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CorpusError, FastText, OptionError, Word2Vec } from '../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-further-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sentences of some topics, words of a topic together. */
function sentences(topics: readonly string[], count: number, seed: number): string[] {
  let state = seed;
  const next = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return Array.from({ length: count }, (_, k) => {
    const topic = topics[k % topics.length];
    return Array.from({ length: 12 }, () => (next(5) === 0 ? `the${next(3)}` : `${topic}${next(15)}`)).join(' ');
  });
}
const first = sentences(['ocean', 'urban'], 1500, 3);
const second = sentences(['urban', 'alpine'], 1500, 8);
const shared = { vectorSize: 16, minCount: 2, sample: 0, epochs: 4, alpha: 0.05, deterministic: true } as const;
const still = { alpha: 0, minAlpha: 0, epochs: 1 } as const;

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap((text) => text.split(' '))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

interface Model {
  readonly words: readonly string[];
  readonly counts: readonly number[];
  readonly wv: { vector(key: string): Float32Array; mostSimilar(key: string): { key: string }[] };
  continueTraining(sentences: readonly string[] | string, options?: object): Promise<Model>;
}
const kinds: [string, (options?: object) => Promise<Model>][] = [
  ['Word2Vec, CBOW', (options) => Word2Vec.train(first, { ...shared, ...options })],
  ['Word2Vec, skip-gram', (options) => Word2Vec.train(first, { ...shared, sg: true, ...options })],
  ['FastText', (options) => FastText.train(first, { ...shared, bucket: 5000, minAlpha: 0.0001, ...options })],
  [
    'FastText, read from a file',
    async (options) => {
      const path = join(folder, 'model.bin');
      (await FastText.train(first, { ...shared, bucket: 5000, minAlpha: 0.0001, ...options })).save(path);
      return FastText.load(path);
    },
  ],
];

describe.each(kinds)('further training of %s', (name, make) => {
  it('keeps what is there, adds counts, and lets new words in', async () => {
    const model = await make();
    const before = new Map(model.words.map((word) => [word, [...model.wv.vector(word)]]));
    const text = [...second, 'rare twice twice'];
    expect(await model.continueTraining(text, { ...still, deterministic: true })).toBe(model);
    for (const [word, vector] of before) expect([...model.wv.vector(word)], word).toEqual(vector);
    expect(model.words).toContain('alpine3');
    expect(model.words).toContain('twice');
    expect(model.words).not.toContain('rare');
    const counts = countsOf([...first, ...text]);
    expect(model.counts).toEqual(model.words.map((word) => counts.get(word)));
    expect([...model.counts].sort((a, b) => b - a)).toEqual(model.counts);
    const fresh = model.wv.vector('alpine3');
    expect(fresh.some((x) => x !== 0)).toBe(true);
    expect(fresh.every((x) => Math.abs(x) <= (name.startsWith('FastText') ? 1 : 1 / 16))).toBe(true);
  });

  it('learns what the new text says, and leaves other words alone', async () => {
    const model = await make();
    const ocean = [...model.wv.vector('ocean1')];
    await model.continueTraining(second, { epochs: 8, alpha: 0.05 });
    const same = (word: string) => {
      const topic = word.replace(/\d+/, '');
      return model.wv.mostSimilar(word).filter(({ key }) => key.startsWith(topic)).length;
    };
    expect(same('alpine2')).toBeGreaterThanOrEqual(9);
    expect(same('urban2')).toBeGreaterThanOrEqual(8);
    expect(same('ocean1')).toBeGreaterThanOrEqual(8);
    // n-grams of theirs may be others' too.
    if (name.startsWith('Word2Vec')) expect([...model.wv.vector('ocean1')]).toEqual(ocean);
  });

  it('gives the same bits each time, from a file too, which is counted natively', async () => {
    const path = join(folder, 'second.txt');
    writeFileSync(path, `${second.join('\n')}\n`);
    const options = { deterministic: true, epochs: 2 };
    const [a, b, c] = [await make(), await make(), await make()];
    await a.continueTraining(second, options);
    await b.continueTraining(path, options);
    await c.continueTraining(second, { ...options, seed: 77 });
    expect(b.words).toEqual(a.words);
    for (const word of ['alpine1', 'urban1', 'the0']) expect(b.wv.vector(word)).toEqual(a.wv.vector(word));
    expect(c.wv.vector('urban1')).not.toEqual(a.wv.vector('urban1'));
  });

  it('leaves new words out where that is asked for, and the model as it was where it fails', async () => {
    const model = await make();
    const words = [...model.words];
    await model.continueTraining(second, { update: false });
    expect([...model.words].sort()).toEqual([...words].sort());
    const counts = [...model.counts];
    const vector = model.wv.vector('urban1');
    await expect(model.continueTraining(['nothing known'], { update: false })).rejects.toThrow(CorpusError);
    await expect(model.continueTraining([])).rejects.toThrow(CorpusError);
    await expect(model.continueTraining(second, { vectorSize: 3 })).rejects.toThrow(OptionError);
    await expect(model.continueTraining(second, { update: 'yes' })).rejects.toThrow(/update must be true or false/);
    await expect(model.continueTraining(second, { epochs: 0 })).rejects.toThrow(/epochs must be a whole number from 1/);
    const stop = new AbortController();
    const onEpoch = () => stop.abort(new Error('enough'));
    const stopped = model.continueTraining(second, { epochs: 50, onEpoch, signal: stop.signal });
    await expect(stopped).rejects.toThrow('enough');
    expect(model.counts).toEqual(counts);
    expect(model.wv.vector('urban1')).toEqual(vector);
  });
});

it('builds the tree of hierarchical softmax anew', async () => {
  const model = await Word2Vec.train(first, { ...shared, hs: true, sg: true });
  await model.continueTraining(second, { epochs: 8, alpha: 0.05 });
  const near = model.wv.mostSimilar('alpine2').filter(({ key }) => key.startsWith('alpine'));
  expect(near.length).toBeGreaterThanOrEqual(8);
});

it('keeps the vectors of n-grams that are known', async () => {
  const model = await FastText.train(first, { ...shared, bucket: 5000 });
  const unknown = [...model.wv.vector('oceanurban')];
  await model.continueTraining(second, still);
  const now = [...model.wv.vector('oceanurban')];
  // Of its n-grams those that "alpine" words have, too, begin anew; all others stay.
  const apart = Math.hypot(...now.map((x, j) => x - unknown[j])) / Math.hypot(...unknown);
  expect(apart).toBeLessThan(0.3);
});
