import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cooccurrences } from '../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-cooccurrences-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fixtures = new URL('fixtures/glove/', import.meta.url).pathname;
const text = join(fixtures, 'text.txt');
const vocabulary = readFileSync(join(fixtures, 'vocabulary.txt'), 'utf8').trim().split('\n');
const words = vocabulary.map((line) => line.split(' ')[0]);

type Pairs = Map<string, number>;

async function pairsOf(cooccurrences: Cooccurrences): Promise<Pairs> {
  const pairs: Pairs = new Map();
  for await (const [first, second, weight] of cooccurrences.pairs()) {
    const key = `${cooccurrences.words[first]} ${cooccurrences.words[second]}`;
    if (pairs.has(key)) throw new Error(`${key} comes twice`);
    pairs.set(key, weight);
  }
  return pairs;
}

function expectSame(got: Pairs, wanted: Pairs): void {
  expect(got.size).toBe(wanted.size);
  const others = [...wanted].filter(([key, weight]) => !(Math.abs(got.get(key)! - weight) <= 1e-9 * weight));
  expect(others).toEqual([]);
}

/** Sentences of words that few share, so that most pairs lie in the table. */
function manyWords(): string[][] {
  let state = 99;
  const next = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return Array.from({ length: 600 }, () => Array.from({ length: 30 }, () => `w${next(next(6000) + 1)}`));
}

/** Counted pair by pair, as the definition says. */
function counted(sentences: readonly string[][], window: number, symmetric: boolean, weighting: boolean): Pairs {
  const pairs: Pairs = new Map();
  const add = (a: string, b: string, weight: number) => pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + weight);
  for (const sentence of sentences) {
    for (const [i, word] of sentence.entries()) {
      for (let d = 1; d <= window && i - d >= 0; d++) {
        const weight = weighting ? 1 / d : 1;
        add(sentence[i - d], word, weight);
        if (symmetric) add(word, sentence[i - d], weight);
      }
    }
  }
  return pairs;
}

describe('Cooccurrences', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('are what GloVe counts: symmetric %s, by distance %s', async (symmetric, distanceWeighting) => {
    const ours = await Cooccurrences.count(text, { minCount: 5, window: 4, symmetric, distanceWeighting });
    const file = join(fixtures, `pairs_${Number(symmetric)}_${Number(distanceWeighting)}.bin`);
    const theirs = await Cooccurrences.load(file, words);
    expect(ours.counts).toEqual(vocabulary.map((line) => Number(line.split(' ')[1])));
    expect(ours.length).toBe(theirs.length);
    expectSame(await pairsOf(ours), await pairsOf(theirs));
    await ours.close();
  });

  it.each([
    ['symmetric', true],
    ['to the left', false],
  ])('are the same in little memory, by way of files: %s', async (_, symmetric) => {
    const sentences = manyWords();
    const used = join(folder, `files-${symmetric}`);
    mkdirSync(used);
    const few = await Cooccurrences.count(sentences, { window: 20, symmetric, memory: 2 ** 24, folder: used });
    expect(readdirSync(used)).toHaveLength(1);
    const wanted = counted(sentences, 20, symmetric, true);
    expectSame(await pairsOf(few), wanted);
    await few.close();
    expect(readdirSync(used)).toEqual([]);
    await expect(pairsOf(few)).rejects.toThrow('Cooccurrences: were closed');
    const many = await Cooccurrences.count(sentences, { window: 20, symmetric });
    expectSame(await pairsOf(many), wanted);
  });

  it('come in an order that the seed decides', async () => {
    const order = async (seed: number) => {
      const pairs = await Cooccurrences.count(text, { seed });
      return [...(await pairsOf(pairs)).keys()].join();
    };
    expect(await order(3)).toBe(await order(3));
    expect(await order(3)).not.toBe(await order(4));
  });

  it('are written and read as GloVe does', async () => {
    const path = join(folder, 'pairs.bin');
    const pairs = await Cooccurrences.count(text, { minCount: 5, window: 4 });
    await pairs.save(path);
    const again = await Cooccurrences.load(path, pairs.words);
    expect([...(await pairsOf(again))]).toEqual([...(await pairsOf(pairs))]);
    const sorted = (file: string) => {
      const bytes = readFileSync(file);
      return Array.from({ length: bytes.length / 16 }, (_, k) => bytes.toString('hex', 16 * k, 16 * k + 8)).sort();
    };
    expect(sorted(path)).toEqual(sorted(join(fixtures, 'pairs_1_1.bin')));
  });

  it('refuse what is no file of theirs', async () => {
    const path = join(folder, 'broken.bin');
    writeFileSync(path, readFileSync(join(fixtures, 'pairs_1_1.bin')));
    await expect(Cooccurrences.load(path, words.slice(0, 3))).rejects.toThrow(
      /^Cooccurrences\.load: .*broken\.bin: record \d+ must be two words from 1 to 3 and a positive weight, got \d+, \d+ and /,
    );
    truncateSync(path, 40);
    await expect(Cooccurrences.load(path, words)).rejects.toThrow('must hold records of 16 bytes, got 40 bytes');
    truncateSync(path, 0);
    await expect(Cooccurrences.load(path, words)).rejects.toThrow('got 0 bytes');
    await expect(Cooccurrences.load(join(folder, 'none.bin'), words)).rejects.toThrow('ENOENT');
    await expect(Cooccurrences.load(path, 'words' as never)).rejects.toThrow('words must be a list of strings');
  });

  it('refuse bad options, empty corpora and folders that are not there', async () => {
    const count = (options: object) => Cooccurrences.count([['a', 'b']], options);
    await expect(count({ windows: 3 })).rejects.toThrow(
      "Cooccurrences.count: unknown option 'windows'; did you mean 'window'?",
    );
    await expect(count({ window: 0 })).rejects.toThrow('window must be a whole number from 1 to 512, got 0');
    await expect(count({ memory: 1000 })).rejects.toThrow('memory must be a whole number of at least 16777216');
    await expect(count({ symmetric: 'yes' })).rejects.toThrow('symmetric must be true or false, got "yes"');
    await expect(Cooccurrences.count([['a'], ['b']])).rejects.toThrow(
      'no two words of the vocabulary stand in one sentence',
    );
    await expect(Cooccurrences.count([])).rejects.toThrow('the corpus holds no tokens');
    const missing = { window: 20, memory: 2 ** 24, folder: join(folder, 'missing') };
    await expect(Cooccurrences.count(manyWords(), missing)).rejects.toThrow(
      /^Cooccurrences\.count: co-occurrences that outgrow memory are written to .*missing: ENOENT/,
    );
    expect(() => new (Cooccurrences as never as new () => unknown)()).toThrow('not by new');
  });

  it('stop when they are told to, and leave no files', async () => {
    const used = join(folder, 'aborted');
    mkdirSync(used);
    const controller = new AbortController();
    const counting = Cooccurrences.count(manyWords(), {
      memory: 2 ** 24,
      folder: used,
      window: 20,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await expect(counting).rejects.toThrow('enough');
    expect(readdirSync(used)).toEqual([]);
  });
});
