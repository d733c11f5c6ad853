import { describe, expect, it } from 'vitest';
import * as L from '../../lib/index.js';
import { autograd, randn, type ScatterReduction, tensor, zeros } from '../../lib/index.js';
import { sample } from './samples.js';

const x = zeros([2, 3]);
const ints = (...values: number[]) => tensor(Int32Array.from(values));
const one = ints(0);

describe('what writing by index refuses', () => {
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ['no list', () => x.indexPut(one as never, x), /indexPut: indices must be an array of tensors/],
    ['no index', () => x.indexPut([null], x), /indices must hold at least one tensor/],
    ['too many', () => x.indexPut([one, one, one], x), /3 indices are too many for an input of shape \[2, 3\]/],
    ['fractions', () => x.indexPut([tensor([0.5])], x), /indices\[0\] must be an int32 or bool tensor, got float32/],
    ['a place outside', () => x.indexPut([ints(0, 2)], x), /index 2 at position 1 is outside the 2 places/],
    [
      'indices that differ',
      () => x.indexPut([ints(0, 1), ints(0, 1, 2)], x),
      /shapes \[2\] and \[3\] do not broadcast/,
    ],
    [
      'a mask of another size',
      () => x.indexPut([tensor([true])], x),
      /the mask indices\[0\] of shape \[1\] does not fit/,
    ],
    [
      'values that differ',
      () => x.indexPut([one], zeros([2, 3])),
      /values of shape \[2, 3\] do not broadcast.*\[1, 3\]/,
    ],
    [
      'other values',
      () => x.indexPut([one], zeros([3]).double()),
      /values must be float32 like the input, got float64/,
    ],
    ['an option', () => x.indexPut([one], zeros([3]), { acumulate: true } as never), /did you mean 'accumulate'/],
    [
      'a yes',
      () => x.indexPut([one], zeros([3]), { accumulate: 1 as never }),
      /accumulate must be true or false, got 1/,
    ],
    ['slices that differ', () => x.indexCopy(0, one, zeros([1, 2])), /indexCopy: source must have shape \[1, 3\]/],
    ['a slice outside', () => x.indexFill(1, ints(3), 0), /indexFill: index 3 at position 0 is outside the 3 places/],
    ['a matrix', () => x.indexFill(0, one.reshape(1, 1), 0), /indexFill: index must have 0 or 1 dimensions/],
    ['a vector as a value', () => x.indexFill(0, one, zeros([2])), /value must be a number or a 0-dimensional tensor/],
    ['too little', () => x.maskedScatter(x.eq(0), zeros([5])), /mask is set at 6 places, source has only 5 elements/],
    ['no mask', () => x.maskedScatter(x, x), /maskedScatter: mask must be a bool tensor, got float32/],
    ['growth in place', () => x.maskedScatter_(zeros([2, 2, 3]).eq(0), zeros([12])), /does not broadcast to \[2, 3\]/],
    [
      'an element too few',
      () => x.put(ints(0, 1), zeros([1])),
      /put: source must have an element for each of 2 places/,
    ],
    [
      'sums of bytes',
      () => x.bool().put(one, tensor([true]), { accumulate: true }),
      /accumulate is not defined for bool/,
    ],
    ['what has a history', () => sample([2], 1).put_(one, zeros([1]).double()), /put_: cannot change a leaf/],
    ['a reduction', () => x.scatterReduce(0, one.reshape(1, 1), x, 'max' as never), /unknown reduction "max"; did you/],
    [
      'the sum',
      () => x.indexReduce(0, one, x, 'sum' as never),
      /indexReduce: unknown reduction "sum"; one of prod, mean/,
    ],
    ['a large index', () => x.scatterReduce(0, zeros([3, 4]).int(), x, 'sum'), /must be no larger than src \[2, 3\]/],
    ['bools', () => x.bool().scatterReduce(0, one.reshape(1, 1), x.bool(), 'sum'), /is not defined for bool/],
    ['a row outside', () => x.indexReduce(0, ints(2), zeros([1, 3]), 'mean'), /indexReduce: index 2 at position 0/],
    ['neither', () => L.segmentReduce(x, 'sum'), /segmentReduce: needs lengths or offsets, got neither/],
    ['both', () => L.segmentReduce(x, 'sum', { lengths: one, offsets: one }), /got both/],
    [
      'a length too few',
      () => L.segmentReduce(x, 'sum', { lengths: ints(1) }),
      /segments of 1 rows together.*the 2 rows/,
    ],
    ['a negative length', () => L.segmentReduce(x, 'sum', { lengths: ints(3, -1) }), /segment 1 has length -1/],
    ['another start', () => L.segmentReduce(x, 'sum', { offsets: ints(1, 2) }), /offsets must begin with 0/],
    [
      'no batch',
      () => L.segmentReduce(x, 'sum', { lengths: ints(3), axis: 1 }),
      /lengths must have dimensions \[2, n\]/,
    ],
    ['another reduction', () => L.segmentReduce(x, 'amax' as never, { lengths: ints(2) }), /did you mean 'max'/],
  ];
  it.each(refused)('%s', (_, run, message) => expect(run).toThrow(message));

  it('leaves the target as it was', () => {
    const y = tensor([1, 2, 3]);
    expect(() => y.indexPut_([ints(0, 3)], zeros([2]))).toThrow(L.IndexError);
    expect(() => y.scatterReduce_(0, ints(0, 5), tensor([9, 9]), 'sum')).toThrow(L.IndexError);
    expect(() => y.put_(ints(0, 3), zeros([2]))).toThrow(L.IndexError);
    expect(y.tolist()).toEqual([1, 2, 3]);
  });
});

