import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  Generator,
  IterableDataset,
  OptionError,
  randomSplit,
  TensorDataset,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { generatorOf, numbers } from './seeded.js';

interface SplitCase {
  n: number;
  lengths: number[];
  seed: number;
  own: boolean;
  parts: number[][];
}

const { splits } = readFixture<{ splits: SplitCase[] }>('data_loader');

describe('randomSplit', () => {
  test.each(splits)('gives what PyTorch gives: $n as $lengths, own $own', (c) => {
    const parts = randomSplit(numbers(c.n), c.lengths, { generator: generatorOf(c) });
    expect(parts.map((part) => part.indices)).toEqual(c.parts);
  });

  test('gives each sample to one part', () => {
    const parts = randomSplit(numbers(101), [0.5, 0.3, 0.2], { generator: new Generator(1) });
    const samples = parts.flatMap((part) => numbers(part.length).map((i) => part.get(i)));
    expect(samples.sort((a, b) => a - b)).toEqual(numbers(101));
    expect(parts.map((part) => part.length)).toEqual([51, 30, 20]);
  });

  test('takes shares whose sum is 1 but for rounding', () => {
    expect(randomSplit(numbers(10), [0.7, 0.2, 0.1]).map((part) => part.length)).toEqual([7, 2, 1]);
    const thirds = randomSplit(numbers(9), [1 / 3, 1 / 3, 1 / 3]);
    expect(thirds.map((part) => part.length)).toEqual([3, 3, 3]);
  });

  test('keeps the batches of what it splits', () => {
    const [part] = randomSplit(new TensorDataset(tensor([1, 2, 3])), [3]);
    const [batch] = part.getBatch!([0, 1, 2]) as [{ tolist(): number[] }];
    expect(batch.tolist().sort()).toEqual([1, 2, 3]);
  });

  test('warns of an empty part', async () => {
    const messages: string[] = [];
    const listen = (warning: Error) => messages.push(warning.message);
    process.on('warning', listen);
    randomSplit(numbers(3), [1, 0]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(messages).toContain('randomSplit: part 1 of the 3 samples is empty');
  });

  test.each([
    ['no dataset', () => randomSplit(3 as never, [1]), ArgumentError, /randomSplit: the dataset must be an array/],
    [
      'what can only be iterated',
      () => randomSplit(IterableDataset.from(() => [1]) as never, [1]),
      ArgumentError,
      /iterated/,
    ],
    ['no lengths', () => randomSplit([1], undefined as never), ArgumentError, /lengths must be a list of numbers/],
    ['one length', () => randomSplit([1], 1 as never), ArgumentError, /lengths must be a list of numbers, got 1/],
    ['too many', () => randomSplit([1, 2], [1, 2]), ValueError, /add up to the 2 samples.*got \[1, 2\], which is 3/],
    ['too few', () => randomSplit([1, 2, 3], [1, 1]), ValueError, /which is 2/],
    ['parts of samples', () => randomSplit([1, 2, 3], [1.5, 1.5]), ValueError, /must be integers/],
    ['shares that are not all', () => randomSplit([1, 2, 3], [0.5, 0.4]), ValueError, /which is 0.9/],
    [
      'a negative length',
      () => randomSplit([1], [2, -1]),
      ValueError,
      /lengths\[1\] must be a number of at least 0, got -1/,
    ],
    ['a word', () => randomSplit([1], ['1'] as never), ValueError, /lengths\[0\]/],
    ['a seed', () => randomSplit([1], [1], { generator: 1 as never }), ArgumentError, /generator must be a Generator/],
    ['an unknown option', () => randomSplit([1], [1], { seed: 1 } as never), OptionError, /seed/],
  ])('refuses %s', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
