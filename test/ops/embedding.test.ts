import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  autograd,
  DTypeError,
  IndexError,
  nn,
  RowSparse,
  randint,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { embedding, oneHot } = nn.functional;

/** Around the widths of the vector registers, and primes. */
const dims = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 35, 67];

describe('embedding gradients, checked by differences', () => {
  for (const dim of dims.slice(1)) {
    for (const scaleGradByFreq of [false, true]) {
      it(`dim ${dim}, duplicates, scaleGradByFreq ${scaleGradByFreq}`, () => {
        const ids = tensor([3, 0, 3, 3, 1, 0], { dtype: 'int32' });
        // Frequencies scale the gradient away from the derivative, so there each index comes once.
        const used = scaleGradByFreq ? tensor([3, 0, 1], { dtype: 'int32' }) : ids;
        expect(autograd.gradcheck((w) => embedding(used, w, { scaleGradByFreq }), [leaf(5, dim)])).toBe(true);
      });
    }
    it(`dim ${dim}, sparse`, () => {
      expect(
        autograd.gradcheck(
          (w) =>
            embedding(
              [
                [3, 0],
                [3, 1],
              ],
              w,
              { sparse: true },
            ),
          [leaf(5, dim)],
        ),
      ).toBe(true);
    });
  }

  it('does not pass a gradient that is wrong', () => {
    const wrong = (w: Tensor) => embedding([1, 2, 2], w, { paddingIdx: 2 }); // row 2 gets none
    expect(() => autograd.gradcheck(wrong, [leaf(4, 3)])).toThrow(/gradcheck/i);
  });
});

