import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type AutotuneTrial, FastTextClassifier, KeyedVectors, tensor } from '../../lib/index.js';

interface Answers {
  texts: string[];
  models: {
    [name: string]: {
      sentences: number[][];
      predictions?: string[][];
      atLeast: string[][];
      test1: string[];
      test2: string[];
    };
  };
}

const fixtures = new URL('fixtures/fasttext/', import.meta.url).pathname;
const answers = JSON.parse(readFileSync(join(fixtures, 'answers.json'), 'utf8')) as Answers;
const models = Object.keys(answers.models).filter((name) => answers.models[name].predictions !== undefined);
const lines = (name: string) => readFileSync(join(fixtures, name), 'utf8').trimEnd().split('\n');
const folder = mkdtempSync(join(tmpdir(), 'lutra-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hasFastText = spawnSync('fasttext', [], { stdio: 'ignore' }).error === undefined;
const small = { vectorSize: 10, bucket: 5000, epochs: 15, alpha: 0.5 } as const;

/** fastText looks σ up in a table with steps of 1/32: it is off by up to a quarter of that. */
const ofTable = 1 / 128;

/** Labels and probabilities as fastText prints them: in pairs, 0.00001 more than they are. */
function expectPrinted(found: { label: string; probability: number }[], printed: string[], loss?: string): void {
  const tolerance = loss === 'ns' || loss === 'ova' ? ofTable : 2e-4;
  expect(found).toHaveLength(printed.length / 2);
  for (const [k, { label, probability }] of found.entries()) {
    const place = printed.indexOf(`__label__${label}`);
    expect(place, label).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Number(printed[place + 1]) - probability)).toBeLessThan(tolerance);
    // Equal ones may come in another order.
    if (place !== 2 * k) {
      expect(Math.abs(Number(printed[place + 1]) - Number(printed[2 * k + 1]))).toBeLessThan(tolerance);
    }
  }
}

describe('classifiers that fasttext trained', () => {
  it.each(models)('%s: finds the labels that fastText finds', async (name) => {
    const model = await FastTextClassifier.load(join(fixtures, name));
    const { predictions, atLeast, sentences } = answers.models[name];
    for (const [k, text] of answers.texts.entries()) {
      expectPrinted(model.predict(text, { k: 3 }), predictions![k], model.options.loss);
      expectPrinted(
        model.predict(text.split(' ').filter(Boolean), { k: null, threshold: 0.4 }),
        atLeast[k],
        model.options.loss,
      );
      const vector = model.sentenceVector(text);
      for (const [j, x] of sentences[k].entries())
        expect(Math.abs(vector[j] - x)).toBeLessThan(1e-4 * Math.abs(x) + 1e-7);
    }
    for (const [k, found] of model.predictAll(answers.texts).entries()) {
      const [alone] = model.predict(answers.texts[k]);
      expect(found[0]?.label).toBe(alone?.label);
      if (alone !== undefined) expect(found[0].probability).toBeCloseTo(alone.probability, 5);
    }
  });

  it.each(models)('%s: measures what fastText measures', async (name) => {
    const model = await FastTextClassifier.load(join(fixtures, name));
    const examples = lines(name === 'many.ftz' ? 'many.txt' : 'valid.txt');
    for (const k of [1, 2] as const) {
      const [count, precision, recall] = answers.models[name][`test${k}`].map(Number);
      const result = await model.test(examples, { k });
      expect(result.examples).toBe(count);
      expect(result.precision).toBeCloseTo(precision, 2);
      expect(result.recall).toBeCloseTo(recall, 2);
    }
  });

  it('says how well each label is found', async () => {
    const model = await FastTextClassifier.load(join(fixtures, 'softmax.bin'));
    const result = await model.test(lines('valid.txt'));
    expect(Object.keys(result.labels).sort()).toEqual(['city', 'sea', 'wood']);
    const all = Object.values(result.labels);
    for (const count of ['gold', 'predicted', 'correct'] as const) {
      expect(all.reduce((sum, label) => sum + label[count], 0)).toBe(result[count]);
    }
    for (const { precision, recall, f1, correct, gold, predicted } of all) {
      expect(precision).toBe(correct / predicted);
      expect(recall).toBe(correct / gold);
      expect(f1).toBeCloseTo((2 * precision! * recall!) / (precision! + recall!), 10);
    }
    const nothing = await model.test(['__label__sea ', '__label__unheard ship', 'no label'], { threshold: 1 });
    expect(nothing).toMatchObject({ examples: 1, skipped: 2, precision: null, recall: 0 });
  });
});

