import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// In dist/ all methods of tensors come with the library's one file; here they are modules of their own.
import '../../lib/index.js';
import { openRun, resumeRun, trainRun } from '../../lib/entries/tasks.js';
import { mails } from '../cli/runs/texts.js';
import { grammarText } from '../language_model/grammar_text.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-tasks-'));
const path = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const rows = mails(200).map(({ kind, body }) => `"${body}",${kind}`);
  writeFileSync(path('mails.csv'), `body,kind\n${rows.join('\n')}\n`);
  writeFileSync(path('text.txt'), grammarText(200, 5));
  writeFileSync(path('tagged.txt'), `${'the/at dog/nn runs/vb\na/at cat/nn sleeps/vb\n'.repeat(20)}`);
  const sessions = Array.from({ length: 60 }, (_, k) => `a${k % 3} b${k % 3} c${k % 3}`);
  writeFileSync(path('sessions.txt'), `${sessions.join('\n')}\n`);
});

const small = { epochs: 3, embeddingDim: 8, lr: 0.05, minFrequency: 1 };

describe('a run', { timeout: 120_000 }, () => {
  test('of a classifier is trained, answers, is judged and opened again', async () => {
    const { run, history, metrics } = await trainRun('classifier', path('mails.csv'), {
      output: path('mails'),
      settings: { ...small, hiddenDim: 8 },
    });
    expect(history.epochs).toHaveLength(3);
    expect(metrics).toEqual(JSON.parse(readFileSync(path('mails/metrics.json'), 'utf8')));
    const texts = [
      { kind: 'spam', body: 'free money offer' },
      { kind: 'ham', body: 'the kernel patch, thanks' },
    ];
    const answers = run.predict(texts.map(({ body }) => body));
    expect(answers.map(({ labels }) => labels[0]!.label)).toEqual(texts.map(({ kind }) => kind));
    expect(run.predict(['x'], { topK: 2 })[0]!.labels).toHaveLength(2);

    const again = await openRun(path('mails'), 'classifier');
    expect(again.task).toBe('classifier');
    expect(again.folder).toBe(path('mails'));
    expect(again.settings).toMatchObject({ epochs: 3, textColumn: 'body', optimizer: 'adam' });
    expect(again.predict(texts.map(({ body }) => body))).toEqual(answers);
    const scores = await again.evaluate();
    expect(scores).toEqual(metrics.validation);
    expect((await again.evaluate(path('mails.csv'))).accuracy).toBeGreaterThan(0.9);
    expect(() => again.generate()).toThrow(/TrainedRun.generate: .* is a classifier, which can't generate/);
    await expect(openRun(path('mails'), 'tagger')).rejects.toThrow(/is a classifier, not a tagger/);
  });

  test('that was stopped goes on to the same bits', async () => {
    const settings = { ...small, hiddenDim: 8, model: 'gru' };
    const whole = await trainRun('classifier', path('mails.csv'), { output: path('whole'), settings });
    const stop = new AbortController();
    const callbacks = [{ onStep: ({ step }: { step: number }) => step === 5 && stop.abort() }] as never;
    const options = { output: path('parts'), settings, signal: stop.signal, callbacks };
    const begun = await trainRun('classifier', path('mails.csv'), options);
    expect(begun.history).toMatchObject({ stopped: 'signal', steps: 5 });
    expect(begun.metrics.validation).toBeNull();
    const ended = await resumeRun(path('parts'));
    expect(ended.history.stopped).toBe('epochs');
    const weights = (run: string) => readFileSync(path(`${run}/model.safetensors`));
    expect(weights('parts').equals(weights('whole'))).toBe(true);
    expect(ended.run.model.stateDict()).toEqual(whole.run.model.stateDict());
    await expect(resumeRun(path('parts'))).rejects.toThrow(/is finished/);
    expect((await resumeRun(path('parts'), { settings: { epochs: 4 } })).history.epochs).toHaveLength(4);
  });

  test('of a language model goes on with texts', async () => {
    const settings = { ...small, epochs: 1, hiddenDim: 8, sequenceLength: 16, batchSize: 8 };
    const { run } = await trainRun('lm', path('text.txt'), { output: path('text'), settings });
    const text = (seed: number) => [...run.generate('the', { length: 12, seed })].join('');
    expect(text(2)).toBe(text(2));
    expect(text(2)).not.toBe(text(3));
    expect(run.predict(['the'], { topK: 2 })[0]!.next).toHaveLength(2);
  });

  test('of a tagger takes words or sentences, one of a recommender items', async () => {
    const tagger = await trainRun('tagger', path('tagged.txt'), {
      output: path('tagged'),
      settings: { ...small, epochs: 8, hiddenDim: 8 },
    });
    const [words, sentence] = tagger.run.predict([['the', 'cat'], 'a dog runs']);
    expect(words).toMatchObject({ words: ['the', 'cat'], tags: ['at', 'nn'] });
    expect(sentence!.tags).toEqual(['at', 'nn', 'vb']);
    const { run } = await trainRun('recommender', path('sessions.txt'), {
      output: path('sessions'),
      settings: { ...small, epochs: 8, batchSize: 4 },
    });
    expect(run.predict([['a1', 'b1'], 'a2 b2']).map(({ items }) => items[0]!.item)).toEqual(['c1', 'c2']);
  });
});

test('what is wrong is named', async () => {
  const train = trainRun as (...args: unknown[]) => Promise<unknown>;
  await expect(train('clasifier', 'x')).rejects.toThrow(/trainRun: task must be one of lm, classifier, tagger, rec/);
  await expect(train('classifier', 3)).rejects.toThrow(/trainRun: data must be a path, got 3/);
  await expect(train('classifier', path('none.csv'))).rejects.toThrow(/none\.csv/);
  const told = (settings: object) => train('classifier', path('mails.csv'), { settings });
  await expect(told({ epoch: 3 })).rejects.toThrow(/trainRun: settings: unknown option 'epoch'; did you mean 'epochs'/);
  await expect(told({ epochs: 0 })).rejects.toThrow(/trainRun: settings: epochs must be an integer of at least 1/);
  await expect(train('classifier', 'x', { ouput: 'x' })).rejects.toThrow(/did you mean 'output'/);
  await expect(train('classifier', 'x', { signal: 3 })).rejects.toThrow(/signal must be an AbortSignal/);
  const open = openRun as (...args: unknown[]) => ReturnType<typeof openRun>;
  await expect(open(path('none'))).rejects.toThrow(/none is not there/);
  await expect(open(3)).rejects.toThrow(/openRun: folder must be a path/);
  const run = await open(path('mails'));
  const predict = (...args: unknown[]) => run.predict(...(args as [[]]));
  expect(() => predict([3])).toThrow(/TrainedRun.predict: inputs\[0\] must be a text, got 3/);
  expect(() => predict('x')).toThrow(/inputs must be an array/);
  expect(() => predict(['x'], { topK: 0 })).toThrow(/topK must be an integer of at least 1, got 0/);
  expect(() => predict(['x'], { threshold: 2 })).toThrow(/threshold must be a number from 0 to 1, got 2/);
  const language = await open(path('text'));
  expect(() => language.generate('the', { length: 0 })).toThrow(/length must be a positive integer, got 0/);
  expect(() => [...language.generate('qqqq')]).toThrow(/knows none of its words: qqqq/);
});
