import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandIn, interrupted, workFolder } from './command.js';
import { mails } from './texts.js';

const folder = workFolder('classifier');
const lutra = commandIn(folder);
const path = (name: string) => join(folder, name);
const csv = (rows: ReturnType<typeof mails>) =>
  `subject,body,kind\n${rows.map(({ kind, body }, k) => `${k},"${body}",${kind}`).join('\n')}\n`;

beforeAll(() => {
  writeFileSync(path('mails.csv'), csv(mails(300)));
  writeFileSync(path('new.csv'), csv(mails(60, 9)));
});

const quick = ['--epochs', '4', '--embedding-dim', '8', '--hidden-dim', '8', '--heads', '2', '--lr', '0.05'];

describe('lutra train classifier', { timeout: 240_000 }, () => {
  test('says what it guessed, and leaves everything in the folder of the run', () => {
    const { code, out, err } = lutra(['train', 'classifier', 'mails.csv', ...quick]);
    expect(code).toBe(0);
    expect(out).toContain("Column of the text: 'body', a guess: it is called 'body'; --text-column names another");
    expect(out).toContain("Column of the label: 'kind'");
    expect(out).toContain('270 texts for training, 30 texts for validation; 2 labels (ham 180, spam 90)');
    expect(out).toContain('Baseline, most frequent label: accuracy 0.6667');
    expect(err.split('\n').filter((line) => line.startsWith('epoch '))).toHaveLength(4);
    const run = path('runs/mails-classifier');
    expect(readdirSync(run).sort()).toEqual(
      [
        'checkpoints',
        'config.yaml',
        'labels.json',
        'log.jsonl',
        'metrics.json',
        'model.safetensors',
        'vocabulary.json',
      ].sort(),
    );
    const metrics = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8'));
    expect(metrics.validation.accuracy).toBeGreaterThan(0.9);
    expect(metrics).toMatchObject({ task: 'classifier', stopped: 'epochs', epochs: 4, seed: 1 });
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.at(-1)['epoch/loss']).toBeTypeOf('number');
  });

  test('is repeated by its configuration, bit for bit', () => {
    const { code, out } = lutra(['train', '--config', 'runs/mails-classifier/config.yaml', '--output', 'runs/again']);
    expect(code).toBe(0);
    expect(out).not.toContain('a guess');
    const weights = (run: string) => readFileSync(path(`runs/${run}/model.safetensors`));
    expect(weights('again').equals(weights('mails-classifier'))).toBe(true);
    const other = lutra([
      'train',
      'classifier',
      '--config',
      'runs/again/config.yaml',
      '--output',
      'runs/other',
      '--seed',
      '2',
    ]);
    expect(other.code).toBe(0);
    expect(weights('other').equals(weights('again'))).toBe(false);
    expect(readFileSync(path('runs/other/config.yaml'), 'utf8')).toMatch(/^epochs: 4$/m);
  });

  test.each(['lstm', 'gru', 'transformer'])('%s learns, is evaluated and predicts', (model) => {
    const run = `runs/${model}`;
    const levels = { gru: ['--level', 'character', '--epochs', '8'], lstm: ['--level', 'subword'] };
    const level = levels[model as keyof typeof levels] ?? [];
    const trained = lutra(['train', 'classifier', 'mails.csv', '--model', model, '--output', run, ...quick, ...level]);
    expect(trained.code, trained.err).toBe(0);
    const { out } = lutra(['evaluate', run, 'new.csv', '--json']);
    expect(JSON.parse(out).accuracy).toBeGreaterThan(0.8);
    const { out: answers } = lutra(['predict', run, 'new.csv']);
    expect(answers.trim().split('\n')).toHaveLength(60);
  });

  test('--json prints the metrics and nothing else', () => {
    const { out } = lutra(['train', 'classifier', 'mails.csv', '--json', '--output', 'runs/json', '--epochs', '1']);
    expect(JSON.parse(out)).toMatchObject({ task: 'classifier', baselines: { 'most frequent label': {} } });
  });

  test('several labels a text', () => {
    const lines = mails(200).map(({ kind, body }) =>
      JSON.stringify({ text: body, label: body.includes('you') ? [kind, 'to-you'] : [kind] }),
    );
    writeFileSync(path('several.jsonl'), `${lines.join('\n')}\n`);
    const { code, out } = lutra([
      'train',
      'classifier',
      'several.jsonl',
      '--output',
      'runs/several',
      ...quick,
      '--lr',
      '0.1',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('3 labels, several a text');
    const answer = lutra(['predict', 'runs/several', '--json'], 'free money for you you you\n');
    const found = JSON.parse(answer.out).labels.map(({ label }: { label: string }) => label);
    expect(found.sort()).toEqual(['spam', 'to-you']);
  });

  test("fastText's text form, and tabs without a header", () => {
    writeFileSync(
      path('mails.txt'),
      mails(90)
        .map(({ kind, body }) => `__label__${kind} ${body}`)
        .join('\n'),
    );
    expect(lutra(['train', 'classifier', 'mails.txt', '--output', 'runs/ft', '--epochs', '1']).code).toBe(0);
    writeFileSync(
      path('mails.tsv'),
      mails(90)
        .map(({ kind, body }) => `${kind}\t${body}`)
        .join('\n'),
    );
    const { out } = lutra(['train', 'classifier', 'mails.tsv', '--no-header', '--output', 'runs/tsv', '--epochs', '1']);
    expect(out).toContain("Column of the text: '2', a guess: its values are the longest");
    expect(out).toContain("Column of the label: '1', a guess: it has the fewest different values, 2");
  });
});

describe('lutra predict and evaluate', { timeout: 240_000 }, () => {
  test('lines of the standard input', () => {
    const run = 'runs/mails-classifier';
    const { out } = lutra(['predict', run], 'free money click offer win\n\nthanks for the kernel patch report\n');
    expect(out).toMatch(/^spam \d\.\d{3}\nham \d\.\d{3}\n$/);
    const { out: json } = lutra(['predict', run, '--json', '--top-k', '2'], 'free money');
    const { labels } = JSON.parse(json);
    expect(labels.map(({ label }: { label: string }) => label)).toEqual(['spam', 'ham']);
    expect(labels[0].probability + labels[1].probability).toBeCloseTo(1, 5);
    expect(lutra(['predict', run, '--threshold', '0.9999999'], 'the\n').out).toBe('(none)\n');
  });

  test('on the data that the run was validated on', () => {
    const { out } = lutra(['evaluate', 'runs/mails-classifier']);
    expect(out).toMatch(/accuracy (0\.9|1\.0)/);
    expect(out).toMatch(/ham +\d\.\d{4} +\d\.\d{4}/);
    const metrics = JSON.parse(readFileSync(path('runs/mails-classifier/metrics.json'), 'utf8'));
    const again = JSON.parse(lutra(['evaluate', 'runs/mails-classifier', '--json']).out);
    expect(again.loss).toBe(metrics.validation.loss);
  });
});

describe('lutra resume', { timeout: 240_000 }, () => {
  test('goes on after Ctrl-C to the weights of a run that was not stopped', async () => {
    const long = ['train', 'classifier', 'mails.csv', ...quick, '--epochs', '60', '--patience', '60', '--model', 'gru'];
    const cut = await interrupted(folder, [...long, '--output', 'runs/cut'], /epoch 2\/60/);
    expect(cut.code).toBe(130);
    expect(cut.out).toContain('go on with: lutra resume runs/cut');
    const cutMetrics = JSON.parse(readFileSync(path('runs/cut/metrics.json'), 'utf8'));
    expect(cutMetrics.stopped).toBe('signal');
    expect(cutMetrics.epochs).toBeLessThan(60);
    expect(lutra(['resume', 'runs/cut', '--quiet'])).toEqual({ code: 0, out: '', err: '' });
    expect(lutra([...long, '--output', 'runs/uncut', '--quiet']).code).toBe(0);
    const weights = (run: string) => readFileSync(path(`runs/${run}/model.safetensors`));
    expect(weights('cut').equals(weights('uncut'))).toBe(true);
    const again = lutra(['resume', 'runs/cut']);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toBe('error: runs/cut is finished: it made its 60 passes; --epochs 120 goes on\n');
  });

  test('refuses data that have changed', () => {
    writeFileSync(path('changing.csv'), csv(mails(100)));
    lutra(['train', 'classifier', 'changing.csv', '--output', 'runs/changing', '--epochs', '1']);
    writeFileSync(path('changing.csv'), csv(mails(100)).replaceAll('kernel', 'colonel'));
    const { code, err } = lutra(['resume', 'runs/changing', '--epochs', '2']);
    expect(code).toBe(1);
    expect(err).toContain('the data have changed since');
  });
});

describe('what is wrong is said in a sentence', { timeout: 240_000 }, () => {
  const wrong = (args: readonly string[], message: RegExp | string) => {
    const { code, err } = lutra(args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n +at /);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  };
  const train = (file: string, content: string | Uint8Array, message: RegExp | string, ...more: string[]) => {
    writeFileSync(path(file), content);
    wrong(['train', 'classifier', file, ...more], message);
  };

  test('files', () => {
    wrong(['train', 'classifier', 'none.csv'], /^error: .*none\.csv.* can't be read: ENOENT/);
    wrong(['train', 'classifier', 'runs'], /EISDIR|directory/);
    wrong(['train', 'classifier'], /no data were given: lutra train classifier FILE/);
    train('empty.csv', '', /empty\.csv is empty/);
    train('blank.csv', ' \n\n', /blank\.csv is empty/);
    train('head.csv', 'text,label\n', /head\.csv has 0 texts/);
    train('one.csv', 'text,label\nhello,a\n', /one\.csv has 1 text; a classifier needs at least 4/);
    train('line.txt', 'just a line of words', /line\.txt has no columns: lines must begin with __label__NAME/);
    train('zip.csv', Buffer.from('PK\x03\x04.......'), /zip\.csv is no text but a zip archive/);
    train('bytes.csv', Uint8Array.of(0x61, 0xff, 0xfe, 0x0a), /bytes\.csv.* 0xff is no UTF-8/);
    train('zeros.csv', 'a\0b\0c\0', /zeros\.csv is no text: it holds zero bytes/);
    train('ragged.csv', 'text,label\na,b,c\n', /ragged\.csv, line 2/);
    train('bad.jsonl', '{"text": "a", "label": "b"}\n{oh', /bad\.jsonl, line 2: is no JSON/);
    train('one_class.csv', 'text,label\na,x\nb,x\nc,x\nd,x\n', /all 4 texts have the one label 'x'/);
    train(
      'missing.jsonl',
      '{"text":"a","label":"b"}\n{"text":"a"}\n',
      /missing\.jsonl, line 2: 'label' must be a label/,
    );
    train(
      'rare.csv',
      `text,label\n${Array.from({ length: 30 }, (_, k) => `w${k},${k % 2}`).join('\n')}\n`,
      /no word occurs in 2 texts/,
    );
  });

  test('columns, labels and options', () => {
    wrong(['train', 'classifier', 'mails.csv', '--text-column', 'boddy'], /no column "boddy" .*did you mean 'body'/);
    writeFileSync(path('held.csv'), 'body,kind\nhello there,eggs\nfree money,spam\n');
    wrong(
      ['train', 'classifier', 'mails.csv', '--validation', 'held.csv'],
      /held\.csv has labels that the training data have not: 'eggs' \(1 times\)/,
    );
    wrong(['evaluate', 'runs/mails-classifier', 'held.csv'], /labels that the training data have not: 'eggs'/);
    expect(lutra(['train', 'classifier', 'mails.csv', '--epoch', '3']).err).toContain('Did you mean --epochs?');
    expect(lutra(['train', 'classifier', 'mails.csv', '--epochs', 'x']).err).toContain(
      'It must be an integer of at least 1.',
    );
    wrong(['train', 'classifier', 'mails.csv', '--output', 'runs/mails-classifier'], /is there from an earlier run/);
  });

  test('configurations', () => {
    const config = (text: string, message: RegExp | string) => {
      writeFileSync(path('c.yaml'), text);
      wrong(['train', '--config', 'c.yaml'], message);
    };
    config('task: classifier\ndata: mails.csv\nepoch: 3\n', /c\.yaml: unknown key 'epoch'; did you mean 'epochs'\?/);
    config(
      'task: classifier\ndata: mails.csv\nepochs: many\n',
      /c\.yaml: epochs must be an integer of at least 1, got "many"/,
    );
    config('task: clasifier\n', /task must be one of .*did you mean 'classifier'/);
    config('epochs: 3\n', /does not say what is trained/);
    config('a: [1\n', /c\.yaml is no YAML or JSON/);
    config('- 1\n', /must hold settings/);
    wrong(['train', '--config', 'none.yaml'], /none\.yaml can't be read/);
    writeFileSync(path('c.json'), '{"task": "classifier", "data": "mails.csv", "text-column": "body", "epochs": 1}');
    expect(lutra(['train', '--config', 'c.json', '--output', 'runs/from-json', '--overwrite']).code).toBe(0);
    expect(lutra(['train', '--config', 'c.json', '--epochs', '3']).err).toContain("need the task's name");
  });

  test('runs', () => {
    wrong(['resume', 'none'], /none is not there; give the folder of a run/);
    wrong(['predict', 'mails.csv', 'new.csv'], /mails\.csv is no folder of a run: it is a file/);
    wrong(['predict', '.', 'new.csv'], /is no folder of a run: it has no config\.yaml/);
    const run = path('runs/again');
    const config = readFileSync(join(run, 'config.yaml'), 'utf8');
    writeFileSync(join(run, 'config.yaml'), config.replace('embeddingDim: 8', 'embeddingDim: 9'));
    const { code, err } = lutra(['predict', 'runs/again', 'new.csv']);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*model\.safetensors is of another model than .*config\.yaml describes: /);
    expect(err).not.toMatch(/\n +at /);
    writeFileSync(join(run, 'config.yaml'), config);
    writeFileSync(join(run, 'model.safetensors'), 'nonsense');
    wrong(['predict', 'runs/again', 'new.csv'], /model\.safetensors is damaged/);
  });

  test('--debug shows where', () => {
    expect(lutra(['predict', 'none', '--debug']).err).toMatch(/\n +at /);
  });
});
