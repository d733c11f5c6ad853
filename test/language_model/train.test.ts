import { beforeAll, describe, expect, test } from 'vitest';
import { noGrad } from '../../lib/index.js';
import { TokenBatches } from '../../lib/language_model/batches.js';
import { evaluate, unigramPerplexity } from '../../lib/language_model/evaluate.js';
import { countParameters, type LanguageModel } from '../../lib/language_model/model.js';
import { runMetrics } from '../../lib/language_model/run_folder.js';
import { type TrainOptions, type TrainResult, trainLanguageModel } from '../../lib/language_model/train.js';
import { cut, ids, layout, makeModel, training, validation, vocabulary } from './small_language.js';

const options: TrainOptions = { epochs: 3, optimizer: 'adam', lr: 0.01, maxGradNorm: 1 };

function weightsOf(model: LanguageModel): number[][] {
  return model.parameters().map((parameter) => [...parameter.detach().data]);
}

describe('a training', () => {
  let model: LanguageModel;
  let result: TrainResult;
  const losses: number[] = [];
  beforeAll(async () => {
    model = makeModel();
    result = await trainLanguageModel(model, training, validation, options, {
      onStep: ({ loss }) => losses.push(loss),
    });
  });

  test('lowers the loss, and the validation perplexity far below the unigram baseline', () => {
    expect(losses).toHaveLength(3 * training.length);
    expect(losses.at(-1)!).toBeLessThan(0.6 * losses[0]);
    const [first, , last] = result.epochs;
    expect(last.trainLoss).toBeLessThan(first.trainLoss);
    const unigram = unigramPerplexity(ids.subarray(0, cut), ids.subarray(cut), vocabulary.size);
    expect(last.validationPerplexity).toBeLessThan(unigram / 2);
  });

  test('starts at the loss of guessing', () => {
    expect(losses[0]).toBeGreaterThan(0.8 * Math.log(vocabulary.size));
    expect(losses[0]).toBeLessThan(1.2 * Math.log(vocabulary.size));
  });

  test('gives the same numbers from the same seed, others from another', async () => {
    const again = makeModel();
    const repeated = await trainLanguageModel(again, training, validation, options);
    expect(weightsOf(again)).toEqual(weightsOf(model));
    expect(repeated.epochs.map((e) => e.validationLoss)).toEqual(result.epochs.map((e) => e.validationLoss));
    const other = await trainLanguageModel(makeModel(2), training, validation, options);
    expect(other.epochs[0].validationLoss).not.toBe(result.epochs[0].validationLoss);
  });

  test('with dropout and two layers is repeatable too', async () => {
    const run = async () => {
      const deep = makeModel(1, { layers: 2, dropout: 0.2 });
      return [await trainLanguageModel(deep, training, validation, { ...options, epochs: 1 }), deep] as const;
    };
    const [[one, a], [other, b]] = [await run(), await run()];
    expect(weightsOf(a)).toEqual(weightsOf(b));
    expect(one.epochs[0].validationLoss).toBe(other.epochs[0].validationLoss);
    expect(a.training).toBe(true);
  });

  test('by SGD learns as well', async () => {
    const sgd = await trainLanguageModel(makeModel(), training, validation, { ...options, optimizer: 'sgd', lr: 2 });
    expect(sgd.epochs[2].trainLoss).toBeLessThan(0.9 * sgd.epochs[0].trainLoss);
  });

  test('reports how far it is', async () => {
    const seen: number[][] = [];
    await trainLanguageModel(
      makeModel(),
      training,
      validation,
      { ...options, epochs: 2 },
      {
        onStep: (p) => seen.push([p.epoch, p.epochs, p.epochTokens, p.epochTokensTotal]),
      },
    );
    expect(seen[0]).toEqual([1, 2, 64, training.tokens]);
    expect(seen.at(-1)).toEqual([2, 2, training.tokens, training.tokens]);
  });

  test('stops where it is told to, with the weights of that moment', async () => {
    let steps = 0;
    const stopped = makeModel();
    const part = await trainLanguageModel(stopped, training, validation, options, { isStopped: () => ++steps === 5 });
    expect(part).toMatchObject({ interrupted: true, best: null, epochs: [] });
    expect(part.trainLoss).toBeGreaterThan(0);
    expect(weightsOf(stopped)).not.toEqual(weightsOf(makeModel()));
  });

  test('keeps the weights of the best pass, and stops when no pass is better', async () => {
    // Words without any order can be learnt by heart, which helps with no others.
    let draw = 1;
    const noise = Int32Array.from({ length: 600 }, () => {
      draw = (Math.imul(draw, 1664525) + 1013904223) >>> 0;
      return 3 + Math.floor((draw / 2 ** 32) * 25);
    });
    const learnt = new TokenBatches(noise.subarray(0, 300), layout);
    const others = new TokenBatches(noise.subarray(300), layout);
    const model = makeModel();
    const long = { ...options, epochs: 100, lr: 0.05, patience: 2 };
    const { epochs, best } = await trainLanguageModel(model, learnt, others, long);
    const lowest = Math.min(...epochs.map((e) => e.validationLoss));
    expect(best!.validationLoss).toBe(lowest);
    expect(epochs).toHaveLength(best!.epoch + 2);
    expect(epochs.length).toBeLessThan(100);
    expect(await evaluate(model, others)).toBe(lowest);
  });

  test('says so when the loss is no number', async () => {
    const broken = makeModel();
    noGrad(() => broken.linear.bias!.data.fill(Number.NaN));
    await expect(trainLanguageModel(broken, training, validation, options)).rejects.toThrow(
      /the loss became NaN at step 1; lower the learning rate \(0.01\)/,
    );
  });

  test('is told by its metrics', () => {
    const metrics = runMetrics(result, { seed: 7, unigramPerplexity: 20, parameters: countParameters(model) });
    expect(metrics).toMatchObject({
      seed: 7,
      epochs: 3,
      trainLoss: result.best!.trainLoss,
      validationPerplexity: result.best!.validationPerplexity,
      unigramPerplexity: 20,
      interrupted: false,
      bestEpoch: result.best!.epoch,
    });
    for (const key of ['tokensPerSecond', 'seconds', 'parameters'] as const) expect(metrics[key]).toBeGreaterThan(0);
    const { size } = vocabulary;
    expect(metrics.parameters).toBe(size * 12 + 4 * 16 * (12 + 16 + 2) + size * 16 + size);
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
  });
});
