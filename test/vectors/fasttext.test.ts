import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  FastText,
  type FastTextKeyedVectors,
  KeyedVectors,
  TokenError,
  Vocabulary,
  type Word2VecEpoch,
} from '../../lib/index.js';
import { forWordNgrams, hashOf } from '../../lib/vectors/fasttext/subwords.js';

const fixtures = new URL('fixtures/fasttext/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'lutra-fasttext-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sentences of two topics, whose words have their beginnings in common and no neighbours. */
function sentences(count: number): string[] {
  let state = 12345;
  const next = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return Array.from({ length: count }, (_, k) => {
    const topic = k % 2 === 0 ? 'ocean' : 'urban';
    return Array.from({ length: 12 }, () =>
      next(4) === 0 ? `the${next(3)}` : `${topic}${'abcdefghij'[next(10)]}${next(3)}`,
    ).join(' ');
  });
}

const corpus = sentences(2000);
const small = { vectorSize: 16, minCount: 1, sample: 0, epochs: 3, window: 4, bucket: 5000, alpha: 0.1 } as const;
const hasFastText = spawnSync('fasttext', [], { stdio: 'ignore' }).error === undefined;

/** How many of the words nearest to a word of a topic, and to one that never came, are of the same topic. */
function sameTopic(wv: FastTextKeyedVectors): number {
  const near = [...wv.mostSimilar('oceana1'), ...wv.mostSimilar('urbanx9')];
  return near.filter(({ key }, k) => key.startsWith(k < 10 ? 'ocean' : 'urban')).length;
}

describe('FastText', () => {
  it.each([
    ['skip-gram, negative sampling', {}],
    ['skip-gram, hierarchical softmax', { hs: true }],
    ['CBOW, negative sampling', { sg: false }],
    ['CBOW, hierarchical softmax', { sg: false, hs: true }],
    ['CBOW, the sum', { sg: false, cbowMean: false, alpha: 0.01 }],
  ])('brings together what occurs together, and what looks like it: %s', async (_, options) => {
    const losses: number[] = [];
    const model = await FastText.train(corpus, {
      ...small,
      ...options,
      onEpoch: ({ loss }: Word2VecEpoch) => {
        losses.push(loss);
      },
    });
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(sameTopic(model.wv)).toBeGreaterThanOrEqual(18);
    expect(model.wv.has('urbanx9')).toBe(false);
    expect(model.wv.vectors.isfinite().all().item()).toBe(1);
  });

  it('fills a layer: words that it lacks get the means of their n-grams, those without any zeros', async () => {
    const model = await FastText.train(corpus, { ...small, epochs: 1 });
    const vocabulary = Vocabulary.fromTokens(['oceana1', 'urbanx9', 'ü'], { specials: ['<pad>'] });
    const { embedding, found, missing } = model.wv.toEmbedding({ vocabulary, missing: 'subwords', padding: '<pad>' });
    expect([found, missing]).toEqual([1, ['<pad>', 'urbanx9', 'ü']]);
    const row = (word: string) => [...embedding.weight.select(0, vocabulary.lookupIndex(word)).data];
    expect(row('oceana1')).toEqual([...model.wv.vector('oceana1')]);
    expect(row('urbanx9')).toEqual([...model.wv.vector('urbanx9')]);
    expect(Math.hypot(...row('urbanx9'))).toBeGreaterThan(0.01);
    expect(row('<pad>').every((x) => x === 0)).toBe(true);
    const plain = await FastText.train(corpus, { ...small, epochs: 1, maxN: 0 });
    for (const vectors of [plain.wv, new KeyedVectors(['a'], model.wv.vectors.narrow(0, 0, 1))]) {
      expect(() => vectors.toEmbedding({ vocabulary, missing: 'subwords' })).toThrow(/these vectors have no n-grams/);
    }
    expect(() => model.wv.toEmbedding({ missing: 'subword' as never })).toThrow(
      /'subwords' or a function, got "subword"/,
    );
  });

  it('gives the same bits in every deterministic run, and others from another seed', async () => {
    const options = { ...small, epochs: 1, deterministic: true };
    const [a, b] = [await FastText.train(corpus, options), await FastText.train(corpus, options)];
    const c = await FastText.train(corpus, { ...options, seed: 2 });
    expect(a.wv.vectors.equal(b.wv.vectors)).toBe(true);
    expect(a.wv.vectors.equal(c.wv.vectors)).toBe(false);
  });

  it('is saved whole, and comes back with the same vectors, of unknown words too', async () => {
    for (const options of [{}, { sg: false, hs: true }, { maxN: 0 }]) {
      const model = await FastText.train(corpus, { ...small, epochs: 1, ...options });
      const path = join(folder, 'saved.bin');
      model.save(path);
      const again = await FastText.load(path);
      expect(again.words).toEqual(model.words);
      expect(again.counts).toEqual(model.counts);
      expect(again.wv.vectors.allclose(model.wv.vectors, { rtol: 1e-5, atol: 1e-7 })).toBe(true);
      expect(again.options).toMatchObject({ vectorSize: 16, window: 4, epochs: 1, ...options });
      if (options.maxN === 0) {
        expect(() => model.wv.vector('urbanx9')).toThrow(TokenError);
        expect(statSync(path).size).toBeLessThan(20_000);
      } else {
        const [before, after] = [model.wv.vector('urbanx9'), again.wv.vector('urbanx9')];
        for (let j = 0; j < 16; j++) expect(after[j]).toBeCloseTo(before[j], 6);
      }
    }
  });

  it('reads what fasttext trained, and writes it back to the byte', async () => {
    for (const name of ['skipgram.bin', 'cbow.bin', 'plain.bin']) {
      const model = await FastText.load(join(fixtures, name));
      const path = join(folder, name);
      model.save(path);
      expect(readFileSync(path).equals(readFileSync(join(fixtures, name)))).toBe(true);
      expect(model.wv.vectors.equal((await KeyedVectors.load(path)).vectors)).toBe(true);
    }
    await expect(FastText.load(join(fixtures, 'softmax.bin'))).rejects.toThrow('is a classifier');
  });

  it.runIf(hasFastText)('writes models from which fasttext prints the same vectors', async () => {
    for (const options of [{}, { sg: false, hs: true }]) {
      const model = await FastText.train(corpus, { ...small, epochs: 1, ...options });
      const path = join(folder, 'printed.bin');
      model.save(path);
      const words = ['oceana1', 'the0', 'urbanx9', 'ночь', 'q'];
      const { stdout } = spawnSync('fasttext', ['print-word-vectors', path], {
        input: words.join('\n'),
        encoding: 'utf8',
      });
      const lines = stdout.trim().split('\n');
      expect(lines).toHaveLength(words.length);
      for (const line of lines) {
        const [word, ...numbers] = line.trim().split(' ');
        const vector = model.wv.vector(word);
        for (const [j, x] of numbers.entries()) {
          expect(Math.abs(Number(x) - vector[j])).toBeLessThanOrEqual(1e-4 * Math.abs(vector[j]) + 1e-8);
        }
      }
    }
  });

  it('lets the event loop have its turn, and stops when it is told to', async () => {
    const stop = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) stop.abort(new Error('enough'));
    }, 1);
    await expect(FastText.train(corpus, { ...small, epochs: 100_000, signal: stop.signal })).rejects.toThrow('enough');
    clearInterval(timer);
  });

  it('refuses what is no option, and names it', async () => {
    const refused: [object, string][] = [
      [{ minn: 2 }, "unknown option 'minn'; did you mean 'minN'?"],
      [{ minN: 0 }, 'minN must be a whole number from 1 to 1000, got 0'],
      [{ minN: 5, maxN: 3 }, 'maxN must be 0 or at least minN, 5, got 3'],
      [{ bucket: 0 }, 'bucket must be a whole number from 1'],
      [{ bucket: 2 ** 40 }, 'bucket must be a whole number from 1'],
      [{ vectorSize: '100' }, 'vectorSize must be a whole number'],
      [{ onProgress: 1 }, 'onProgress must be a function, got 1'],
    ];
    for (const [options, message] of refused) {
      await expect(FastText.train(corpus, options)).rejects.toThrow(message);
    }
    await expect(FastText.train(5 as unknown as string[])).rejects.toThrow(
      'FastText.train: the corpus must be iterable',
    );
    await expect(FastText.train('no/such/file')).rejects.toThrow('FastText.train: "no/such/file" can\'t be read');
    writeFileSync(join(folder, 'text.bin'), 'some text\n'.repeat(40));
    await expect(FastText.load(join(folder, 'text.bin'))).rejects.toThrow('is no model of fastText');
    await expect(FastText.load(5 as unknown as string)).rejects.toThrow('path must be a string, got 5');
  });
});

describe('hashes', () => {
  it("of n-grams of words are fastText's products in 64 bits", () => {
    const hashes = ['the', 'ship', 'naïve', '東京', '</s>'].map((word) => hashOf(Buffer.from(word)));
    for (const bucket of [10, 2_000_000, 2 ** 31 - 1]) {
      const expected: number[] = [];
      for (let i = 0; i < hashes.length; i++) {
        let h = BigInt.asUintN(64, BigInt(hashes[i]));
        for (let j = i + 1; j < Math.min(hashes.length, i + 4); j++) {
          h = BigInt.asUintN(64, h * 116049371n + BigInt(hashes[j]));
          expected.push(Number(h % BigInt(bucket)));
        }
      }
      const got: number[] = [];
      forWordNgrams(hashes, 4, bucket, (b) => got.push(b));
      expect(got).toEqual(expected);
    }
  });
});
