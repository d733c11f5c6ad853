import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  BatchSampler,
  DataLoader,
  type Dataset,
  Generator,
  manualSeed,
  OptionError,
  RandomSampler,
  randint,
  SequentialSampler,
  type Tensor,
  TensorDataset,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { generatorOf, numbers } from './seeded.js';

interface LoaderCase {
  n: number;
  seed: number;
  own: boolean;
  batch_size: number;
  shuffle: boolean;
  drop_last: boolean;
  epochs: number[][][];
  after: number;
}

interface SamplerCase {
  n: number;
  seed: number;
  own: boolean;
  num_samples?: number;
  replacement?: boolean;
  epochs: number[][];
}

const fixture = readFixture<{ loaders: LoaderCase[]; samplers: SamplerCase[] }>('data_loader');

describe('draws what PyTorch draws', () => {
  test.each(fixture.loaders)('DataLoader $n by $batch_size shuffle $shuffle drop_last $drop_last own $own', (c) => {
    const generator = generatorOf(c);
    const { shuffle, batch_size: batchSize, drop_last: dropLast } = c;
    const loader = new DataLoader(numbers(c.n), { batchSize, shuffle, dropLast, generator });
    for (const expected of c.epochs) {
      expect([...loader].map((batch) => batch.tolist())).toEqual(expected);
      expect(loader.length).toBe(expected.length);
    }
    expect(randint(0, 1000, [1], { generator }).item()).toBe(c.after);
  });

  test.each(fixture.samplers)('RandomSampler $n $num_samples replacement $replacement own $own', (c) => {
    const generator = generatorOf(c);
    const { num_samples: numSamples, replacement } = c;
    const sampler = new RandomSampler(numbers(c.n), { numSamples, replacement, generator });
    for (const expected of c.epochs) {
      expect([...sampler]).toEqual(expected);
      expect(sampler.length).toBe(expected.length);
    }
  });
});

describe('a seed', () => {
  const epochs = (seed: number) => {
    const loader = new DataLoader(numbers(50), { batchSize: 8, shuffle: true, seed });
    return [0, 1].map(() => [...loader].map((batch) => batch.tolist()));
  };

  test('gives the same orders again, a new one each epoch, and others than another seed', () => {
    const [first, second] = epochs(3);
    expect(epochs(3)).toEqual([first, second]);
    expect(second).not.toEqual(first);
    expect(epochs(4)[0]).not.toEqual(first);
    expect(first.flat(2).sort((a, b) => Number(a) - Number(b))).toEqual(numbers(50));
  });

  test('does not depend on what else is drawn', () => {
    const before = epochs(3);
    manualSeed(99);
    expect(epochs(3)).toEqual(before);
  });
});

