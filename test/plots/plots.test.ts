import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  CorpusError,
  JsonLinesLogger,
  manualSeed,
  OptionError,
  plots,
  randn,
  ShapeError,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { placeLabels } from '../../lib/plots/label_placement.js';
import { textWidth } from '../../lib/plots/text_width.js';
import { readFixture } from '../torch/read.js';
import { colorsIn, readPng } from './read_png.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-plots-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Fixture {
  histograms: { values: number[]; options: object; counts: number[]; edges: number[] }[];
  confusion: { targets: number[]; predictions: number[]; matrix: number[][]; shares: number[][] };
}
const fixture = readFixture<Fixture>('plots');

/** The texts of an SVG, in their order. */
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const small = { width: 300, height: 200 };
const words = ['river', 'sea', 'otter', 'cat'];
const points = [
  [0, 0],
  [1, 2],
  [2, 1],
  [3, 3],
];

/** One of each kind. */
const everyKind = {
  heatMap: plots.heatMap([[1, -2, 3]], { rows: ['a row'], columns: ['x', 'y', 'z'], title: 'A < B & "C"' }),
  scatter: plots.scatter(points, { labels: words, categories: ['water', 'water', 'animal', 'animal'] }),
  lossCurves: plots.lossCurves({ adam: [3, 2, 1], sgd: [3, 2.5, 2] }),
  histogram: plots.histogram([1, 2, 2, 3, 3, 3]),
  confusionMatrix: plots.confusionMatrix([
    [5, 1],
    [0, 6],
  ]),
};

