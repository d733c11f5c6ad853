import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastText, KeyedVectors, tensor } from '../../../lib/index.js';
import { grammarText } from '../../language_model/grammar_text.js';
import { interrupted } from '../runs/command.js';

const main = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-cli-vectors-'));
  writeFileSync(join(folder, 'text.txt'), grammarText(300, 5).replaceAll(' . ', ' .\n'));
  const vectors = tensor([
    [1, 0, 0],
    [0.9, 0.1, 0],
    [0, 1, 0],
    [0, 0.9, 0.5],
  ]);
  new KeyedVectors(['sea', 'lake', 'street', 'road'], vectors).save(join(folder, 'four.txt'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function lutra(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('lutra train word2vec, fasttext and glove', () => {
  test.each([
    ['word2vec', ['--sg', '--epochs', '2']],
    ['fasttext', ['--bucket', '500', '--epochs', '2']],
    ['glove', ['--epochs', '2', '--window', '4']],
  ])('%s writes vectors that can be read', async (trainer, more) => {
    const { code, out, err } = lutra('train', trainer, 'text.txt', '--vector-size', '8', '--min-count', '2', ...more);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const run = join(folder, 'runs', `text-${trainer}`);
    expect(readdirSync(run).sort()).toEqual(['training.json', 'vectors.bin', 'vectors.vec']);
    expect(out.split('\n').filter((line) => /^pass \d {2}loss \d+\.\d{4}$/.test(line))).toHaveLength(2);
    const about = JSON.parse(readFileSync(join(run, 'training.json'), 'utf8'));
    expect(about).toMatchObject({
      trainer,
      data: join(folder, 'text.txt'),
      options: { vectorSize: 8, minCount: 2, epochs: 2 },
    });
    for (const name of ['vectors.bin', 'vectors.vec']) {
      const vectors = await KeyedVectors.load(join(run, name));
      expect(vectors.vectorSize).toBe(8);
      expect(vectors.size).toBe(about.words);
    }
    if (trainer === 'fasttext') {
      const model = await FastText.load(join(run, 'vectors.bin'));
      expect(model.wv.vector('never-seen')).toHaveLength(8);
    }
    // A second run gets a folder of its own; one that is named is kept.
    expect(lutra('train', trainer, 'text.txt', '--vector-size', '4', ...more).out).toContain(`text-${trainer}-2`);
    const again = lutra('train', trainer, 'text.txt', '--output', run);
    expect(again.code).toBe(1);
    expect(again.err).toContain('holds an earlier training; give another --output, or --overwrite');
  });

  test.each([
    ['word2vec', ['word2vec', 'text.txt', '--epochs', '400', '--min-count', '1'], ['vectors.bin', 'vectors.vec']],
    [
      'fasttext',
      ['fasttext', 'text.txt', '--epochs', '150', '--min-count', '1', '--bucket', '500'],
      ['vectors.bin', 'vectors.vec'],
    ],
    ['glove', ['glove', 'text.txt', '--epochs', '1500', '--window', '4'], ['vectors.bin', 'vectors.vec']],
    ['classifier', ['fasttext', 'pairs.txt', '--supervised', '--epochs', '4000', '--word-ngrams', '2'], ['model.bin']],
  ])('goes on where it was stopped, to the same bits: %s', { timeout: 60_000 }, async (name, what, results) => {
    const lines = Array.from(
      { length: 400 },
      (_, k) => `__label__${k % 2 ? 'a' : 'b'} w${k % 7} w${k % 5} w${k % 2}\n`,
    );
    writeFileSync(join(folder, 'pairs.txt'), lines.join(''));
    const run = `stopped-${name}`;
    const args = ['train', ...what, '--vector-size', '8', '--deterministic'];
    const own = [...args, '--output', run, '--held-out', what[1]];
    const { code, out, err } = await interrupted(folder, own, /^pass 1 /, 'SIGINT', 1);
    expect({ code, err }).toEqual({ code: 130, err: `stopped; go on with: lutra resume ${run}\n` });
    expect(out).toMatch(/^pass 1 {2}loss \d\.\d+ {2}held out \d\.\d+\n/);
    expect(readdirSync(join(folder, run)).sort()).toEqual(['checkpoints', 'training.json']);
    expect(lutra(...own).err).toContain(`go on with lutra resume ${run}, give another --output, or --overwrite`);
    expect(lutra('resume', run, '--epochs', '9').err).toMatch(/^error: --epochs: a training of vectors goes on/);
    const resumed = lutra('resume', run);
    expect({ code: resumed.code, err: resumed.err }).toEqual({ code: 0, err: '' });
    expect(resumed.out).not.toMatch(/^pass 1 /m);
    expect(readdirSync(join(folder, run)).sort()).toEqual(['training.json', ...results].sort());
    lutra(...args, '--output', `whole-${name}`);
    const bytes = (of: string) => readFileSync(join(folder, of, results[0]));
    expect(bytes(run).equals(bytes(`whole-${name}`))).toBe(true);
    expect(lutra('resume', run).err).toContain(`${run} is finished; lutra train ${what[0]} begins another`);
  });

  test('classifies texts with labels', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, k) =>
        k % 3 === 0 ? `__label__sea the wave ${k % 7} rolls` : `__label__town a street ${k % 5} ends`,
      );
    writeFileSync(join(folder, 'labels.txt'), `${lines(300).join('\n')}\n`);
    writeFileSync(join(folder, 'held.txt'), `${lines(30).join('\n')}\n`);
    const args = ['train', 'fasttext', 'labels.txt', '--supervised', '--vector-size', '8', '--epochs', '20'];
    const { code, out, err } = lutra(...args, '--output', 'labels', '--held-out', 'held.txt', '--word-ngrams', '2');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('P@1 1.0000  R@1 1.0000  30 examples');
    expect(out).toMatch(/ {2}sea +precision 1\.0000 {2}recall 1\.0000 {2}F1 1\.0000/);
    expect(readdirSync(join(folder, 'labels')).sort()).toEqual(['model.bin', 'training.json']);
    expect(lutra('evaluate', 'labels/model.bin', 'held.txt').out).toContain('P@1 1.0000  R@1 1.0000  30 examples');
    const evaluated = JSON.parse(lutra('evaluate', 'labels/model.bin', 'held.txt', '--top-k', '2', '--json').out);
    expect(evaluated).toMatchObject({ k: 2, precision: 0.5, recall: 1 });
    writeFileSync(join(folder, 'texts.txt'), 'the wave rolls\na street\n');
    const predicted = lutra('predict', 'labels/model.bin', 'texts.txt');
    expect(predicted.out).toMatch(/^sea [01]\.\d{4}\ntown [01]\.\d{4}\n$/);
    const both = lutra('predict', 'labels/model.bin', 'texts.txt', '--top-k', '2', '--json').out.split('\n')[0];
    expect(JSON.parse(both).map(({ label }: { label: string }) => label)).toEqual(['sea', 'town']);
    expect(lutra('inspect', 'labels/model.bin').out).toMatch(/labels: town \(200\) sea \(100\)/);
    expect(lutra(...args, '--sg').err).toBe("error: --sg doesn't go with --supervised\n");
    expect(lutra('train', 'fasttext', 'labels.txt', '--word-ngrams', '2').err).toContain('--word-ngrams goes with');
    expect(lutra('evaluate', 'four.txt', 'held.txt').err).toContain('no supervised model');
  }, 60_000);

  test('reads columns and fields, in lower case, and prints JSON', async () => {
    const texts = grammarText(300, 5).split(' . ');
    writeFileSync(join(folder, 'texts.csv'), `id,body\n${texts.map((text, k) => `${k},"${text} The"`).join('\n')}\n`);
    writeFileSync(join(folder, 'texts.jsonl'), texts.map((body) => JSON.stringify({ body: `${body} The` })).join('\n'));
    const sizes: number[] = [];
    for (const [data, run] of [
      ['texts.csv', 'of-csv'],
      ['texts.jsonl', 'of-json'],
    ]) {
      const how = ['--text-column', 'body', '--lowercase', '--tokenizer', 'words', '--vector-size', '8', '--json'];
      const { code, out, err } = lutra('train', 'word2vec', data, ...how, '--output', run, '--min-count', '1');
      expect({ code, err: err.split('\n')[0] }).toEqual({ code: 0, err: expect.stringContaining('pass 1') });
      const about = JSON.parse(out);
      expect(about).toMatchObject({ folder: run, trainer: 'word2vec', vectorSize: 8 });
      expect(about.epochs.length).toBe(5);
      const vectors = await KeyedVectors.load(join(folder, run, 'vectors.bin'));
      expect([vectors.has('the'), vectors.has('The')]).toEqual([true, false]);
      sizes.push(vectors.size);
    }
    expect(sizes[0]).toBe(sizes[1]);
    const input = readFileSync(join(folder, 'text.txt'), 'utf8');
    const args = ['train', 'word2vec', '-', '--vector-size', '8', '--json', '--output', 'of-input'];
    const { stdout, status } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8', input });
    expect(status).toBe(0);
    expect(JSON.parse(stdout).epochs[0].loss).toBeGreaterThan(0);
    expect(lutra('train', 'word2vec', 'text.txt', '--text-column', 'body').err).toContain('--text-column goes with');
    expect(lutra('train', 'word2vec', 'texts.csv', '--text-column', 'bdy').err).toMatch(/^error: .*bdy/);
  }, 60_000);

  test('says what is wrong in a sentence', () => {
    expect(lutra('train', 'word2vec', 'none.txt').err).toMatch(/^error: .*none\.txt/);
    expect(lutra('train', 'word2vec', 'none.txt').code).toBe(1);
    expect(lutra('train', 'glove', 'text.txt', '--windows', '3').err).toContain('(Did you mean --window?)');
    expect(lutra('train', 'glove', 'text.txt', '--window', '0').err).toContain('It must be an integer from 1 to 512.');
    expect(lutra('train', 'word2vec', 'text.txt', '--min-count', '1000000').err).toMatch(
      /^error: .*minCount is 1000000/,
    );
    expect(lutra('train', 'word2vec').err).toContain("missing required argument 'data'");
  });

  test('the language model still takes a text of that kind', () => {
    const { code, out } = lutra('train', '--help');
    expect(code).toBe(0);
    expect(out).toContain('--text <file>');
    expect(out).toContain('word2vec [options] <data>');
  });
});

