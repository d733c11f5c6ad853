import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandIn, workFolder } from './command.js';
import { sessions } from './visits.js';

const folder = workFolder('recommender');
const lutra = commandIn(folder);
const path = (name: string) => join(folder, name);
const lines = (list: string[][]) => `${list.map((items) => items.join(' ')).join('\n')}\n`;

beforeAll(() => writeFileSync(path('visits.txt'), lines(sessions(600))));

const quick = ['--epochs', '8', '--embedding-dim', '32', '--lr', '0.02', '--k', '2'];

describe('lutra train recommender', () => {
  test.each([
    ['gru', 'full'],
    ['transformer', 'full'],
    ['gru', 'sampled'],
  ])('%s with the %s loss is above both baselines', { timeout: 240_000 }, (model, loss) => {
    const run = `runs/${model}-${loss}`;
    const how = ['--model', model, '--loss', loss, '--negatives', '20', '--output', run];
    const { code, err, out } = lutra(['train', 'recommender', 'visits.txt', ...quick, ...how]);
    expect(code, err).toBe(0);
    expect(out).toContain('Baseline, item to item: recall ');
    const { validation, baselines } = JSON.parse(readFileSync(path(`${run}/metrics.json`), 'utf8'));
    for (const name of ['popularity', 'item to item']) {
      expect(validation.recall).toBeGreaterThan(1.2 * baselines[name].recall);
      expect(validation.ndcg).toBeGreaterThan(1.2 * baselines[name].ndcg);
    }
    const again = JSON.parse(lutra(['evaluate', run, '--json']).out);
    expect(again).toMatchObject({ recall: validation.recall, ndcg: validation.ndcg, k: 2 });
    // In this session each item is the one five further on; how surely that is learnt differs.
    const { out: answer } = lutra(['predict', run, '--json', '--top-k', '3'], 'p1 p6 p11 p16\nnever-seen\n');
    const [first, second] = answer
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).items);
    expect(first).toHaveLength(3);
    if (loss === 'full' && model === 'gru') expect(first[0].item).toBe('p21');
    expect(second).toEqual([]);
  });

  test('rows of sessions, lists of items', { timeout: 240_000 }, () => {
    const list = sessions(80);
    const rows = list.flatMap((items, k) => items.map((item) => `${k},${item}`));
    writeFileSync(path('visits.csv'), `visitor_id,page,n\n${rows.map((row) => `${row},1`).join('\n')}\n`);
    const { code, out, err } = lutra([
      'train',
      'recommender',
      'visits.csv',
      '--session-column',
      'visitor_id',
      '--epochs',
      '1',
    ]);
    expect(code, err).toBe(0);
    expect(out).toContain("Column of the item: 'page', a guess: it is called so");
    expect(out).toContain('72 sessions for training, 8 for validation');
    writeFileSync(path('visits.jsonl'), list.map((items, user) => JSON.stringify({ user, items })).join('\n'));
    const listed = lutra(['train', 'recommender', 'visits.jsonl', '--epochs', '1']);
    expect(listed.code).toBe(0);
    expect(listed.out).toContain("Field of the items: 'items', a guess");
    expect(lutra(['predict', 'runs/visits-recommender-2', 'visits.jsonl']).out.trim().split('\n')).toHaveLength(80);
  });

  test('says what is wrong', { timeout: 240_000 }, () => {
    const wrong = (file: string, content: string, message: RegExp, ...more: string[]) => {
      writeFileSync(path(file), content);
      const { code, err } = lutra(['train', 'recommender', file, ...more]);
      expect(err).toMatch(message);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(1);
    };
    wrong('one.txt', 'a b c\n', /one\.txt has 1 sessions of two items or more; a recommender needs at least 10/);
    wrong(
      'odd.csv',
      'a,b\n1,2\n',
      /no column looks like one of sessions; there are 'a', 'b'\. Name it by --session-column/,
    );
    wrong('odd2.csv', 'a,b\n1,2\n', /no column "c" \(--session-column\)/, '--session-column', 'c');
    wrong('odd.jsonl', '{"a":1}\n', /no field of its records is a list of items/);
    wrong('rare.txt', Array.from({ length: 20 }, (_, k) => `a${k} b${k}`).join('\n'), /0 items occur 2 times or more/);
  });
});