describe('batches', () => {
  test('are pairs of tensors for pairs of samples', () => {
    const inputs = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const targets = tensor(Int32Array.of(0, 1, 2));
    const shapes: number[][] = [];
    for (const [x, y] of new DataLoader(new TensorDataset(inputs, targets), { batchSize: 2 })) {
      shapes.push(x.size(), y.size());
    }
    expect(shapes).toEqual([[2, 2], [2], [1, 2], [1]]);
  });

  test('come from the dataset where it knows how, but not past a collate function', () => {
    class Squares implements Dataset<number> {
      length = 4;
      calls = 0;
      get(index: number) {
        return index * index;
      }
      getBatch(indices: readonly number[]) {
        this.calls++;
        return indices.map((index) => index * index);
      }
    }
    const squares = new Squares();
    expect([...new DataLoader<number, number[]>(squares, { batchSize: 3 })]).toEqual([[0, 1, 4], [9]]);
    expect(squares.calls).toBe(2);
    const sums = new DataLoader(squares, { batchSize: 2, collate: (batch) => batch.reduce((a, b) => a + b) });
    expect([...sums]).toEqual([1, 13]);
    expect(squares.calls).toBe(2);
  });

  test('have labels of the dtype that is asked for', () => {
    const samples: [Float32Array, number][] = [
      [Float32Array.of(1), 1],
      [Float32Array.of(2), 0],
    ];
    const [[x, y]] = new DataLoader(samples, { batchSize: 2, numberDType: 'int32' }) as Iterable<[Tensor, Tensor]>;
    expect([x.dtype, y.dtype, y.tolist()]).toEqual(['float32', 'int32', [1, 0]]);
  });

  test('follow a sampler, or a batch sampler', () => {
    const backwards = {
      length: 3,
      *[Symbol.iterator]() {
        yield* [2, 1, 0];
      },
    };
    const read = (loader: Iterable<Tensor>) => [...loader].map((batch) => batch.tolist());
    expect(read(new DataLoader(numbers(3), { sampler: backwards, batchSize: 2 }))).toEqual([[2, 1], [0]]);
    const batchSampler = new BatchSampler(backwards, 2, true);
    expect(read(new DataLoader(numbers(3), { batchSampler }))).toEqual([[2, 1]]);
    expect(read(new DataLoader(numbers(3), { batchSampler: [[0, 2], [1]] }))).toEqual([[0, 2], [1]]);
  });

  test('may be none', () => {
    expect([...new DataLoader([], { shuffle: true, batchSize: 4 })]).toEqual([]);
    expect([...new DataLoader([1], { dropLast: true, batchSize: 4 })]).toEqual([]);
    expect([...new SequentialSampler({ length: 0 })]).toEqual([]);
  });

  test('follow a dataset that grows', () => {
    const items = [1];
    const loader = new DataLoader(items);
    items.push(2);
    expect(loader.length).toBe(2);
    expect([...loader]).toHaveLength(2);
  });
});

describe('refuses', () => {
  const make = (options: object) => () => new DataLoader([1, 2], options as never);
  test.each([
    ['no dataset', () => new DataLoader(7 as never), ArgumentError, /the dataset must be an array or have length/],
    ['batch size 0', make({ batchSize: 0 }), ValueError, /batchSize must be an integer of at least 1, got 0/],
    ['batch size 1.5', make({ batchSize: 1.5 }), ValueError, /batchSize/],
    ['a word for a size', make({ batchSize: '2' }), ArgumentError, /batchSize must be a number, got "2"/],
    ['a misspelt option', make({ batch_size: 2 }), OptionError, /did you mean 'batchSize'/],
    ['shuffle 1', make({ shuffle: 1 }), ArgumentError, /shuffle must be true or false, got 1/],
    ['dropLast "no"', make({ dropLast: 'no' }), ArgumentError, /dropLast must be true or false/],
    ['collate 3', make({ collate: 3 }), ArgumentError, /collate must be a function, got 3/],
    ['collate and numberDType', make({ collate: () => 1, numberDType: 'int32' }), ArgumentError, /default collation/],
    ['a bad dtype', make({ numberDType: 'long' }), TypeError, /dtype must be one of/],
    ['a seed for a generator', make({ generator: 3 }), ArgumentError, /generator must be a Generator, got 3/],
    ['seed and generator', make({ seed: 1, generator: new Generator() }), ArgumentError, /give one of them/],
    ['a seed of words', make({ seed: 'x' }), ArgumentError, /seed must be an integer/],
    ['sampler and shuffle', make({ sampler: [1], shuffle: true }), ArgumentError, /can't go with shuffle/],
    ['sampler 3', make({ sampler: 3 }), ArgumentError, /sampler must be iterable, got 3/],
    ['batch sampler and size', make({ batchSampler: [[1]], batchSize: 2 }), ArgumentError, /can't go with batchSize/],
    ['numSamples 0', () => new RandomSampler([1], { numSamples: 0 }), ValueError, /numSamples must be an integer/],
    ['replacement 1', () => new RandomSampler([1], { replacement: 1 as never }), ArgumentError, /replacement/],
    [
      'a source without length',
      () => new SequentialSampler(3 as never),
      ArgumentError,
      /must be a dataset or have its/,
    ],
  ])('%s', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });

  test('a sample that is not there', () => {
    expect(() => [...new DataLoader([1, 2], { sampler: [0, 2] })]).toThrow(/index 2 is outside the 2 samples/);
  });
});