describe('commands about vectors', () => {
  test('neighbors', () => {
    expect(lutra('neighbors', 'four.txt', 'sea', '--topn', '2')).toEqual({
      code: 0,
      out: '  0.9939  lake\n  0.0000  street\n',
      err: '',
    });
    const { out } = lutra('neighbors', 'four.txt', 'sea', 'road', '--topn', '1', '--json');
    expect(
      JSON.parse(out).map(({ word, neighbors }: { word: string; neighbors: { key: string }[] }) => [
        word,
        neighbors[0].key,
      ]),
    ).toEqual([
      ['sea', 'lake'],
      ['road', 'street'],
    ]);
    const unknown = lutra('neighbors', 'four.txt', 'stret');
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toContain("did you mean 'street'?");
  });

  test('analogy', () => {
    const { out } = lutra('analogy', 'four.txt', 'sea', 'lake', 'street', '--topn', '1');
    expect(out).toMatch(/^sea is to lake as street is to\n +0\.\d{4} {2}road\n$/);
  });

  test('evaluate', () => {
    writeFileSync(join(folder, 'pairs.tsv'), 'sea\tlake\t9\nsea\troad\t1\nstreet\troad\t8\nsea\tmoon\t5\n');
    writeFileSync(join(folder, 'questions.txt'), ': capital\nsea lake street road\nsea lake moon road\n');
    const { code, out } = lutra('evaluate', 'four.txt', '--pairs', 'pairs.tsv', '--analogies', 'questions.txt');
    expect(code).toBe(0);
    expect(out).toContain('pairs.tsv: Spearman 1.0000');
    expect(out).toContain('over 3 pairs, 25.0 % unknown');
    expect(out).toContain('capital: 1 of 1 right, 100.0 %');
    expect(lutra('evaluate', 'four.txt')).toMatchObject({ code: 1 });
  });

  test('convert and inspect', async () => {
    expect(lutra('convert', 'four.txt', 'three.bin', '--limit', '3').out).toBe(
      'three.bin: 3 words, vectors of 3 numbers\n',
    );
    expect((await KeyedVectors.load(join(folder, 'three.bin'))).keys).toEqual(['sea', 'lake', 'street']);
    const { out } = lutra('inspect', 'three.bin', '--json');
    expect(JSON.parse(out)).toMatchObject({
      words: 3,
      vectorSize: 3,
      subwords: false,
      firstWords: ['sea', 'lake', 'street'],
    });
    expect(lutra('inspect', 'three.bin').out).toContain('3 words, vectors of 3 numbers\nlengths from 0.906 to 1.000');
    expect(lutra('inspect', 'none.bin')).toMatchObject({ code: 1, out: '' });
    const small = lutra('convert', 'four.txt', 'four.tab', '--format', 'safetensors', '--dtype', 'int8', '--json');
    expect(JSON.parse(small.out)).toMatchObject({ file: 'four.tab', words: 4, vectorSize: 3 });
    expect(KeyedVectors.map(join(folder, 'four.tab')).mostSimilar('sea')[0].key).toBe('lake');
    expect(lutra('convert', 'four.txt', 'four.bin', '--dtype', 'int8').err).toContain('dtype goes with');
  });
});
