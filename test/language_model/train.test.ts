import { beforeAll, describe, expect, test } from 'vitest';
import { manualSeed, noGrad, type Tensor, tensor, Vocabulary } from '../../lib/index.js';
import { TokenBatches } from '../../lib/language_model/batches.js';
import { planTraining } from '../../lib/language_model/budget.js';
import { buildVocabulary } from '../../lib/language_model/corpus.js';
import { evaluate, unigramPerplexity } from '../../lib/language_model/evaluate.js';
import { generate, sample } from '../../lib/language_model/generate.js';
import { countParameters, LanguageModel } from '../../lib/language_model/model.js';
import { runMetrics } from '../../lib/language_model/run_folder.js';
import { type TrainOptions, type TrainResult, trainLanguageModel } from '../../lib/language_model/train.js';
import { crossEntropy } from '../../lib/nn/functional.js';
import { nearestNeighbours, tellingWords } from '../../lib/vectors/neighbours.js';
import { grammarText } from './grammar_text.js';

const words = grammarText(3000, 1).split(' ');
const vocabulary = buildVocabulary(words);
const ids = vocabulary.encode(words);
const cut = Math.floor(ids.length * 0.9);
const layout = { startId: 2, batchSize: 4, sequenceLength: 16 };
const training = new TokenBatches(ids.subarray(0, cut), layout);
const validation = new TokenBatches(ids.subarray(cut), { ...layout, remainder: 'pad' });
const options: TrainOptions = { epochs: 3, optimizer: 'adam', lr: 0.01, maxGradNorm: 1 };

function makeModel(seed = 1, more: { layers?: number; dropout?: number } = {}): LanguageModel {
  manualSeed(seed);
  return new LanguageModel({ vocabularySize: vocabulary.size, embeddingDim: 12, hiddenDim: 16, ...more });
}

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

describe('evaluation', () => {
  test('is the mean cross entropy of every word, its state carried on', async () => {
    const model = makeModel(3, { dropout: 0.5 });
    const stream = ids.subarray(0, 50);
    const batches = new TokenBatches(stream, { startId: 2, batchSize: 1, sequenceLength: 7, remainder: 'pad' });
    const loss = await evaluate(model, batches);
    expect(model.training).toBe(true);
    model.eval();
    const input = tensor(Int32Array.of(2, ...stream.subarray(0, 49)), { shape: [50, 1] });
    const [logits] = model.forward(input);
    const whole = crossEntropy(logits.view(-1, vocabulary.size), tensor(stream));
    expect(loss).toBeCloseTo(whole.item(), 4);
  });

  test('can be stopped', async () => {
    expect(await evaluate(makeModel(), validation, () => true)).toBeNull();
  });

  test('the unigram baseline, by hand', () => {
    // Counts of 0, 1, 2 with one added: 1, 3, 2 of 6.
    const perplexity = unigramPerplexity(Int32Array.of(1, 2, 1), Int32Array.of(0, 1), 3);
    expect(perplexity).toBeCloseTo(Math.sqrt(6 * 2), 12);
  });
});

describe('generation', () => {
  test('takes the likeliest word each time at temperature 0', () => {
    const model = makeModel();
    const made = generate(model, { prompt: [2, 5], length: 6, temperature: 0, excluded: [], random: () => 0.5 });
    model.eval();
    const expected = [2, 5];
    for (let i = 0; i < 6; i++) {
      const [logits] = model.forward(tensor(Int32Array.from(expected), { shape: [expected.length, 1] }));
      const last = [...logits.select(0, -1).select(0, 0).detach().contiguous().data];
      expected.push(last.indexOf(Math.max(...last)));
    }
    expect(made).toEqual(expected.slice(2));
  });

  test('never gives what is excluded', () => {
    const excluded = [0, 1, 3];
    let k = 0;
    const random = () => (k = (k + 0.618034) % 1);
    const made = generate(makeModel(), { prompt: [2], length: 200, temperature: 5, excluded, random });
    expect(made).toHaveLength(200);
    expect(made.filter((id) => excluded.includes(id))).toEqual([]);
    expect(new Set(made).size).toBeGreaterThan(5);
  });

  test('draws by the probabilities that the temperature gives', () => {
    const logits = Float64Array.of(Math.log(1), Math.log(2), Number.NEGATIVE_INFINITY, Math.log(5));
    const counts = (temperature: number) => {
      const drawn = [0, 0, 0, 0];
      for (let i = 0; i < 800; i++) drawn[sample(logits, temperature, () => (i + 0.5) / 800)]++;
      return drawn;
    };
    expect(counts(1)).toEqual([100, 200, 0, 500]);
    expect(counts(0)).toEqual([0, 0, 0, 800]);
    const [a, b, none, c] = counts(0.5);
    expect([none, Math.round(b / a), Math.round(c / a)]).toEqual([0, 4, 25]);
  });
});

describe('neighbours', () => {
  const small = Vocabulary.fromTokens(['up', 'up', 'upward', 'down', 'side'], { specials: ['<unk>'] });
  const table: Tensor = tensor([
    [0, 9],
    [0, 1],
    [0.1, 5],
    [0, -2],
    [3, 0],
  ]);

  test('are those in the same direction, whatever their length', () => {
    const near = nearestNeighbours(table, small, 'up', 3);
    expect(near.map(({ word }) => word)).toEqual(['upward', 'side', 'down']);
    expect(near[0].similarity).toBeCloseTo(5 / Math.hypot(0.1, 5), 5);
    expect(near[1].similarity).toBeCloseTo(0, 6);
    expect(near[2].similarity).toBeCloseTo(-1, 6);
    expect(nearestNeighbours(table, small, 'up', 1)).toHaveLength(1);
  });

  test('of words that tell something', () => {
    const counts: [string, number][] = Array.from({ length: 400 }, (_, i) => [
      `w${'abcdefghij'[i % 10]}rd${i}`,
      1000 - i,
    ]);
    const letters = counts.map(
      ([word, n]) => [word.replace(/\d/g, (d) => 'klmnopqrst'[Number(d)]), n] as [string, number],
    );
    const telling = tellingWords(
      Vocabulary.fromCounts([...letters, ['it', 5000], ['3.5', 4000]], { specials: ['<unk>'] }),
      8,
    );
    expect(telling).toHaveLength(8);
    expect(new Set(telling).size).toBe(8);
    expect(telling).not.toContain('it');
    expect(tellingWords(small, 8)).toEqual(['upward', 'down', 'side']);
    expect(tellingWords(Vocabulary.fromTokens(['a']), 8)).toEqual([]);
  });
});

test('passes and batches suit the length of the text', () => {
  expect(planTraining(1_097_087)).toEqual({ epochs: 2, batchSize: 32 });
  expect(planTraining(100_000)).toEqual({ epochs: 20, batchSize: 4 });
  expect(planTraining(300_000)).toEqual({ epochs: 7, batchSize: 16 });
  expect(planTraining(200)).toEqual({ epochs: 20, batchSize: 4 });
  expect(planTraining(50_000_000)).toEqual({ epochs: 1, batchSize: 32 });
});
