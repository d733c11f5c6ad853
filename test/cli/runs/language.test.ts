import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { grammarText } from '../../language_model/grammar_text.js';
import { commandIn, workFolder } from './command.js';

const folder = workFolder('language');
const lutra = commandIn(folder);
const path = (name: string) => join(folder, name);

beforeAll(() => writeFileSync(path('text.txt'), grammarText(300, 5)));

const quick = ['--epochs', '2', '--embedding-dim', '16', '--hidden-dim', '16', '--heads', '2', '--lr', '0.02'];
const sizes = ['--sequence-length', '16', '--batch-size', '8'];

describe('lutra train lm', () => {
  test.each([
    ['lstm', 'word'],
    ['gru', 'character'],
    ['transformer', 'word'],
  ])('%s over %ss beats counting, generates, predicts and is evaluated', { timeout: 240_000 }, (model, level) => {
    const run = `runs/${model}`;
    const how = ['--model', model, '--level', level, '--output', run];
    const { code, err } = lutra(['train', 'lm', 'text.txt', ...how, ...quick, ...sizes]);
    expect(code, err).toBe(0);
    const metrics = JSON.parse(readFileSync(path(`${run}/metrics.json`), 'utf8'));
    expect(metrics.validation.perplexity).toBeLessThan(0.8 * metrics.baselines.unigram.perplexity);
    const again = JSON.parse(lutra(['evaluate', run, '--json']).out);
    expect(again.perplexity).toBe(metrics.validation.perplexity);

    const generate = (...more: string[]) => lutra(['generate', run, '--length', '12', ...more]).out;
    expect(generate('--seed', '2')).not.toBe(generate('--seed', '3'));
    expect(generate('--greedy')).toBe(generate('--top-k', '1', '--seed', '9'));
    const { prompt, text } = JSON.parse(generate('--prompt', 'the', '--json', '--top-p', '0.5'));
    expect(prompt).toBe('the');
    expect(text.toLowerCase()).toMatch(/^the/);
    const answers = lutra(['predict', run, '--top-k', '2', '--json'], 'the\n');
    expect(JSON.parse(answers.out).next).toHaveLength(2);
  });

  test('reads a column, and says what is wrong', { timeout: 240_000 }, () => {
    const lines = grammarText(200, 3).split(' . ');
    writeFileSync(path('text.jsonl'), lines.map((text) => JSON.stringify({ story: text, n: 1 })).join('\n'));
    const { code, out } = lutra(['train', 'lm', 'text.jsonl', '--output', 'runs/column', ...quick, '--epochs', '1']);
    expect(code).toBe(0);
    expect(out).toContain("Column of the text: 'story', a guess");
    expect(readFileSync(path('runs/column/config.yaml'), 'utf8')).toMatch(/^batchSize: \d+$/m);
    writeFileSync(path('short.txt'), 'a few words');
    expect(lutra(['train', 'lm', 'short.txt']).err).toMatch(/^error: short\.txt has 4 words; .* at least 200/);
    expect(lutra(['train', 'lm', 'none.txt']).err).toMatch(/^error: can't read none\.txt: there is no such file\n$/);
    expect(lutra(['train', 'lm', 'text.txt', '--top', '3']).code).toBe(1);
    const run = 'runs/column';
    expect(lutra(['generate', run, '--prompt', 'xyzzy']).err).toMatch(/the model knows none of its words: xyzzy/);
    expect(lutra(['generate', run, '--top-p', '2']).err).toContain('It must be a number above 0 and at most 1.');
  });
});