describe('every kind of picture', () => {
  it.each(Object.entries(everyKind))('%s is a sound SVG, the same each time, light and dark', (_, figure) => {
    const svg = figure.toSvg();
    expect(figure.toSvg()).toBe(svg);
    expect(svg).toMatch(/^<svg role="img" aria-label="[^"]+" width="720" height="480" [^>]*viewBox="0 0 720 480">/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|zr\d|ecmeta|<script|<style|class=/);
    expect(svg.match(/<text/g)?.length).toBeGreaterThan(2);
    const dark = figure.toSvg({ theme: 'dark', ...small });
    expect(dark).toContain('fill="#14171c"');
    expect(dark).toContain('width="300" height="200"');
    // Well-formed: every element that is opened is closed.
    const open: string[] = [];
    for (const [, close, name, self] of svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self !== '/') open.push(name);
    }
    expect(open).toEqual([]);
  });

  it.each(Object.entries(everyKind))(
    '%s is a PNG of the size that was asked for, with something on it',
    async (_, figure) => {
      const png = readPng(await figure.toPng({ ...small, scale: 1.5 }));
      expect([png.width, png.height]).toEqual([450, 300]);
      const colors = colorsIn(png);
      const background = colors.get('255,255,255') ?? 0;
      expect(colors.size).toBeGreaterThan(10);
      expect(background).toBeGreaterThan(1000);
      expect(background).toBeLessThan(450 * 300 * 0.99);
    },
  );

  it.each(Object.entries(everyKind))('%s is a page that asks for nothing', (_, figure) => {
    const page = figure.toHtml();
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("default-src 'none'");
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|href=|@import|url\((?!#)/);
  });

  it.each(Object.entries(everyKind))('%s shows itself in notebooks', (_, figure) => {
    const bundle = (figure as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]();
    expect(bundle).toEqual({ 'image/svg+xml': figure.toSvg(), 'text/plain': figure.toText() });
    expect(figure._toMime()).toEqual(bundle);
    expect(decodeURIComponent(figure.toDataURL().split(',').slice(1).join(','))).toBe(figure.toSvg());
  });

  it('is told to who does not see it, with what XML does not take', () => {
    expect(everyKind.heatMap.toSvg()).toContain('aria-label="A &lt; B &amp; &quot;C&quot;: 1 rows');
    expect(`${everyKind.scatter}`).toBe('Scatter plot: 4 points in 2 groups');
  });
});

describe('forms for terminals', () => {
  it('shade a heat map', () => {
    const figure = plots.heatMap(
      [
        [0, 1, 2, 3],
        [4, 4, 4, 0],
      ],
      { rows: ['cat', 'otter'], title: 'Rows' },
    );
    expect(figure.toText({ columns: 40 })).toBe(
      ['Rows', '  cat   ░░▒▒▓▓', 'otter ██████', '      0 [ ░▒▓█] 4'].join('\n'),
    );
    const colored = figure.toText({ columns: 40, color: true });
    expect(colored).toContain('\x1b[48;2;68;1;84m');
    expect(
      colored.split('\n').every((line) => !line.includes('\x1b') || line.endsWith('\x1b[0m') || / 4$/.test(line)),
    ).toBe(true);
  });

  it('count in bars', () => {
    expect(plots.histogram([1, 1, 1, 1, 2, 3, 3], { bins: 2 }).toText({ columns: 20 })).toBe(
      ['1 ███████████████ 4', '2 ███████████▎    3'].join('\n'),
    );
  });

  it('draw curves and points with dots', () => {
    const curve = plots.lossCurves([4, 2, 1, 0], {}).toText({ columns: 22 });
    expect(curve).toBe(
      [
        '4 │⠑⠢⡀',
        '  │  ⠈⠑⢄',
        '  │     ⠑⠤⢄⣀',
        '  │         ⠉⠑⠢⠤⣀⡀',
        '0 │              ⠉⠑⠢⠤⣀',
        '  └───────────────────',
        '   1                 4',
        '   loss 0',
      ].join('\n'),
    );
    expect(curve.split('\n').every((line) => [...line].length <= 22)).toBe(true);
    const text = plots.scatter(points, { labels: words }).toText({ columns: 40 });
    for (const word of words) expect(text).toContain(word);
  });

  it('write a confusion matrix as a table', () => {
    const figure = plots.confusionMatrix(['cat', 'dog', 'dog'], ['cat', 'cat', 'dog']);
    expect(figure.toText()).toBe(['    cat dog', 'cat   1   0', 'dog   1   1', '2 of 3 right'].join('\n'));
  });

  it('keep to a narrow terminal', () => {
    for (const figure of Object.values(everyKind)) {
      const plain = (columns: number) => stripVTControlCharacters(figure.toText({ columns, color: true })).split('\n');
      for (const columns of [20, 33, 80]) {
        const frame = plain(columns).filter((line) => /[│└█⠀-⣿]/.test(line));
        for (const line of frame) expect([...line].length).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('heatMap', () => {
  it('names rows and columns, and has a bar of colours with its numbers', () => {
    const texts = textsOf(everyKind.heatMap.toSvg());
    for (const text of ['a row', 'x', 'y', 'z', '3', '0', '-3']) expect(texts).toContain(text);
  });

  it('draws 100 × 100 cells, each in one rectangle, in a file that a mail can carry', () => {
    manualSeed(0);
    const svg = plots.heatMap(randn([100, 100])).toSvg();
    expect(svg.match(/M[\d.]+ [\d.]+L/g)!.length).toBeGreaterThanOrEqual(10_000);
    expect(svg.length).toBeLessThan(600_000);
  });

  it('writes numbers into cells in a colour that is read on theirs', () => {
    const svg = plots.heatMap([[0, 0.12345], [10, 100]], { values: true }).toSvg(); // biome-ignore format: short
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['0', '0.1235', '10', '100']));
    expect(svg).toMatch(/fill="#ffffff"[^>]*>0</);
    expect(svg).toMatch(/fill="#000000"[^>]*>100</);
  });

  it('draws one cell, and equal numbers', () => {
    for (const matrix of [
      [[5]],
      [
        [2, 2],
        [2, 2],
      ],
      [[0], [0]],
    ]) {
      // biome-ignore format: short
      expect(plots.heatMap(matrix).toSvg()).not.toContain('NaN');
    }
  });
});

describe('scatter', () => {
  it('names points without one name over another, and inside the axes', () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return ((state >>> 8) / 2 ** 24) * 400 + 20;
    };
    const area = { x: 20, y: 20, width: 400, height: 400 };
    const named = Array.from({ length: 300 }, (_, i) => ({
      x: random(),
      y: random(),
      radius: 3,
      label: `word ${i}`,
    }));
    const placed = placeLabels(named, area, 12);
    expect(placed.length).toBeGreaterThan(60);
    const boxes = placed.map(({ point, x, y }) => {
      const half = textWidth(named[point].label, 12) / 2;
      return { left: x - half, right: x + half, top: y - 6, bottom: y + 6 };
    });
    for (const [i, a] of boxes.entries()) {
      expect(a.left >= 20 && a.right <= 420 && a.top >= 20 && a.bottom <= 420).toBe(true);
      for (const b of boxes.slice(i + 1)) {
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
      }
    }
  });

  it('says how many names had no room, and tells them on the page', () => {
    manualSeed(1);
    const labels = Array.from({ length: 400 }, (_, i) => `name ${i}`);
    const figure = plots.scatter(randn([400, 2]), { labels });
    expect(textsOf(figure.toSvg()).some((text) => /^\d+ of 400 names have room$/.test(text))).toBe(true);
    const page = figure.toHtml();
    for (const label of labels) expect(page).toContain(`"${label}"`);
  });

  it('lists groups in the order of their coming, with a shape where colours run out', () => {
    const categories = Array.from({ length: 10 }, (_, i) => `group ${9 - i}`);
    const svg = plots.scatter(randn([10, 2]), { categories }).toSvg();
    expect(textsOf(svg).filter((text) => text.startsWith('group'))).toEqual(categories);
  });

  it('draws one point, equal points, and numbers of any size', () => {
    for (const extreme of [
      [[3, 4]],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [-1e100, 1e100],
        [0, 1e-300],
      ],
      [
        [1e15, 1],
        [1e15 + 1, 2],
      ],
    ]) {
      // biome-ignore format: short
      const figure = plots.scatter(extreme, { labels: extreme.map((_, i) => `p${i}`) });
      expect(figure.toSvg()).not.toMatch(/NaN|Infinity/);
      expect(figure.toText()).not.toContain('NaN');
    }
  });

  it('takes a page out of no name', () => {
    const page = plots.scatter(points, { labels: ['</script><b>', 'b', 'c', 'd'] }).toHtml();
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).not.toContain('<b>');
  });
});

describe('histogram', () => {
  it.each(fixture.histograms.map((given, i) => [i, given] as const))('counts as NumPy does (%i)', async (_, given) => {
    const { countIn } = await import('../../lib/plots/counts.js');
    const { counts } = countIn(Float64Array.from(given.values), Float64Array.from(given.edges));
    expect([...counts]).toEqual(given.counts);
    const figure = plots.histogram(given.values, given.options);
    expect(String(figure)).toContain(`in ${given.counts.length} bins`);
  });

  it('takes tensors of any shape and dtype, and a logarithmic axis', () => {
    const numbers = tensor([[1, 2], [3, 3]], { dtype: 'int32' }); // biome-ignore format: short
    expect(plots.histogram(numbers, { bins: 3 }).toText({ columns: 30 }).split('\n')).toHaveLength(3);
    expect(plots.histogram(numbers, { yScale: 'log' }).toSvg()).not.toContain('NaN');
  });
});

describe('confusionMatrix', () => {
  const { targets, predictions, matrix, shares } = fixture.confusion;

  it('counts as scikit-learn does', () => {
    const rows = plots.confusionMatrix(targets, predictions).toText().split('\n').slice(1, -1);
    expect(rows.map((row) => row.trim().split(/\s+/).slice(1).map(Number))).toEqual(matrix);
    const normalized = plots.confusionMatrix(tensor(targets), tensor(predictions), { normalize: 'targets' }).toText();
    const parts = normalized.split('\n').slice(1, 1 + matrix.length);
    expect(parts.map((row) => row.trim().split(/\s+/).slice(1))).toEqual(
      shares.map((row) => row.map((x) => (Number.isInteger(x) ? String(x) : x.toFixed(2)))),
    );
  });

  it('names classes by labels, also those that never came', () => {
    const texts = textsOf(plots.confusionMatrix([0, 1], [0, 0], { labels: ['ham', 'spam', 'other'] }).toSvg());
    expect(texts.filter((text) => text === 'other')).toHaveLength(2);
  });
});

describe('lossCurves', () => {
  it('reads a log, a history and a run; skips what is not finite', () => {
    const path = join(folder, 'log.jsonl');
    const logger = new JsonLinesLogger(path);
    logger.open(0);
    for (let step = 1; step <= 5; step++) {
      logger.log({ 'train/loss': step === 4 ? Number.NaN : 5 - step, lr: 0.1, 'validation/loss': 6 - step }, step);
    }
    logger.flush();
    const expected = 'Curves, at the end: train/loss 0, validation/loss 1';
    expect(String(plots.lossCurves(path))).toBe(expected);
    expect(String(plots.lossCurves(folder))).toBe(expected);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"step":6,"train/l`);
    expect(String(plots.lossCurves(path, { metrics: ['lr'] }))).toBe('Curves, at the end: lr 0.1');
    const scores = (loss: number) => ({ loss, accuracy: 0.5 });
    const history = {
      epochs: [{ epoch: 1, step: 10, train: scores(2), validation: null, lr: 0.1, seconds: 1 }],
      validations: [{ epoch: 1, step: 10, scores: scores(3) }],
      best: null,
      stopped: 'epochs',
      steps: 10,
      seconds: 1,
      resumedFrom: null,
    };
    expect(String(plots.lossCurves(history))).toBe('Curves, at the end: train/loss 2, validation/loss 3');
    expect(String(plots.lossCurves({ a: history }, { metrics: ['train/accuracy'] }))).toContain('a train/accuracy 0.5');
  });

  it('smooths by a mean without a pull to zero', () => {
    expect(String(plots.lossCurves([2, 2, 2], { smooth: 0.9 }))).toBe('Curves, at the end: loss 2');
    const weights = [0.25 * 0.25, 0.25, 1];
    const mean = (1 * weights[0] + 2 * weights[1] + 4 * weights[2]) / (weights[0] + weights[1] + weights[2]);
    expect(String(plots.lossCurves([1, 2, 4], { smooth: 0.25 }))).toContain(`loss ${Number(mean.toPrecision(4))}`);
  });
});

describe('what is refused', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what a caller without types does.
  const p = plots as any;
  const cases: [string, () => unknown, new (...args: never[]) => Error, RegExp][] = [
    ['NaN', () => p.heatMap([[1, Number.NaN]]), ValueError, /heatMap: matrix\[0\]\[1\] is NaN/],
    ['NaN in a tensor', () => p.heatMap(tensor([[1], [Number.NaN]])), ValueError, /matrix\[1\]\[0\] is NaN/],
    ['no data', () => p.heatMap([]), ShapeError, /matrix is empty/],
    ['no columns', () => p.heatMap([[]]), ShapeError, /matrix\[0\] is empty/],
    ['ragged rows', () => p.heatMap([[1, 2], [3]]), ShapeError, /row 0 has 2 numbers, row 1 1/],
    ['no numbers', () => p.heatMap([['a']]), ArgumentError, /matrix\[0\]\[0\] must be a number/],
    ['one dimension', () => p.heatMap(tensor([1, 2])), ShapeError, /two dimensions/],
    [
      'too few names',
      () => p.heatMap([[1, 2]], { columns: ['a'] }),
      ValueError,
      /columns must have a name for each of the 2/,
    ],
    [
      'a colour map that there is not',
      () => p.heatMap([[1]], { colorMap: 'viridi' }),
      ValueError,
      /did you mean 'viridis'/,
    ],
    ['a range that falls', () => p.heatMap([[1]], { range: [2, 1] }), ValueError, /range must go upwards/],
    ['an unknown option', () => p.heatMap([[1]], { colourMap: 'gray' }), OptionError, /did you mean 'colorMap'/],
    ['a size of nothing', () => p.heatMap([[1]], { width: 0 }), ValueError, /width must be an integer from 120/],
    ['a theme', () => p.heatMap([[1]], { theme: 'blue' }), ValueError, /theme must be one of 'light', 'dark'/],
    ['three numbers', () => p.scatter([[1, 2, 3]]), ShapeError, /two numbers each/],
    ['labels of another length', () => p.scatter(points, { labels: ['a'] }), ValueError, /each of the 4 points, got 1/],
    ['colours twice', () => p.scatter(points, { colors: [1, 2, 3, 4], categories: words }), ArgumentError, /give one/],
    ['a huge number', () => p.scatter([[1e101, 0]]), ValueError, /points\[0\]\[0\] is 1e\+101/],
    ['a negative radius', () => p.scatter(points, { sizes: -1 }), ValueError, /sizes must be a number from 0/],
    ['bins that fall', () => p.histogram([1], { bins: [2, 1] }), ValueError, /bins must rise/],
    ['no bins', () => p.histogram([1], { bins: 0 }), ValueError, /bins must be an integer from 1/],
    ['an empty list', () => p.histogram([]), ShapeError, /values is empty/],
    ['a matrix that is not square', () => p.confusionMatrix([[1, 2]]), ShapeError, /square, got 1 × 2/],
    ['negative counts', () => p.confusionMatrix([[-1]]), ValueError, /counts are not negative/],
    ['lists of two lengths', () => p.confusionMatrix([1, 2], [1]), ShapeError, /2 targets, but 1 predictions/],
    [
      'a class without a label',
      () => p.confusionMatrix(['a'], ['b'], { labels: ['a'] }),
      ValueError,
      /predictions\[0\]/,
    ],
    ['names and numbers', () => p.confusionMatrix(['a'], [1]), ArgumentError, /of one kind/],
    ['a log that is not there', () => p.lossCurves(join(folder, 'none.jsonl')), Error, /ENOENT.*none\.jsonl/],
    ['a folder of no run', () => p.lossCurves(tmpdir()), CorpusError, /is no folder of a run/],
    ['a metric that there is not', () => p.lossCurves([1], { metrics: ['los'] }), ValueError, /did you mean 'loss'/],
    ['only NaN', () => p.lossCurves([Number.NaN]), ValueError, /none of the numbers of loss is finite/],
    ['nothing above zero', () => p.lossCurves([0], { yScale: 'log' }), ValueError, /finite and above 0/],
    ['something else', () => p.lossCurves(7), ArgumentError, /source must be a history/],
    [
      'a text of no width',
      () => p.histogram([1]).toText({ columns: 3 }),
      ValueError,
      /columns must be an integer from 20/,
    ],
    ['an option of toSvg', () => p.histogram([1]).toSvg({ scale: 2 }), OptionError, /unknown option 'scale'/],
  ];
  it.each(cases)('%s', (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });

  it('a file that is no log', () => {
    for (const [name, text] of Object.entries({
      'a.jsonl': 'loss 1\nloss 2\n',
      'b.jsonl': '',
      'c.jsonl': '{"a":1}\n',
    })) {
      writeFileSync(join(folder, name), text);
      expect(() => plots.lossCurves(join(folder, name))).toThrow(CorpusError);
    }
  });

  it('an ending, a folder, a path of another kind; nothing is written then', async () => {
    const figure = everyKind.histogram;
    const before = readdirSync(folder);
    await expect(figure.save(join(folder, 'picture.jpg'))).rejects.toThrow(/\.svg, \.png, \.html or \.txt/);
    await expect(figure.save(join(folder, 'none', 'picture.svg'))).rejects.toThrow(/its folder .* does not exist/);
    await expect(figure.save(7 as unknown as string)).rejects.toThrow(ArgumentError);
    await expect(figure.save(join(folder, 'a.svg'), { scale: 2 })).rejects.toThrow(/scale is for \.png/);
    await expect(figure.toPng({ scale: 100 })).rejects.toThrow(ValueError);
    await expect(figure.toPng({ width: 8000, height: 8000, scale: 8 })).rejects.toThrow(/too large/);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('save', () => {
  it('writes the format of the ending', async () => {
    const figure = everyKind.scatter;
    for (const ending of ['svg', 'png', 'html', 'txt', 'SVG']) await figure.save(join(folder, `picture.${ending}`));
    const read = (ending: string) => readFileSync(join(folder, `picture.${ending}`));
    expect(read('svg').toString()).toBe(figure.toSvg());
    expect(read('SVG').toString()).toBe(figure.toSvg());
    expect(read('html').toString()).toBe(figure.toHtml());
    expect(read('txt').toString()).toBe(`${figure.toText()}\n`);
    expect(readPng(read('png')).width).toBe(1440);
  });
});
