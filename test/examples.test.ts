import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ArrayFixture, readFixture, valuesOf } from './torch/read.js';

/** Runs an example and returns the lines it prints. */
async function run(name: string): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(`../examples/${name}.ts`);
  return log.mock.calls.flatMap((args) => args.map(String).join(' ').split('\n'));
}

describe('the examples', () => {
  // Those that train for minutes take a part of their data.
  beforeAll(() => {
    process.env.LUTRA_QUICK = '1';
  });
  afterAll(() => {
    delete process.env.LUTRA_QUICK;
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('animals_one_hot prints the vectors of torch.manual_seed(0)', async () => {
    const lines = await run('animals_one_hot');
    expect(lines).toContain('otter      tensor([0, 0, 0, 1])');
    expect(lines).toContain('cat        tensor([ 1.5410, -0.2934], grad_fn=<EmbeddingBackward0>)');
  });

  it('vocabulary_embedding maps the unknown word to <unk>', async () => {
    const lines = await run('vocabulary_embedding');
    expect(lines.some((line) => line.endsWith('→ <sos> the otter swims in the <unk> . <eos>'))).toBe(true);
  });

  it('sentiment learns its three reviews', async () => {
    const lines = await run('sentiment');
    const probability = (text: string) => Number(lines.find((line) => line.endsWith(`  ${text}`))!.split(' ')[0]);
    expect(probability('i love this movie it is wonderful')).toBeGreaterThan(0.9);
    expect(probability('this was a terrible boring film')).toBeLessThan(0.1);
  });

  it('char_lm prints the losses of the same program in PyTorch, and learns its text', async () => {
    const lines = await run('char_lm');
    const losses = valuesOf(readFixture<{ seededLosses: ArrayFixture }>('program_characters').seededLosses);
    for (let epoch = 10; epoch <= 100; epoch += 10) {
      expect(lines).toContain(`epoch ${String(epoch).padStart(3)}  loss ${losses[epoch - 1].toFixed(4)}`);
    }
    expect(lines.at(-1)).toBe('"the young " goes on: "otter swims down a c"');
  });

  it('unknown_words finds words that look like those that never came', { timeout: 240_000 }, async () => {
    const lines = await run('unknown_words');
    expect(lines.find((line) => line.startsWith('historicaly never came'))).toContain('historical');
    expect(lines.at(-1)).toMatch(/^read again: 0\.\d\d alike$/);
  });

  it('item_sessions finds what goes together, and with an item that comes later', async () => {
    const lines = await run('item_sessions');
    const near = (start: string) => lines.find((line) => line.startsWith(start))!.match(/go (.*)$/)![1];
    expect(near('with tent')).toMatch(/boots|rucksack|stove|lantern|compass|mattress|sleeping bag/);
    expect(near('with tent')).not.toMatch(/pan|spade|pen|bag 0/);
    expect(near('with whisk')).toMatch(/pan|apron|knife|scales|kettle|board/);
    expect(near('with hammock')).toMatch(/tent|boots|rucksack|stove|lantern|compass|mattress|sleeping bag/);
  });

  it('spam_filter tells mails apart, in a fraction of the memory too', { timeout: 120_000 }, async () => {
    const lines = await run('spam_filter');
    const right = lines
      .filter((line) => line.endsWith('% right'))
      .map((line) => Number(/([\d.]+) % right/.exec(line)![1]));
    expect(right).toHaveLength(2);
    for (const share of right) expect(share).toBeGreaterThan(90);
    expect(lines.some((line) => line.startsWith('spam (') && line.endsWith('claim your free money now $ $ $'))).toBe(
      true,
    );
  });

  it('trainer goes on from a checkpoint, and ends with its best weights', async () => {
    const lines = await run('trainer');
    expect(lines[0]).toBe('stopped by steps after 40 steps');
    expect(lines[1]).toMatch(/^epoch 3 {2}loss 0\.\d+ {2}accuracy [89]\d\.\d %$/);
    expect(Number(lines.at(-1)!.split(' ')[1])).toBeGreaterThan(90);
  });

  it('transfer trains with the table frozen, then with all of it', async () => {
    const lines = await run('transfer');
    expect(lines).toContain('frozen table: 220,805 parameters');
    expect(lines).toContain('gradient of the frozen table: null');
    expect(lines).toContain('fine-tuning the table too: 3,220,805 parameters');
    const losses = lines.filter((line) => line.includes('loss')).map((line) => Number(line.split('loss')[1]));
    expect(losses.length).toBe(5);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
  });

  it('word_vectors learns neighbours that make sense', { timeout: 120_000 }, async () => {
    const lines = await run('word_vectors');
    const losses = lines.filter((line) => line.startsWith('epoch')).map((line) => Number(line.split('loss')[1]));
    expect(losses.length).toBe(5);
    expect(losses[4]).toBeLessThan(losses[0]);
    expect(lines.find((line) => line.includes('words, vectors'))).toMatch(/^1\d,\d{3} words, vectors of 100 numbers$/);
    expect(lines.find((line) => line.startsWith('january'))).toMatch(
      /march|april|june|july|august|september|october|november|december|february/,
    );
    expect(lines).toContain('river is not like the others');
    expect(lines.at(-1)).toContain('2 words found, not <pad> and smartphone');
  });

  it('embedding_heat_map writes an image and a page', async () => {
    const lines = await run('embedding_heat_map');
    for (const name of ['rows.png', 'rows.html']) {
      const written = lines.find((line) => line.includes(name))!.split(':')[0];
      expect(readFileSync(written).length).toBeGreaterThan(100_000);
      rmSync(written);
    }
  });

  it('word_map draws groups of words apart', { timeout: 120_000 }, async () => {
    const lines = await run('word_map');
    expect(lines[0]).toMatch(/^\d+ words; two components hold \d+ % of the variance$/);
    const written = lines.filter((line) => line.startsWith('written: ')).map((line) => line.slice(9));
    expect(written.map((path) => path.split('/').at(-1))).toEqual(['pca.png', 'pca.html', 'tsne.png', 'tsne.html']);
    for (const word of ['april', 'mother', 'seven', 'hand'])
      expect(readFileSync(written[3], 'utf8')).toContain(`"${word} ·`);
    for (const path of written) rmSync(path);
  });

  it('pos_tagger tags words that it has not seen', { timeout: 240_000 }, async () => {
    const lines = await run('pos_tagger');
    expect(Number(/([\d.]+) % get their tag$/.exec(lines[1])![1])).toBeGreaterThan(70);
    expect(lines[2]).toMatch(/^The\/at .*to\/(in|to) the\/at .*\.\/\.$/);
  });

  it('genre_classifier is better than guessing', { timeout: 120_000 }, async () => {
    const [, shares] = await run('genre_classifier');
    const [, top3] = [...shares.matchAll(/([\d.]+) %/g)].map(([, share]) => Number(share));
    // Three of fifteen genres by chance.
    expect(top3).toBeGreaterThan(40);
  });

  it('session_recommender is better than both baselines', { timeout: 120_000 }, async () => {
    const [, popularity, itemToItem, gru] = await run('session_recommender');
    const measures = (line: string) => [...line.matchAll(/ (0\.\d+)/g)].map(([, value]) => Number(value));
    expect(measures(gru)).toHaveLength(3);
    for (const [k, value] of measures(gru).entries()) {
      expect(value).toBeGreaterThan(measures(itemToItem)[k]);
      expect(measures(itemToItem)[k]).toBeGreaterThan(measures(popularity)[k]);
    }
  });

  it('word_lm is better than counting words', { timeout: 240_000 }, async () => {
    const lines = await run('word_lm');
    const perplexity = lines.map((line) => Number(/perplexity ([\d.]+)/.exec(line)?.[1])).filter((x) => x > 0);
    expect(perplexity).toHaveLength(4);
    expect(perplexity[2]).toBeLessThan(0.8 * perplexity[3]);
  });

  it('fine_tuning shows that pretrained vectors help', { timeout: 120_000 }, async () => {
    const right = (await run('fine_tuning')).slice(1).map((line) => Number(/([\d.]+) % right/.exec(line)![1]));
    expect(right).toHaveLength(4);
    expect(right[1]).toBeGreaterThan(right[0]);
    expect(right[3]).toBeGreaterThan(right[0]);
  });

  it('http_service answers, and says what is no question', { timeout: 60_000 }, async () => {
    const lines = await run('http_service');
    const good = (line: string) => JSON.parse(line.slice(line.indexOf('{'))).good as number;
    expect(good(lines[0])).toBeGreaterThan(0.6);
    expect(good(lines[1])).toBeLessThan(0.4);
    expect(lines[2]).toBe('no JSON: 400; no text: 400 {"error":"text must be a string"}');
    expect(lines[3]).toMatch(/^300 questions.*: median [\d.]+ ms, 99th percentile [\d.]+ ms$/);
  });

  // The worker runs a compiled file, as a user's would.
  it('worker_training learns while the program goes on', { timeout: 120_000 }, async () => {
    const root = fileURLToPath(new URL('..', import.meta.url));
    const program = ['scripts/run_example.mjs', 'worker_training'];
    const out = await promisify(execFile)(process.execPath, program, { cwd: root });
    expect(Number(/^loss in the worker ([\d.]+)/.exec(out.stdout)![1])).toBeLessThan(0.02);
    expect(out.stdout).toMatch(/the last time at step 960/);
    expect(Number(/was awake (\d+) times/.exec(out.stdout)![1])).toBeGreaterThan(10);
  });
});
