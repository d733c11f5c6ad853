import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  DataLoader,
  OptionError,
  ShapeError,
  SubsetRandomSampler,
  tensor,
  ValueError,
  WeightedRandomSampler,
} from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { generatorOf } from './seeded.js';

interface Case {
  seed: number;
  own: boolean;
  epochs: number[][];
}

interface WeightedCase extends Case {
  weights: number[];
  num_samples: number;
  replacement: boolean;
}

const fixture = readFixture<{ weighted: WeightedCase[]; subsets: (Case & { indices: number[] })[] }>('data_loader');

describe('WeightedRandomSampler', () => {
  test.each(fixture.weighted)(
    'draws what PyTorch draws: $num_samples of $weights, replacement $replacement, own $own',
    (c) => {
      const generator = generatorOf(c);
      const sampler = new WeightedRandomSampler(c.weights, c.num_samples, { replacement: c.replacement, generator });
      for (const expected of c.epochs) expect([...sampler]).toEqual(expected);
      expect(sampler.length).toBe(c.num_samples);
    },
  );

  test('takes lists, typed arrays and tensors, and keeps what they were', () => {
    const weights = Float32Array.of(0, 1, 0);
    for (const given of [[0, 1, 0], weights, tensor([0, 1, 0]), tensor(Int32Array.of(0, 2, 0))]) {
      const sampler = new WeightedRandomSampler(given, 3);
      weights[0] = 9;
      expect([...sampler]).toEqual([1, 1, 1]);
      weights[0] = 0;
    }
  });

  test('serves a loader', () => {
    const sampler = new WeightedRandomSampler([0, 0, 1], 3);
    expect([...new DataLoader([5, 6, 7], { sampler, batchSize: 2 })].map((batch) => batch.tolist())).toEqual([
      [7, 7],
      [7],
    ]);
  });

  test.each([
    [
      'no list',
      () => new WeightedRandomSampler(3 as never, 1),
      ArgumentError,
      /weights must be a list of numbers, got 3/,
    ],
    ['a matrix', () => new WeightedRandomSampler(tensor([[1]]), 1), ShapeError, /one dimension, got shape \[1, 1\]/],
    [
      'a negative weight',
      () => new WeightedRandomSampler([1, -1], 1),
      ValueError,
      /weights\[1\] must be a finite number/,
    ],
    ['a NaN', () => new WeightedRandomSampler([Number.NaN], 1), ValueError, /weights\[0\].*got NaN/],
    ['words', () => new WeightedRandomSampler(['1'] as never, 1), ValueError, /weights\[0\].*got "1"/],
    ['no weights', () => new WeightedRandomSampler([], 1), ValueError, /none of the 0 weights is above 0/],
    ['weights of 0', () => new WeightedRandomSampler([0, 0], 1), ValueError, /none of the 2 weights is above 0/],
    ['no samples', () => new WeightedRandomSampler([1], 0), ValueError, /numSamples must be an integer of at least 1/],
    ['a word for a number', () => new WeightedRandomSampler([1], '1' as never), ArgumentError, /numSamples/],
    [
      'more samples than there are',
      () => new WeightedRandomSampler([1, 0, 1], 3, { replacement: false }),
      ValueError,
      /3 samples need as many weights above 0, got 2/,
    ],
    [
      'replacement 1',
      () => new WeightedRandomSampler([1], 1, { replacement: 1 as never }),
      ArgumentError,
      /replacement/,
    ],
    ['a seed', () => new WeightedRandomSampler([1], 1, { generator: 1 as never }), ArgumentError, /generator/],
    ['an unknown option', () => new WeightedRandomSampler([1], 1, { seed: 1 } as never), OptionError, /seed/],
  ])('refuses %s', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});

describe('SubsetRandomSampler', () => {
  test.each(fixture.subsets)('draws what PyTorch draws of $indices, own $own', (c) => {
    const sampler = new SubsetRandomSampler(c.indices, { generator: generatorOf(c) });
    for (const expected of c.epochs) expect([...sampler]).toEqual(expected);
    expect(sampler.length).toBe(c.indices.length);
  });

  test('refuses what are no indices', () => {
    expect(() => new SubsetRandomSampler(3 as never)).toThrow(/indices must be iterable, got 3/);
    expect(() => new SubsetRandomSampler([1, -1])).toThrow(/indices\[1\] must be an integer of at least 0, got -1/);
    expect(() => new SubsetRandomSampler([1, '2'] as never)).toThrow(ArgumentError);
    expect(() => new SubsetRandomSampler([1], { generator: 3 as never })).toThrow(/generator must be a Generator/);
  });
});
