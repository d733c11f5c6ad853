import { describe, expect, it } from 'vitest';
import {
  autograd,
  manualSeed,
  nn,
  optim,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;

function int32(values: number[], shape = [values.length]): Tensor {
  return tensor(Int32Array.from(values), { shape });
}

describe('sampled losses', () => {
  const target = int32([2, 0, 4]);

  for (const reduction of ['none', 'mean', 'sum'] as const) {
    it(`have the gradients that differences give, reduction ${reduction}`, () => {
      const [x, table, bias] = [randn([3, 4], double), randn([5, 4], double), randn([5], double)];
      const negatives = int32([0, 1, 2, 0, 4, 3], [3, 2]);
      const skipGram = (a: Tensor, w: Tensor) => F.negativeSamplingLoss(a, w, target, negatives, { reduction });
      expect(autograd.gradcheck(skipGram, [x, table])).toBe(true);
      const options = { sampled: int32([0, 3, 1]), logExpectedCount: (i: number) => -i / 2, reduction };
      const sampled = (a: Tensor, w: Tensor, b: Tensor) => F.sampledSoftmaxLoss(a, w, target, { ...options, bias: b });
      expect(autograd.gradcheck(sampled, [x, table, bias])).toBe(true);
      const adaptive = new nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2, 4], { divValue: 2, dtype: 'float64' });
      expect(autograd.gradcheck((a) => Object.values(adaptive.forward(a, target)), [x])).toBe(true);
    });
  }

  it('are the full cross entropy when every class is sampled once', () => {
    const [x, output] = [randn([3, 4]), new nn.Linear(4, 5)];
    const everyClass = { numClasses: 5, sample: () => int32([0, 1, 2, 3, 4]), logProbability: () => -Math.log(5) };
    const loss = new nn.SampledSoftmaxLoss(everyClass, { numSampled: 5 });
    const full = F.crossEntropy(output.forward(x), target).item();
    expect(loss.forward(x, output, target).item()).toBeCloseTo(full, 5);
  });

  it('train word vectors, with row-sparse gradients', () => {
    manualSeed(5);
    const [centres, contexts] = [0, 1].map(() => new nn.Embedding(6, 8, { sparse: true }));
    const loss = new nn.NegativeSamplingLoss(nn.ClassSampler.unigram([9, 5, 5, 3, 2, 1]), { numNegatives: 3 });
    const optimizer = new optim.SparseAdam([centres.weight, contexts.weight], { lr: 0.05 });
    const [words, neighbours] = [int32([0, 1, 2, 3, 4, 5]), int32([1, 0, 3, 2, 5, 4])];
    const losses: number[] = [];
    for (let step = 0; step < 80; step++) {
      optimizer.zeroGrad();
      const value = loss.forward(centres.forward(words), contexts, neighbours);
      value.backward();
      expect(contexts.weight.grad?.isSparse).toBe(true);
      optimizer.step();
      losses.push(value.item());
    }
    const average = (part: number[]) => part.reduce((a, b) => a + b) / part.length;
    expect(average(losses.slice(-10))).toBeLessThan(average(losses.slice(0, 10)) / 4);
    const scores = centres.forward(words).matmul(contexts.weight.transpose(0, 1));
    expect(scores.argmax(1).tolist()).toEqual([1, 0, 3, 2, 5, 4]);
  });

  it('refuse classes and shapes that do not fit', () => {
    const [x, table] = [randn([3, 4]), randn([5, 4])];
    expect(() => F.negativeSamplingLoss(x, table, [0, 5, 1], [[0], [0], [0]])).toThrow(/target 5 at position 1/);
    expect(() => F.negativeSamplingLoss(x, table, [0, 1, 1], [[0], [-1], [0]])).toThrow(/negatives -1 at position 1/);
    expect(() => F.negativeSamplingLoss(x, table, [0, 1, 1], [0, 1, 2])).toThrow(/negatives must have shape \[3, K\]/);
    expect(() => F.negativeSamplingLoss(x, randn([5, 3]), [0, 1, 1], [[0], [0], [0]])).toThrow(ShapeError);
    const loss = new nn.NegativeSamplingLoss(nn.ClassSampler.uniform(4));
    expect(() => loss.forward(x, table, [0, 1, 1])).toThrow(/table has 5 rows, but the sampler 4 classes/);
    expect(() => new nn.NegativeSamplingLoss([1, 2] as never)).toThrow(/sampler must be a ClassSampler/);
    expect(() => new nn.SampledSoftmaxLoss(nn.ClassSampler.uniform(4), { numSampled: 0 })).toThrow(ValueError);
    const options = { sampled: int32([0, 9]), logExpectedCount: () => 0 };
    expect(() => F.sampledSoftmaxLoss(x, table, [0, 1, 1], options)).toThrow(/sampled 9 at position 1/);
  });

  it('adaptive: refuses cutoffs, shapes and targets that do not fit', () => {
    const make = (cutoffs: number[]) => () => new nn.AdaptiveLogSoftmaxWithLoss(4, 10, cutoffs);
    for (const cutoffs of [[], [3, 3], [5, 2], [0, 4], [10], [2.5]]) expect(make(cutoffs)).toThrow(/cutoffs/);
    const module = make([3, 6])();
    expect(() => module.forward(randn([2, 4]), [1, 10])).toThrow(/target 10 at position 1 is none of the 10 classes/);
    expect(() => module.forward(randn([3, 4]), [1, 2])).toThrow(/input must have shape \[2, 4\]/);
    expect(() => module.forward(randn([2, 5]), [1, 2])).toThrow(ShapeError);
    expect(() => module.logProb(randn([5]))).toThrow(/input must have shape \[N, 4\]/);
    const total = module
      .logProb(randn([3, 4]))
      .exp()
      .sum(1)
      .tolist() as number[];
    for (const sum of total) expect(sum).toBeCloseTo(1, 5);
  });
});
