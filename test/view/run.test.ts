import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KeyedVectors, nn, randn, saveSafetensors, type Tensor, tensor, Vocabulary, view } from '../../lib/index.js';
import type { RunState } from '../../lib/view/protocol.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-view-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = Array.from({ length: 30 }, (_, k) => `word${k}`);
let runs = 0;

/** The folder of a run that has only begun. */
function beginRun(): string {
  const run = join(folder, `run${runs++}`);
  mkdirSync(join(run, 'checkpoints'), { recursive: true });
  Vocabulary.fromTokens(words).save(join(run, 'vocabulary.json'));
  return run;
}

function checkpoint(run: string, step: number, weight: Tensor): void {
  saveSafetensors(join(run, 'checkpoints', `checkpoint-${String(step).padStart(9, '0')}.safetensors`), {
    'model.embedding.weight': weight,
    'model.fc.weight': randn([30, 7]),
    'state.moment.embedding.weight': randn([30, 6]),
  });
}

async function pointsOf(url: string): Promise<{ values: Float32Array; revision: number }> {
  const response = await fetch(`${url}api/points`);
  return {
    values: new Float32Array(await response.arrayBuffer()),
    revision: Number(response.headers.get('X-Revision')),
  };
}

const runOf = async (url: string) => (await (await fetch(`${url}api/run`)).json()) as RunState;

