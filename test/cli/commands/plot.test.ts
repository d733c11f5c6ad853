import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyedVectors, tensor } from '../../../lib/index.js';

const main = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-cli-plot-'));
  const rows = Array.from({ length: 6 }, (_, i) => [Math.cos(i), Math.sin(i), i / 10]);
  new KeyedVectors(['sea', 'lake', 'street', 'road', 'cat', 'otter'], tensor(rows)).save(join(folder, 'six.txt'));
  const lines = [3, 2, 1].map((loss, i) => JSON.stringify({ step: i + 1, 'train/loss': loss, lr: 0.1 }));
  writeFileSync(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function lutra(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('lutra plot', () => {
  test('shows curves of a folder and of a log as text, without colours where there is no terminal', () => {
    const { code, out, err } = lutra('plot', '.');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('train/loss 1');
    expect(out).not.toContain('\x1b');
    expect(lutra('plot', 'log.jsonl').out).toBe(out);
    expect(lutra('plot', 'log.jsonl', '--metrics', 'lr').out).toContain('lr 0.1');
  });

  test.each([
    ['curves', ['.', '-o', 'a.svg', '--title', 'A run', '--smooth', '0.5'], 'A run, at the end: train/loss'],
    ['words', ['six.txt', '-o', 'b.png', '--scale', '1', '--width', '300'], 'Scatter plot: 6 points'],
    ['some words', ['six.txt', '-o', 'c.html', '--words', 'sea,cat,road'], 'Scatter plot: 3 points'],
    ['words by t-SNE', ['six.txt', '-o', 'e.svg', '--method', 'tsne'], 'Scatter plot: 6 points'],
    ['words by UMAP', ['six.txt', '-o', 'f.svg', '--method', 'umap'], 'Scatter plot: 6 points'],
    ['rows', ['six.txt', '-o', 'd.svg', '--kind', 'heatmap', '--count', '4', '--theme', 'dark'], 'Heat map: 4 rows'],
  ])('writes %s into a file', (_, args, told) => {
    const { code, out, err } = lutra('plot', ...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${args[2]}: ${told}`);
    expect(readFileSync(join(folder, args[2])).length).toBeGreaterThan(1000);
  });

  test.each([
    [['none.bin'], /none\.bin/],
    [['six.txt', '-o', 'a.jpg'], /the ending says the format/],
    [['six.txt', '-o', 'none/a.svg'], /its folder .*none does not exist/],
    [['six.txt', '--words', 'sea,oter'], /"oter" is not among the 6 words; did you mean 'otter'/],
    [['six.txt', '--metrics', 'lr'], /--metrics is not for scatter/],
    [['.', '--words', 'sea'], /--words is not for curves/],
    [['.', '--method', 'pca'], /--method is not for curves/],
    [['six.txt', '--words', 'sea,cat', '--method', 'tsne'], /five words at least, got 2/],
    [['.', '--metrics', 'train/los'], /did you mean 'train\/loss'/],
    [['.', '--kind', 'pie'], /Allowed choices are curves, scatter, heatmap/],
    [['.', '--scale', '3', '-o', 'x.svg'], /--output must end in \.png/],
  ])('says in a sentence what is wrong with %j', (args, message) => {
    const { code, err } = lutra('plot', ...args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'x.svg'))).toBe(false);
  });
});