describe('FastTextClassifier', () => {
  it.each([
    ['softmax', {}],
    ['softmax, n-grams of words', { wordNgrams: 3 }],
    ['softmax, n-grams of characters', { minN: 2, maxN: 4 }],
    ['negative sampling', { loss: 'ns' }],
    ['hierarchical softmax', { loss: 'hs' }],
    ['one against all', { loss: 'ova', wordNgrams: 2 }],
  ] as const)('learns, is saved and comes back: %s', async (_, options) => {
    const losses: number[] = [];
    const model = await FastTextClassifier.train(lines('train.txt'), {
      ...small,
      ...options,
      onEpoch: ({ loss }) => losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    const result = await model.test(lines('valid.txt'));
    expect(result.precision).toBeGreaterThan(0.9);
    const path = join(folder, 'model.bin');
    model.save(path);
    const again = await FastTextClassifier.load(path);
    expect(again.labels).toEqual(model.labels);
    expect(await again.test(lines('valid.txt'))).toEqual(result);
    expect(again.options).toMatchObject(options);
    if (hasFastText) {
      const { stdout } = spawnSync('fasttext', ['predict-prob', path, '-', '2'], {
        input: `${answers.texts.slice(0, 3).join('\n')}\n`,
        encoding: 'utf8',
      });
      for (const [k, line] of stdout.trimEnd().split('\n').entries()) {
        expectPrinted(model.predict(answers.texts[k], { k: 2 }), line.split(' '), model.options.loss);
      }
      const test = spawnSync('fasttext', ['test', path, join(fixtures, 'valid.txt')], { encoding: 'utf8' }).stdout;
      expect(Number(/P@1\t(\S+)/.exec(test)?.[1])).toBeCloseTo(result.precision!, 2);
    }
  });

  it('learns as well as fastText, by the loss and on texts that it has not seen', async () => {
    const ours = await FastTextClassifier.train(lines('train.txt'), {
      ...{ vectorSize: 6, bucket: 300, wordNgrams: 2, epochs: 20, alpha: 0.5 },
      deterministic: true,
    });
    const theirs = await FastTextClassifier.load(join(fixtures, 'softmax.bin'));
    const [a, b] = [await ours.test(lines('valid.txt')), await theirs.test(lines('valid.txt'))];
    expect(a.precision).toBeGreaterThanOrEqual(b.precision! - 0.02);
  });

  it('takes texts and labels apart, and lists of tokens', async () => {
    const apart = lines('train.txt').map((line) => {
      const tokens = line.split(' ');
      const labels = tokens.filter((token) => token.startsWith('__label__'));
      return { text: tokens.slice(labels.length), labels: labels.map((label) => label.slice(9)) };
    });
    async function* later() {
      for (const { text, labels } of apart)
        yield { text: text.join('\t'), labels: labels.length === 1 ? labels[0] : labels };
    }
    const options = { ...small, epochs: 2, deterministic: true };
    const [a, b] = [await FastTextClassifier.train(apart, options), await FastTextClassifier.train(later(), options)];
    const c = await FastTextClassifier.train(lines('train.txt'), options);
    for (const other of [b, c]) {
      expect(other.labels).toEqual(a.labels);
      expect(other.labelCounts).toEqual(a.labelCounts);
      expect(other.sentenceVector('the ship')).toEqual(a.sentenceVector('the ship'));
    }
    expect(c.words).toEqual(a.words);
  });

  it('begins with vectors that are given', async () => {
    const vectors = new KeyedVectors(
      ['ship', 'zebra'],
      tensor([
        [1, 2],
        [30, -30],
      ]),
    );
    const model = await FastTextClassifier.train(lines('train.txt'), {
      ...{ vectorSize: 2, pretrainedVectors: vectors, epochs: 1, alpha: 0 },
    });
    const words = await model.wordVectors();
    expect([...words.vector('zebra')]).toEqual([30, -30]);
    expect([...words.vector('ship')]).toEqual([1, 2]);
  });

  it('is quantised to a fraction, and finds nearly the same', async () => {
    const train = Array.from({ length: 6 }, (_, k) => lines('train.txt').map((line) => `${line} extra${k}`)).flat();
    const model = await FastTextClassifier.train(train, { ...small, vectorSize: 16, wordNgrams: 3 });
    const before = await model.test(lines('valid.txt'));
    const path = join(folder, 'whole.bin');
    model.save(path);
    for (const options of [
      {},
      { qnorm: true, dsub: 3 },
      { cutoff: 300, qnorm: true, retrain: true, examples: train },
    ]) {
      const quantized = await model.quantize(options);
      expect(quantized.quantized).toBe(true);
      const file = join(folder, 'small.ftz');
      quantized.save(file);
      expect(statSync(file).size).toBeLessThan(statSync(path).size / 3);
      const after = await quantized.test(lines('valid.txt'));
      expect(after.precision).toBeGreaterThan(before.precision! - 0.05);
      const again = await FastTextClassifier.load(file);
      expect(await again.test(lines('valid.txt'))).toEqual(after);
      if (hasFastText) {
        const { stdout } = spawnSync('fasttext', ['test', file, join(fixtures, 'valid.txt')], { encoding: 'utf8' });
        expect(Number(/P@1\t(\S+)/.exec(stdout)?.[1])).toBeCloseTo(after.precision!, 2);
      }
      await expect(quantized.quantize()).rejects.toThrow('the model is quantised already');
    }
    await expect(model.quantize({ qout: true })).rejects.toThrow(
      'at least 256 rows to be quantised, that of labels has 3',
    );
    await expect(model.quantize({ retrain: true })).rejects.toThrow('retrain needs examples');
  });

  it('searches for options within its time, and keeps to those that are given', { timeout: 120_000 }, async () => {
    const trials: AutotuneTrial[] = [];
    const began = performance.now();
    const model = await FastTextClassifier.autotune(lines('train.txt'), {
      validation: lines('valid.txt'),
      ...{ duration: 3, vectorSize: 8, bucket: 2000, loss: 'softmax' },
      onTrial: (trial) => trials.push(trial),
    });
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(trials.length).toBeGreaterThan(1);
    for (const { options } of trials) expect(options).toMatchObject({ vectorSize: 8, bucket: 2000 });
    expect(trials.at(-1)!.best).toBeGreaterThan(trials[0].score! - 1e-9);
    expect((await model.test(lines('valid.txt'))).f1).toBeGreaterThan(0.8);
    const refused: [object, string][] = [
      [{}, 'validation must be given'],
      [{ validation: lines('valid.txt'), metric: 'accuracy' }, "metric must be 'f1'"],
      [{ validation: lines('valid.txt'), metric: 'f1:nolabel', duration: 1 }, "no example has the label 'nolabel'"],
      [{ validation: lines('valid.txt'), duration: 0 }, 'duration must be a number of seconds above 0'],
    ];
    for (const [options, message] of refused) {
      await expect(FastTextClassifier.autotune(lines('train.txt'), options as never)).rejects.toThrow(message);
    }
    const sized = await FastTextClassifier.autotune(lines('train.txt'), {
      validation: lines('valid.txt'),
      ...{ metric: 'precisionAtRecall:50:sea', duration: 0.1, modelSize: 16_000, vectorSize: 8, wordNgrams: 2 },
    });
    const file = join(folder, 'sized.ftz');
    sized.save(file);
    expect(statSync(file).size).toBeLessThanOrEqual(16_000);
  });

  it('lets the event loop have its turn, and stops when it is told to', async () => {
    const stop = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) stop.abort(new Error('enough'));
    }, 1);
    const training = FastTextClassifier.train(lines('train.txt'), { ...small, epochs: 100_000, signal: stop.signal });
    await expect(training).rejects.toThrow('enough');
    clearInterval(timer);
  });

  it('refuses what makes no sense, and names it', async () => {
    const train = lines('train.txt');
    const refused: [unknown, object, string][] = [
      ['a text', {}, 'examples must be a list of lines'],
      [5, {}, 'examples must be a list of lines'],
      [[], {}, 'there are no examples'],
      [['no label here'], {}, "none of 1 examples has a label; they begin with '__label__'"],
      [[{ text: 'a', label: 'b' }], {}, "an example must be a line or { text, labels }, got an object with 'label'"],
      [[{ text: 'a', labels: 'two words' }], {}, 'a label must be a string without white space'],
      [[['a', 'b']], {}, 'example 0 must be a line'],
      [train, { minCountLabel: 1e6 }, 'no label is left of 3'],
      [train, { minCount: 1e6 }, 'no word is left of'],
      [train, { wordngrams: 2 }, "unknown option 'wordngrams'; did you mean 'wordNgrams'?"],
      [train, { loss: 'hinge' }, "loss must be 'softmax', 'ns', 'hs' or 'ova', got \"hinge\""],
      [train, { minN: 4, maxN: 2 }, 'minN must be from 1 to maxN, 2, got 4'],
      [train, { pretrainedVectors: 'file.vec' }, 'pretrainedVectors must be KeyedVectors'],
      [train, { labelPrefix: 'a b' }, 'labelPrefix must be a string without white space'],
      [train, { signal: 1 }, 'signal must be an AbortSignal, got 1'],
    ];
    for (const [examples, options, message] of refused) {
      await expect(FastTextClassifier.train(examples as string[], options)).rejects.toThrow(message);
    }
    const model = await FastTextClassifier.load(join(fixtures, 'softmax.bin'));
    expect(() => model.predict('a', { k: 0 })).toThrow('k must be a whole number of at least 1, got 0');
    expect(() => model.predict('a', { threshold: 2 })).toThrow('threshold must be from 0 to 1, got 2');
    expect(() => model.predict(5 as unknown as string)).toThrow('a text must be a string or an array of tokens, got 5');
    await expect(FastTextClassifier.load(join(fixtures, 'cbow.bin'))).rejects.toThrow('holds word vectors');
  });
});