describe('the folder of a run', () => {
  test('is shown before it has weights, and its points come with them', async () => {
    const run = beginRun();
    const { url, close } = await view(run);
    expect(await (await fetch(`${url}api/about`)).json()).toMatchObject({ kind: 'run', size: 0, shown: 0 });
    expect(await runOf(url)).toMatchObject({ weights: null, series: [] });
    checkpoint(run, 10, randn([30, 6]));
    await expect.poll(async () => (await pointsOf(url)).values.length, { timeout: 5000 }).toBe(60);
    expect(await (await fetch(`${url}api/about`)).json()).toMatchObject({ size: 30, vectorSize: 6, words: 1 });
    expect((await runOf(url)).weights?.name).toBe(join('checkpoints', 'checkpoint-000000010.safetensors'));
    expect(await (await fetch(`${url}api/words`)).json()).toEqual(words);
    await close();
  });

  test.each([
    ['items.json', ['<pad>', 'lamp', 'desk'], ['<pad>', 'lamp', 'desk']],
    ['features.json', ['w otter', 's er', 'w w'], ['otter', 's er', 'w']],
  ])('rows are called by %s where a run has that', async (file, tokens, names) => {
    const run = join(folder, `run${runs++}`);
    mkdirSync(join(run, 'checkpoints'), { recursive: true });
    Vocabulary.fromTokens(tokens).save(join(run, file));
    checkpoint(run, 10, randn([3, 6]));
    const { url, close } = await view(run);
    expect(await (await fetch(`${url}api/words`)).json()).toEqual(names);
    await close();
  });

  test('of a training of vectors is shown by the vectors beside its checkpoints', async () => {
    const run = join(folder, `run${runs++}`);
    mkdirSync(join(run, 'checkpoints'), { recursive: true });
    writeFileSync(join(run, 'training.json'), '{}');
    const { url, close } = await view(run);
    new KeyedVectors(words, randn([30, 4])).save(join(run, 'checkpoints', 'vectors.bin'));
    saveSafetensors(join(run, 'checkpoints', 'checkpoint-000000009.safetensors'), { 'model.input': randn([120]) });
    await expect.poll(async () => (await pointsOf(url)).values.length, { timeout: 5000 }).toBe(60);
    expect(await runOf(url)).toMatchObject({ error: null });
    await close();
  });

  test('points keep their places when the vectors were only turned and mirrored', async () => {
    const run = beginRun();
    const weight = randn([30, 6]);
    checkpoint(run, 1, weight);
    const { url, close } = await view(run);
    const before = await pointsOf(url);
    // Signs and order of dimensions change; what is near stays near.
    checkpoint(
      run,
      2,
      weight.indexSelect(1, tensor([5, 0, 3, 1, 2, 4], { dtype: 'int32' })).mul(tensor([-1, 1, -1, 1, 1, -1])),
    );
    await expect.poll(async () => (await pointsOf(url)).revision, { timeout: 5000 }).toBe(before.revision + 1);
    const after = await pointsOf(url);
    for (const [k, value] of after.values.entries()) expect(value).toBeCloseTo(before.values[k], 3);
    await close();
  });

  test('the curves are those of its log, read as it grows', async () => {
    const run = beginRun();
    const log = join(run, 'log.jsonl');
    writeFileSync(
      log,
      '{"step":20,"time":1,"train/loss":3.5,"lr":0.1}\n{"step":40,"time":2,"train/loss":"NaN"}\n{"step":60,"ti',
    );
    const { url, close } = await view(run);
    expect((await runOf(url)).series).toEqual([
      { name: 'train/loss', points: [[20, 3.5]] },
      { name: 'lr', points: [[20, 0.1]] },
    ]);
    appendFileSync(log, 'me":3,"train/loss":2.5}\nnonsense\n');
    await expect
      .poll(async () => (await runOf(url)).series[0].points, { timeout: 5000 })
      .toEqual([
        [20, 3.5],
        [60, 2.5],
      ]);
    // A run that is begun anew replaces its log.
    rmSync(log);
    writeFileSync(log, '{"step":1,"train/loss":9}\n');
    await expect
      .poll(async () => (await runOf(url)).series, { timeout: 5000 })
      .toEqual([{ name: 'train/loss', points: [[1, 9]] }]);
    await close();
  });

  test('long curves are thinned, and keep their ends', async () => {
    const run = beginRun();
    const lines = Array.from({ length: 9001 }, (_, k) => JSON.stringify({ step: k, 'train/loss': 9000 - k }));
    writeFileSync(join(run, 'log.jsonl'), `${lines.join('\n')}\n`);
    const { url, close } = await view(run);
    const [{ points }] = (await runOf(url)).series;
    expect(points.length).toBeLessThanOrEqual(2001);
    expect([points[0], points[points.length - 1]]).toEqual([
      [0, 9000],
      [9000, 0],
    ]);
    await close();
  });

  test('weights that can not be read are named, and the next ones are shown', async () => {
    const run = beginRun();
    writeFileSync(join(run, 'model.safetensors'), 'no weights at all');
    const { url, close } = await view(run);
    expect((await runOf(url)).error).toMatch(/model\.safetensors/);
    checkpoint(run, 5, randn([30, 6]));
    await expect.poll(async () => (await runOf(url)).weights?.name, { timeout: 5000 }).toMatch(/000000005/);
    expect((await runOf(url)).error).toBeNull();
    await close();
  });

  test('a folder that is none is refused', async () => {
    const other = mkdtempSync(join(folder, 'other-'));
    await expect(view(other)).rejects.toThrow('is a folder, but no run');
  });

  test('a word language model writes a text', async () => {
    const run = join(folder, 'language');
    mkdirSync(run);
    const vocabulary = Vocabulary.fromTokens(['sea', 'river'], {
      specials: ['<pad>', '<unk>', '<eos>'],
      unknownToken: '<unk>',
    });
    vocabulary.save(join(run, 'vocabulary.json'));
    const parts = { embedding: new nn.Embedding(5, 4), lstm: new nn.LSTM(4, 6), linear: new nn.Linear(6, 5) };
    const state = Object.entries(parts).flatMap(([name, part]) =>
      Object.entries(part.stateDict()).map(([key, value]) => [`${name}.${key}`, value] as const),
    );
    saveSafetensors(join(run, 'model.safetensors'), Object.fromEntries(state));
    const { url, close } = await view(run);
    expect((await runOf(url)).sample).toMatch(/\b(sea|river)\b/i);
    await close();
  });
});
