import { describe, expect, test } from 'vitest';
import { Generator, type Metric, metrics, rand, tensor, zeros } from '../../lib/index.js';
import { readFixture } from '../torch/read.js';

interface Averages {
  micro: number;
  macro: number;
  weighted: number;
}

interface Counts {
  accuracy: number;
  precision: Averages;
  recall: Averages;
  f1: Averages;
}

interface ClassCase extends Counts {
  scores: number[][];
  truth: number[];
  perClassF1: number[];
  ndcg: number;
  ndcg3: number;
  mrr: number;
  top3?: number;
  rocAuc?: number;
}

interface LabelCase extends Counts {
  scores: number[][];
  truth: number[][];
  gains: number[][];
  rocAuc: number;
  ndcg: number;
  ndcg4: number;
  recall4: number;
  mrr: number;
}

const fixture = readFixture<{
  classes: ClassCase[];
  binary: { scores: number[]; truth: number[]; [metric: string]: number | number[] }[];
  labels: LabelCase[];
}>('metrics');

/** The value of a metric over rows that come in batches of uneven sizes, with its state stored and read in between. */
function measure(
  metric: Metric,
  scores: readonly unknown[],
  truth: readonly unknown[],
  dtype: 'int32' | 'float32',
): number {
  metric.reset();
  for (let start = 0, size = 1; start < scores.length; start += size, size += 3) {
    const output = tensor(scores.slice(start, start + size) as number[]);
    const target = tensor(truth.slice(start, start + size) as number[], { dtype });
    metric.update({ output, target, loss: 0, weight: 1 });
    const stored = metric.stateDict?.();
    metric.reset();
    metric.loadStateDict?.(stored);
  }
  return metric.compute();
}

const countMetrics = { precision: metrics.Precision, recall: metrics.Recall, f1: metrics.F1 } as const;
const averageNames = ['micro', 'macro', 'weighted'] as const;

describe('metrics give what scikit-learn gives', () => {
  test.each(fixture.classes.map((c, i) => [i, c] as const))('of classes, case %i', (_, c) => {
    const of = (metric: Metric) => measure(metric, c.scores, c.truth, 'int32');
    expect(of(new metrics.Accuracy())).toBeCloseTo(c.accuracy, 12);
    for (const [name, Metric] of Object.entries(countMetrics)) {
      for (const average of averageNames) {
        expect(of(new Metric({ average })), `${name} ${average}`).toBeCloseTo(c[name as 'f1'][average], 12);
      }
    }
    for (const [label, value] of c.perClassF1.entries()) expect(of(new metrics.F1({ label }))).toBeCloseTo(value, 12);
    expect(of(new metrics.Ndcg())).toBeCloseTo(c.ndcg, 12);
    expect(of(new metrics.Ndcg({ k: 3 }))).toBeCloseTo(c.ndcg3, 12);
    expect(of(new metrics.Mrr())).toBeCloseTo(c.mrr, 12);
    if (c.top3 !== undefined) {
      expect(of(new metrics.Accuracy({ topK: 3 }))).toBeCloseTo(c.top3, 12);
      expect(of(new metrics.RecallAtK({ k: 3 }))).toBeCloseTo(c.top3, 12);
    }
    if (c.rocAuc !== undefined) expect(of(new metrics.RocAuc())).toBeCloseTo(c.rocAuc, 10);
  });

  test.each(fixture.binary)('of two classes by a probability', (c) => {
    const made = { accuracy: metrics.Accuracy, ...countMetrics, rocAuc: metrics.RocAuc };
    for (const [name, Metric] of Object.entries(made)) {
      expect(measure(new Metric(), c.scores, c.truth, 'int32'), name).toBeCloseTo(c[name] as number, 12);
      const column = c.scores.map((score) => [score]);
      expect(measure(new Metric(), column, c.truth, 'float32'), name).toBeCloseTo(c[name] as number, 12);
    }
  });

  test.each(fixture.labels)('of labels', (c) => {
    const of = (metric: Metric) => measure(metric, c.scores, c.truth, 'float32');
    expect(of(new metrics.Accuracy({ threshold: 0 }))).toBeCloseTo(c.accuracy, 12);
    for (const [name, Metric] of Object.entries(countMetrics)) {
      for (const average of averageNames) {
        const value = of(new Metric({ average, threshold: 0 }));
        expect(value, `${name} ${average}`).toBeCloseTo(c[name as 'f1'][average], 12);
      }
    }
    expect(of(new metrics.RocAuc())).toBeCloseTo(c.rocAuc, 12);
    const ranked = (metric: Metric) => measure(metric, c.scores, c.gains, 'float32');
    expect(ranked(new metrics.Ndcg())).toBeCloseTo(c.ndcg, 12);
    expect(ranked(new metrics.Ndcg({ k: 4 }))).toBeCloseTo(c.ndcg4, 12);
    expect(ranked(new metrics.RecallAtK({ k: 4 }))).toBeCloseTo(c.recall4, 12);
    expect(ranked(new metrics.Mrr())).toBeCloseTo(c.mrr, 12);
  });
});