describe('embedding', () => {
  it('takes tensors, views, typed arrays, nested lists and numbers', () => {
    const weight = randn([6, 3]);
    const rows = weight.tolist() as number[][];
    expect(embedding(4, weight).tolist()).toEqual(rows[4]);
    expect(embedding([[1, 2, 5]], weight).tolist()).toEqual([[rows[1], rows[2], rows[5]]]);
    expect(embedding(Int32Array.of(3, 3), weight).tolist()).toEqual([rows[3], rows[3]]);
    expect(
      embedding(
        tensor(
          [
            [0, 1],
            [2, 3],
          ],
          { dtype: 'int32' },
        ).t(),
        weight,
      ).tolist(),
    ).toEqual([
      [rows[0], rows[2]],
      [rows[1], rows[3]],
    ]);
    expect(embedding(tensor(Uint8Array.of(5)), weight).tolist()).toEqual([rows[5]]);
    expect(embedding(tensor([4, 5, 0], { dtype: 'int32' }).narrow(0, 1, 2), weight.narrow(0, 0, 6)).tolist()).toEqual([
      rows[5],
      rows[0],
    ]);
    expect(embedding([], weight).shape).toEqual([0, 3]);
  });

  it('reads transposed tables', () => {
    const weight = randn([3, 6]).t();
    expect(embedding([5, 0], weight).tolist()).toEqual([
      (weight.contiguous().tolist() as number[][])[5],
      (weight.contiguous().tolist() as number[][])[0],
    ]);
  });

  it('names position, place, value and size of a bad index, and writes nothing', () => {
    const weight = randn([4, 2]);
    expect(() =>
      embedding(
        [
          [0, 1],
          [4, 2],
        ],
        weight,
      ),
    ).toThrow(/index 4 at position 2 \(\[1, 0\]\).*4 rows/);
    expect(() => embedding([0, -1], weight)).toThrow(/index -1 at position 1 /);
    try {
      embedding(Int32Array.of(9), weight);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(IndexError);
      expect(error).toMatchObject({ index: 9, size: 4, position: 0 });
    }
    const before = weight.tolist();
    expect(() => embedding([0, 7], weight, { maxNorm: 0.1 })).toThrow(IndexError);
    expect(weight.tolist()).toEqual(before);
  });

  it('refuses what is no index, no table, no option', () => {
    const weight = randn([4, 2]);
    expect(() => embedding([0.5], weight)).toThrow(/32 bits, got 0.5 at position 0/);
    expect(() => embedding(2 ** 31, weight)).toThrow(IndexError);
    expect(() => embedding(tensor([1.5]), weight)).toThrow(DTypeError);
    expect(() => embedding(Float32Array.of(1) as never, weight)).toThrow(DTypeError);
    expect(() => embedding([[0], [1, 2]], weight)).toThrow(ShapeError);
    expect(() => embedding('0' as never, weight)).toThrow(ArgumentError);
    expect(() => embedding([true] as never, weight)).toThrow(ArgumentError);
    expect(() => embedding([0], randn([4]))).toThrow(/two dimensions/);
    expect(() => embedding([0], weight, { padingIdx: 1 } as never)).toThrow(/did you mean 'paddingIdx'/);
    expect(() => embedding([0], weight, { paddingIdx: 4 })).toThrow(ValueError);
    expect(() => embedding([0], weight, { paddingIdx: -5 })).toThrow(ValueError);
    expect(() => embedding([0], weight, { scaleGradByFreq: true, sparse: true })).toThrow(/does not go with sparse/);
    expect(() => embedding([0], weight, { maxNorm: -1 })).toThrow(ValueError);
    expect(() => embedding([0], weight, { sparse: 1 as never })).toThrow(ArgumentError);
  });

  it('keeps the indices it was given when their array is filled again before backward', () => {
    const weight = zeros([3, 1], { requiresGrad: true });
    const buffer = Int32Array.of(0, 1);
    const out = embedding(buffer, weight).sum();
    buffer.fill(2);
    out.backward();
    expect(weight.grad!.tolist()).toEqual([[1], [1], [0]]);
  });

  it('notices indices changed in place before backward', () => {
    const weight = zeros([3, 1], { requiresGrad: true });
    const ids = tensor([0, 1], { dtype: 'int32' });
    const out = embedding(ids, weight).sum();
    ids.fill_(2);
    expect(() => out.backward()).toThrow(/changed in place/);
  });

  it('gives sparse gradients uncoalesced and without the padding', () => {
    const weight = zeros([5, 2], { requiresGrad: true });
    embedding([1, 3, 1, 0], weight, { sparse: true, paddingIdx: 3 }).sum().backward();
    const grad = weight.grad as RowSparse;
    expect(grad).toBeInstanceOf(RowSparse);
    expect(grad.indices.tolist()).toEqual([1, 1, 0]);
    expect(grad.toDense().tolist()).toEqual([
      [1, 1],
      [2, 2],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const sums = grad.coalesce();
    expect(sums.isCoalesced).toBe(true);
    expect(sums.indices.tolist()).toEqual([0, 1]);
    expect(sums.values.tolist()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('adds up gradients of several lookups, sparse and dense', () => {
    const weight = zeros([4, 2], { requiresGrad: true });
    embedding([1], weight, { sparse: true }).sum().backward();
    embedding([1, 2], weight, { sparse: true }).sum().backward();
    expect((weight.grad as RowSparse).toDense().tolist()).toEqual([
      [0, 0],
      [2, 2],
      [1, 1],
      [0, 0],
    ]);
    embedding([3], weight).sum().backward();
    expect(weight.grad!.tolist()).toEqual([
      [0, 0],
      [2, 2],
      [1, 1],
      [1, 1],
    ]);
  });

  it('scales rows to maxNorm once, outside the graph', () => {
    const weight = tensor(
      [
        [3, 4],
        [0.3, 0.4],
        [6, 8],
      ],
      { requiresGrad: true },
    );
    const out = embedding([0, 1, 0], weight, { maxNorm: 1 });
    expect((out.tolist() as number[][])[0][0]).toBeCloseTo(0.6, 6);
    expect((weight.tolist() as number[][])[1]).toEqual([Math.fround(0.3), Math.fround(0.4)]);
    expect((weight.tolist() as number[][])[2]).toEqual([6, 8]);
    out.sum().backward();
    expect(weight.grad!.tolist()).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
    ]);
  });

  it('gives the same bits for 1, 2 and 8 threads', () => {
    const weight = randn([400, 67], { requiresGrad: true });
    const ids = randint(0, 400, [3000]);
    const coefficients = randn([3000, 67]);
    const results: unknown[] = [];
    for (const threads of [1, 2, 8]) {
      setNumThreads(threads);
      weight.grad = null;
      embedding(ids, weight).mul(coefficients).sum().backward();
      results.push(Buffer.from(weight.grad!.data.slice().buffer));
    }
    setNumThreads(2);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

describe('oneHot', () => {
  it('puts a one at each index', () => {
    expect(oneHot([0, 2]).tolist()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(oneHot(1, 4).tolist()).toEqual([0, 1, 0, 0]);
    expect(oneHot(tensor([[1], [0]], { dtype: 'int32' }), 2).shape).toEqual([2, 1, 2]);
    expect(oneHot([], 3).shape).toEqual([0, 3]);
    expect(oneHot([1]).dtype).toBe('int32');
  });

  it('refuses indices outside the classes', () => {
    expect(() => oneHot([0, 3], 3)).toThrow(/index 3 at position 1 is outside the 3 classes/);
    expect(() => oneHot([-1])).toThrow(IndexError);
    expect(() => oneHot([1], 0)).toThrow(ValueError);
    expect(() => oneHot([])).toThrow(/numClasses must be given/);
  });
});
