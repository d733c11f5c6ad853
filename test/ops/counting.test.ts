import { describe, expect, it } from 'vitest';
import * as L from '../../lib/index.js';
import { arange, tensor, zeros } from '../../lib/index.js';

const x = zeros([2, 3]);
const ints = (...values: number[]) => tensor(Int32Array.from(values));

describe('what counting and searching refuse', () => {
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ['negative numbers', () => ints(1, -2).bincount(), /bincount: numbers must not be negative, got -2 at position 1/],
    ['fractions', () => tensor([1]).bincount(), /bincount: input must hold integers, got float32/],
    ['a matrix', () => x.int().bincount(), /bincount: input must be a vector, got shape \[2, 3\]/],
    [
      'weights too few',
      () => ints(1, 2).bincount({ weights: zeros([1]) }),
      /weights must have the input's shape \[2\]/,
    ],
    ['a length', () => ints(1).bincount({ minlength: -1 }), /minlength must be a non-negative integer, got -1/],
    ['a position', () => ints(1).bincount(x as never), /bincount: unknown option|bincount: options must be/],
    ['integers', () => ints(1).histc(), /histc: input must be floating-point, got int32/],
    ['no bins', () => x.histc({ bins: 0 }), /histc: bins must be a positive integer, got 0/],
    ['limits crossed', () => x.histc({ min: 2, max: 1 }), /min and max must be finite and in order, got 2 and 1/],
    ['no range', () => tensor([1, Number.NaN]).histc(), /all elements must be finite, got NaN at position 1/],
    ['slices of a number', () => tensor(1).unique({ dim: 0 }), /unique: a 0-dimensional tensor has no slices/],
    ['a yes', () => x.unique({ returnCounts: 1 as never }), /unique: returnCounts must be true or false, got 1/],
    ['an option', () => x.unique({ returnIndex: true } as never), /unique: unknown option 'returnIndex'/],
    ['sorted', () => x.uniqueConsecutive({ sorted: true } as never), /uniqueConsecutive: unknown option 'sorted'/],
    ['a number as a sequence', () => L.searchsorted(tensor(1), 1), /sortedSequence must have at least one dimension/],
    ['rows that differ', () => L.searchsorted(x, zeros([3, 3])), /values must agree with the sequence's \[2, 3\]/],
    ['both sides', () => L.searchsorted(x, x, { side: 'left', right: true }), /side 'left' contradicts right/],
    ['no side', () => L.searchsorted(x, x, { side: 'up' as never }), /side must be 'left' or 'right', got "up"/],
    ['a sorter', () => L.searchsorted(x, x, { sorter: ints(0) }), /sorter must have the sequence's shape/],
    ['places outside', () => L.searchsorted(zeros([1]), 1, { sorter: ints(1) }), /sorter must hold places from 0 to 0/],
    ['a matrix of boundaries', () => L.bucketize(x, x), /bucketize: boundaries must be a vector/],
    ['two numbers', () => L.isin(1, 2), /isin: elements or testElements must be a Tensor, got two numbers/],
    ['text', () => L.isin('a' as never, x), /isin: elements must be a Tensor or a number, got "a"/],
  ];
  it.each(refused)('%s', (_, run, message) => expect(run).toThrow(message));
});

describe('membership of integers', () => {
  it.each([
    ['near', 3],
    ['far apart', 2_000_000_000],
  ])('%s, the negative ones too', (_, far) => {
    const sought = ints(-2, -1, 0, 1, far, -far);
    const known = ints(1, -2, far);
    const among = [true, false, false, true, true, false];
    expect(L.isin(sought, known).tolist()).toEqual(among);
    expect(L.isin(sought, known, { invert: true }).tolist()).toEqual(among.map((each) => !each));
  });

  it('of nothing, of bytes', () => {
    expect(L.isin(ints(0, 1), zeros([0], { dtype: 'int32' })).tolist()).toEqual([false, false]);
    expect(L.isin(ints(0, 255, 256), ints(0, 255).to('uint8')).tolist()).toEqual([true, true, false]);
  });
});

describe('runs of equal neighbours', () => {
  it('begin with their first element, and every NaN is one', () => {
    const { NaN: nan } = Number;
    const x = tensor([0, -0, 0, nan, nan, -0, 0, 2, 2]);
    const [values, inverse, counts] = x.uniqueConsecutive({ returnInverse: true, returnCounts: true });
    expect(values.tolist()).toEqual([0, nan, nan, -0, 2]);
    expect(inverse.tolist()).toEqual([0, 0, 0, 1, 2, 3, 3, 4, 4]);
    expect(counts.tolist()).toEqual([3, 1, 1, 2, 2]);
    expect(x.uniqueConsecutive().tolist()).toEqual(values.tolist());
    expect(x.uniqueConsecutive({ returnCounts: true })[1].tolist()).toEqual(counts.tolist());
    expect(x.uniqueConsecutive({ returnInverse: true })[1].tolist()).toEqual(inverse.tolist());
  });

  it('lie in memory of their own, few or many', () => {
    for (const x of [ints(1, 1, 1, 1, 1, 2), ints(1, 2, 3, 4, 5, 5)]) {
      const values = x.uniqueConsecutive();
      values.fill_(9);
      expect(x.max().item()).toBeLessThan(9);
      expect(values.contiguous().data.length).toBe(values.numel);
    }
  });
});

describe('counts and places of many numbers', () => {
  const many = arange(100_000).mul(7919).remainder(1009);

  it('agree with each other', () => {
    const counts = many.bincount();
    expect(counts.sum().item()).toBe(100_000);
    const [values, inverse, times] = many.unique({ returnInverse: true, returnCounts: true });
    expect(values.tolist()).toEqual(arange(1009).tolist());
    expect(times.tolist()).toEqual(counts.tolist());
    expect(values.indexSelect(0, inverse).equal(many)).toBe(true);
    expect(L.searchsorted(values, many).equal(inverse)).toBe(true);
    expect(L.isin(many, values).all().item()).toBe(1);
  });

  it('order slices by their elements in the order of the other dimensions', () => {
    // As torch.unique(x, dim=2): the slices are 1 0 / 1 1 and 1 1 / 0 1.
    const x = tensor([
      [
        [1, 1],
        [1, 0],
      ],
      [
        [0, 1],
        [1, 1],
      ],
    ]);
    const [values, inverse] = x.unique({ dim: 2, returnInverse: true });
    expect(inverse.tolist()).toEqual([1, 0]);
    expect(values.select(2, 0).tolist()).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('have types that know the options', () => {
    const alone: L.Tensor = many.unique();
    const [, counts]: [L.Tensor, L.Tensor] = many.unique({ returnCounts: true });
    expect([alone.numel, counts.numel]).toEqual([1009, 1009]);
  });
});