describe('writing into its own memory', () => {
  it('reads the values first', () => {
    const y = tensor([1, 2, 3, 4]);
    y.indexCopy_(0, ints(1, 2, 3), y.narrow(0, 0, 3));
    expect(y.tolist()).toEqual([1, 1, 2, 3]);
    const z = tensor([1, 2, 3, 4]);
    z.indexPut_([ints(3, 2)], z.narrow(0, 0, 2), { accumulate: true });
    expect(z.tolist()).toEqual([1, 2, 5, 5]);
    z.scatterReduce_(0, ints(0, 0), z.narrow(0, 2, 2), 'prod');
    expect(z.tolist()).toEqual([25, 2, 5, 5]);
  });
});

describe('a value that fills a slice named twice', () => {
  it('gets the gradient of the slice once', () => {
    const value = tensor(1, { requiresGrad: true });
    zeros([2, 3])
      .indexFill(1, ints(2, 0, 2, 2), value)
      .mul(tensor([1, 10, 100]))
      .sum()
      .backward();
    expect(value.grad?.item()).toBe(202);
  });
});

describe('bytes and bools', () => {
  it('wrap and are or ed', () => {
    const bytes = tensor([250, 1], { dtype: 'uint8' });
    const ten = tensor([10, 3], { dtype: 'uint8' });
    expect(bytes.indexPut([ints(0, 0)], ten, { accumulate: true }).tolist()).toEqual([7, 1]);
    const bits = tensor([false, false]);
    expect(bits.indexPut([ints(1, 1)], tensor([true, false]), { accumulate: true }).tolist()).toEqual([false, true]);
    expect(bytes.scatterReduce(0, ints(0, 0), ten, 'sum').tolist()).toEqual([7, 1]);
  });
});

describe('rows of many elements', () => {
  it.each([7, 4096, 20_000])('are filled as one by one: %i', (columns) => {
    const count = columns + 5;
    const places = Int32Array.from({ length: 2 * count }, (_, i) => (i * 7919) % columns);
    const values = Float32Array.from({ length: 2 * count }, (_, i) => (i % 100) - 40);
    const index = tensor(places, { shape: [2, count] });
    const source = tensor(values, { shape: [2, count] });
    const [last, sums] = [new Float32Array(2 * columns), new Float32Array(2 * columns)];
    for (let i = 0; i < places.length; i++) {
      const at = (i < count ? 0 : columns) + places[i];
      last[at] = values[i];
      sums[at] += values[i];
    }
    const x = zeros([2, columns]);
    expect(x.scatter(1, index, source).reshape([-1]).data).toEqual(last);
    expect(x.scatterAdd(1, index, source).reshape([-1]).data).toEqual(sums);
    expect(x.scatterReduce(1, index, source, 'sum').reshape([-1]).data).toEqual(sums);
    expect(x.gather(1, index).equal(zeros([2, count]))).toBe(true);
  });

  it('an index that changes before the gradient is asked for is an error', () => {
    const index = ints(0, 1, 1);
    const y = randn([3], { requiresGrad: true }).scatterReduce(0, index, tensor([1, 2, 3]), 'mean');
    index.fill_(0);
    expect(() => y.sum().backward()).toThrow(/saved was changed in place/);
  });
});

describe('gradients of a source larger than the index', () => {
  for (const reduce of ['sum', 'prod', 'mean', 'amax', 'amin'] as ScatterReduction[]) {
    it(reduce, () => {
      const ids = tensor(Int32Array.of(3, 0, 3, 1, 1, 2), { shape: [2, 3] });
      for (const includeSelf of [true, false]) {
        const run = (a: L.Tensor, b: L.Tensor) => a.scatterReduce(1, ids, b, reduce, { includeSelf });
        expect(autograd.gradcheck(run, [sample([3, 4], 1), sample([3, 5], 2)])).toBe(true);
      }
    });
  }
});
