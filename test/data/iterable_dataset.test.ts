import { describe, expect, test } from 'vitest';
import { ArgumentError, DataLoader, IterableDataset, randint, tensor, ValueError } from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { generatorOf, numbers } from './seeded.js';

interface StreamCase {
  n: number;
  seed: number;
  own: boolean;
  batch_size: number;
  drop_last: boolean;
  epochs: number[][][];
}

const { streams } = readFixture<{ streams: StreamCase[] }>('data_loader');

class Countdown extends IterableDataset<number> {
  constructor(override readonly length: number) {
    super();
  }
  *[Symbol.iterator](): Iterator<number> {
    for (let i = this.length; i > 0; i--) yield i;
  }
}

/** The same, waited for. */
class LateCountdown {
  constructor(readonly length: number) {}
  async *[Symbol.asyncIterator](): AsyncIterator<number> {
    for (let i = this.length; i > 0; i--) {
      await new Promise((resolve) => setImmediate(resolve));
      yield i;
    }
  }
}

const read = (batches: Iterable<{ tolist(): unknown }>) => [...batches].map((batch) => batch.tolist());

async function readLate(batches: AsyncIterable<{ tolist(): unknown }>) {
  const all: unknown[] = [];
  for await (const batch of batches) all.push(batch.tolist());
  return all;
}

describe('a loader over what can only be iterated', () => {
  test.each(streams)('draws in PyTorch’s order: $n by $batch_size, drop_last $drop_last, own $own', (c) => {
    const generator = generatorOf(c);
    const drawn = IterableDataset.from(function* () {
      for (let i = 0; i < c.n; i++) yield randint(0, 1000, [1], { generator }).item();
    });
    const loader = new DataLoader(drawn, { batchSize: c.batch_size, dropLast: c.drop_last, generator });
    for (const expected of c.epochs) expect(read(loader)).toEqual(expected);
  });

  test('gives its samples in their order, epoch after epoch', () => {
    const loader = new DataLoader(new Countdown(5), { batchSize: 2 });
    for (let epoch = 0; epoch < 2; epoch++) expect(read(loader)).toEqual([[5, 4], [3, 2], [1]]);
    expect(loader.length).toBe(3);
    const dropping = new DataLoader(new Countdown(5), { batchSize: 2, dropLast: true });
    expect([dropping.length, read(dropping)]).toEqual([
      2,
      [
        [5, 4],
        [3, 2],
      ],
    ]);
    expect(loader.batchSampler).toBeNull();
  });

  test('takes any object that can be iterated, and collates as usual', () => {
    expect(read(new DataLoader(new Set([1, 2, 3]), { batchSize: 2, numberDType: 'int32' }))).toEqual([[1, 2], [3]]);
    expect(read(new DataLoader(Int32Array.of(4, 5)))).toEqual([[4], [5]]);
    const sums = new DataLoader(new Countdown(4), { batchSize: 2, collate: (batch: number[]) => batch[0] + batch[1] });
    expect([...sums]).toEqual([7, 3]);
    expect([...new DataLoader(new Map([['a', 1]]), { collate: (batch) => batch })]).toEqual([[['a', 1]]]);
  });

  test('asks for no more samples than it needs', () => {
    let made = 0;
    const endless = IterableDataset.from(function* () {
      for (;;) yield made++;
    });
    for (const batch of new DataLoader(endless, { batchSize: 3 })) {
      expect(batch.tolist()).toEqual([0, 1, 2]);
      break;
    }
    expect(made).toBe(3);
  });

  test('waits for samples that come later', async () => {
    const late = new LateCountdown(5);
    const loader = new DataLoader(late, { batchSize: 2 });
    expect(loader.length).toBe(3);
    for (let epoch = 0; epoch < 2; epoch++) expect(await readLate(loader)).toEqual([[5, 4], [3, 2], [1]]);
    expect(await readLate(new DataLoader(late, { batchSize: 2, dropLast: true }))).toEqual([
      [5, 4],
      [3, 2],
    ]);
    expect(() => [...loader]).toThrow(/the dataset must be waited for; iterate it with for await/);
    // Others can be read so too.
    expect(await readLate(new DataLoader(numbers(3), { batchSize: 2 }))).toEqual([[0, 1], [2]]);
    expect(await readLate(new DataLoader(new Countdown(2)))).toEqual([[2], [1]]);
  });

  test('warns, once, where a dataset gives more than its length', async () => {
    class Liar extends Countdown {
      override *[Symbol.iterator](): Iterator<number> {
        yield* [1, 2, 3, 4];
      }
    }
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    expect(read(new DataLoader(new Liar(2), { batchSize: 1 }))).toHaveLength(4);
    expect((await warned).message).toBe("DataLoader: the dataset's length is 2, but it has given 3 samples");
  });

  test('refuses what needs samples by number', () => {
    const make = (options: object) => () => new DataLoader(new Countdown(3), options as never);
    for (const [name, option] of [
      ['shuffle', { shuffle: true }],
      ['sampler', { sampler: [1] }],
      ['batchSampler', { batchSampler: [[1]] }],
    ] as const) {
      expect(make(option)).toThrow(ArgumentError);
      expect(make(option)).toThrow(`${name} needs samples by number, but the dataset can only be iterated`);
    }
    expect(make({ shuffle: false })().length).toBe(3);
    expect(make({ shuffle: 1 })).toThrow(/shuffle must be true or false/);
    expect(make({ batchSize: 0 })).toThrow(ValueError);
    expect(make({ dropLast: 1 })).toThrow(/dropLast must be true or false/);
  });

  test('refuses what can be read only once, and what says no length', () => {
    function* once() {
      yield 1;
    }
    expect(() => new DataLoader(once())).toThrow(/is an iterator, which can be read once; give what makes one/);
    expect(() => new DataLoader([1].values() as never)).toThrow(ArgumentError);
    expect(() => new DataLoader(new Countdown(-1))).toThrow(/length must be a non-negative integer, got -1/);
    expect(() => new DataLoader(IterableDataset.from(once)).length).toThrow(/length is not known/);
    expect(() => [...IterableDataset.from(() => 3 as never)]).toThrow(/iterate must give an iterable, got 3/);
    expect(() => IterableDataset.from(3 as never)).toThrow(/iterate must be a function, got 3/);
    expect(() => new DataLoader(tensor([1, 2]) as never)).toThrow(/got a Tensor; give new TensorDataset\(tensor\)/);
    expect(() => new DataLoader('abc' as never)).toThrow(ArgumentError);
  });
});