describe('a metric', () => {
  const [c] = fixture.classes;

  test('leaves out what is to be ignored', () => {
    const ignored = [...c.truth, -100, -100];
    const scores = [...c.scores, c.scores[0], c.scores[1]];
    const all = {
      ...countMetrics,
      accuracy: metrics.Accuracy,
      ndcg: metrics.Ndcg,
      mrr: metrics.Mrr,
      auc: metrics.RocAuc,
    };
    for (const [name, Metric] of Object.entries(all)) {
      const plain = measure(new Metric(), c.scores, c.truth, 'int32');
      expect(measure(new Metric(), scores, ignored, 'int32'), name).toBe(plain);
    }
  });

  test('takes classes in dimension 1, as losses do, and in the last', () => {
    const scores = rand([4, 3, 5], { generator: new Generator(1) });
    const target = scores.argmax(1).add(1).remainder(3);
    const update = (output: unknown, wanted: unknown) => {
      const accuracy = new metrics.Accuracy({ topK: 2 });
      accuracy.update({ output, target: wanted, loss: 0, weight: 1 });
      return accuracy.compute();
    };
    const value = update(scores, target);
    expect(update(scores.permute(0, 2, 1), target)).toBe(value);
    expect(update(scores.permute(0, 2, 1).reshape(20, 3), target.reshape(20))).toBe(value);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
  });

  test('of a model that scores all items alike is not a good one', () => {
    const mrr = new metrics.Mrr();
    mrr.update({ output: zeros([4, 50]), target: tensor([10, 20, 30, 40], { dtype: 'int32' }), loss: 0, weight: 1 });
    expect(mrr.compute()).toBeLessThan(0.06);
    const auc = new metrics.RocAuc();
    auc.update({ output: zeros([4]), target: tensor([0, 1, 1, 0], { dtype: 'int32' }), loss: 0, weight: 1 });
    expect(auc.compute()).toBe(0.5);
    const broken = new metrics.RecallAtK({ k: 3 });
    const nan = tensor([[Number.NaN, Number.NaN, Number.NaN, Number.NaN]]);
    broken.update({ output: nan, target: tensor([0], { dtype: 'int32' }), loss: 0, weight: 1 });
    expect(broken.compute()).toBe(0);
  });

  test('of the loss alone is its exponential, weighted', () => {
    const perplexity = new metrics.Perplexity();
    for (const [loss, weight] of [
      [1, 3],
      [2, 1],
    ])
      perplexity.update({ output: 0, target: 0, loss, weight });
    expect(perplexity.compute()).toBeCloseTo(Math.exp(5 / 4), 12);
  });

  test.each([
    [
      'an unknown option',
      () => new metrics.F1({ averge: 'macro' } as never),
      /F1: unknown option 'averge'; did you mean/,
    ],
    [
      'an unknown average',
      () => new metrics.F1({ average: 'mean' as never }),
      /F1: average must be 'macro', 'micro' or/,
    ],
    ['no place', () => new metrics.RecallAtK({ k: 0 }), /RecallAtK: k must be an integer of at least 1, got 0/],
    [
      'shapes that do not fit',
      () => new metrics.Accuracy().update({ output: zeros([3, 4]), target: zeros([4, 3]), loss: 0, weight: 1 }),
      /Accuracy: output of shape \[3, 4\] and target of shape \[4, 3\] don't belong together/,
    ],
    [
      'a class that is not there',
      () =>
        new metrics.Precision().update({
          output: zeros([1, 4]),
          target: tensor([4], { dtype: 'int32' }),
          loss: 0,
          weight: 1,
        }),
      /Precision: target 4 is outside the 4 classes/,
    ],
  ])('with %s is refused', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
