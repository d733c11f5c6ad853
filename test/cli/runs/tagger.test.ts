import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBrownCorpus } from '../../../lib/language_model/brown.js';
import { commandIn, workFolder } from './command.js';

const folder = workFolder('tagger');
const lutra = commandIn(folder);
const path = (name: string) => join(folder, name);

/** Sentences in which a word's tag follows from its end, or from the word before. */
function sentences(count: number, seed = 1): [string, string][][] {
  let state = seed;
  const draw = (n: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * n);
  };
  const stem = () => 'bcdfgklm'[draw(8)] + 'aeiou'[draw(5)] + 'nrst'[draw(4)];
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + draw(3) }, (): [string, string][] =>
      draw(2) === 0
        ? [
            ['the', 'at'],
            ['run', 'nn'],
            [`${stem()}ed`, 'vbd'],
          ]
        : [
            ['they', 'pp'],
            ['run', 'vb'],
            [`${stem()}ly`, 'rb'],
          ],
    ).flat(),
  );
}

const slashes = (list: [string, string][][]) =>
  `${list.map((words) => words.map((pair) => pair.join('/')).join(' ')).join('\n')}\n`;
const quick = ['--epochs', '3', '--embedding-dim', '16', '--hidden-dim', '16', '--lr', '0.02'];

describe('lutra train tagger', { timeout: 240_000 }, () => {
  test('learns ends of words and their places', () => {
    writeFileSync(path('train.txt'), slashes(sentences(300)));
    writeFileSync(path('held.txt'), slashes(sentences(60, 9)));
    const trained = lutra([
      'train',
      'tagger',
      'train.txt',
      '--validation',
      'held.txt',
      '--output',
      'runs/slash',
      ...quick,
    ]);
    expect(trained.code, trained.err).toBe(0);
    const metrics = JSON.parse(readFileSync(path('runs/slash/metrics.json'), 'utf8'));
    expect(metrics.validation.accuracy).toBeGreaterThan(0.99);
    expect(metrics.baselines['most frequent tag of each word'].accuracy).toBeLessThan(0.9);
    const line = 'they run xxly the run yyed\n';
    expect(lutra(['predict', 'runs/slash'], line).out).toBe('they/pp run/vb xxly/rb the/at run/nn yyed/vbd\n');
    const { words, tags } = JSON.parse(lutra(['predict', 'runs/slash', '--json'], line).out);
    expect(words).toHaveLength(6);
    expect(tags).toEqual(['pp', 'vb', 'rb', 'at', 'nn', 'vbd']);
    expect(lutra(['evaluate', 'runs/slash', 'held.txt']).out).toMatch(/accuracy (0\.99|1\.00)/);
    const again = lutra(['train', '--config', 'runs/slash/config.yaml', '--output', 'runs/twice']);
    expect(again.code).toBe(0);
    const weights = (run: string) => readFileSync(path(`runs/${run}/model.safetensors`));
    expect(weights('twice').equals(weights('slash'))).toBe(true);
  });

  test('CoNLL, JSON Lines and several files', () => {
    const list = sentences(80);
    writeFileSync(
      path('train.conll'),
      list.map((words) => words.map(([w, t]) => `${w}\t_\t${t}\n`).join('')).join('\n'),
    );
    const records = list.map((own) => JSON.stringify({ tokens: own.map(([w]) => w), tags: own.map(([, t]) => t) }));
    writeFileSync(path('train.jsonl'), records.join('\n'));
    mkdirSync(path('parts'));
    for (const k of [0, 1]) writeFileSync(path(`parts/${k}.txt`), slashes(list.slice(40 * k, 40 * k + 40)));
    for (const data of ['train.conll', 'train.jsonl', 'parts/*.txt']) {
      const { code, out, err } = lutra(['train', 'tagger', data, ...quick, '--epochs', '1']);
      expect(code, err).toBe(0);
      expect(out).toContain('72 sentences');
      expect(out).toContain('6 tags');
    }
    expect(existsSync(path('runs/train-tagger-2/model.safetensors'))).toBe(true);
  });

  test('says what is wrong', () => {
    const wrong = (file: string, content: string, message: RegExp, ...more: string[]) => {
      writeFileSync(path(file), content);
      const { code, err } = lutra(['train', 'tagger', file, ...more]);
      expect(err).toMatch(message);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
    };
    wrong(
      'plain.txt',
      `${'one two three four five six seven eight nine ten eleven twelve thirteen '.repeat(2)}\n`,
      /holds no tagged words/,
    );
    wrong('half.txt', 'a/b c/d\ne/f g\n', /half\.txt, line 2: .*is no word\/tag/);
    wrong('short.txt', 'a/b c/d\n', /short\.txt has 1 sentence; a tagger needs at least 4/);
    wrong('one.txt', 'a/b c/b\n'.repeat(8), /all words have the one tag 'b'/);
    wrong('bad.conll', 'a b\nc\n', /bad\.conll, line 2: must have a word and its tag/);
    wrong('uneven.jsonl', '{"words":["a"],"tags":["x","y"]}\n', /uneven\.jsonl, line 1: 1 words have 2 tags/);
    writeFileSync(path('other.txt'), 'they/XX run/YY\n');
    wrong(
      'few.txt',
      slashes(sentences(20)),
      /other\.txt has tags that the training data have not: 'XX', 'YY'/,
      '--validation',
      'other.txt',
    );
    expect(lutra(['train', 'tagger', 'no*such']).code).toBe(1);
  });

  // The whole corpus takes three to four minutes, too long for every run of CI; what it reaches is in the guide.
  test.runIf(process.env.LUTRA_FULL_CORPORA)('tags held-out files of the Brown corpus', { timeout: 1_200_000 }, () => {
    const corpus = findBrownCorpus();
    const names = readdirSync(corpus)
      .filter((name) => /^c[a-r]\d\d$/.test(name))
      .sort();
    for (const part of ['train', 'held']) mkdirSync(path(part));
    for (const [k, name] of names.entries()) {
      writeFileSync(path(`${k % 10 === 9 ? 'held' : 'train'}/${name}`), readFileSync(join(corpus, name)));
    }
    const { code } = lutra([
      'train',
      'tagger',
      'train/c*',
      '--validation',
      'held/c*',
      '--output',
      'runs/brown',
      '--quiet',
    ]);
    expect(code).toBe(0);
    const metrics = JSON.parse(readFileSync(path('runs/brown/metrics.json'), 'utf8'));
    expect(metrics.validation.accuracy).toBeGreaterThan(0.95);
  });
});
