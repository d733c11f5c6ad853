import { describe, expect, it } from 'vitest';
import {
  allclose,
  autograd,
  getNumThreads,
  nn,
  norm,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;

describe('losses of pairs and triplets, checked by differences', () => {
  for (const dim of [1, 2, 7, 8, 9, 17, 35]) {
    for (const reduction of ['none', 'mean', 'sum'] as const) {
      it(`dim ${dim}, reduction ${reduction}`, () => {
        const x = () => randn([4, dim], double);
        const signs = tensor([1, -1, 1, -1], { dtype: 'float64' });
        const check = autograd.gradcheck;
        expect(check((a, b) => F.cosineEmbeddingLoss(a, b, signs, { reduction, margin: -0.5 }), [x(), x()])).toBe(true);
        expect(check((a, b) => F.marginRankingLoss(a.sum(1), b.sum(1), signs, { reduction }), [x(), x()])).toBe(true);
        const options = { reduction, swap: true, margin: 2 };
        expect(check((a, p, n) => F.tripletMarginLoss(a, p, n, options), [x(), x(), x()])).toBe(true);
        const log = (a: ReturnType<typeof x>) => a.logSoftmax(1);
        expect(check((a, b) => F.klDiv(log(a), b.softmax(1), { reduction }), [x(), x()])).toBe(true);
        expect(check((a, b) => F.klDiv(log(a), log(b), { reduction, logTarget: true }), [x(), x()])).toBe(true);
        expect(check((a, b) => F.cosineSimilarity(a, b), [x(), x()])).toBe(true);
        expect(check((a, b) => F.pairwiseDistance(a, b, { p: 3 }), [x(), x()])).toBe(true);
      });
    }
  }

  it('cosines along any dimension, of rows that are broadcast, and of zeros', () => {
    const check = autograd.gradcheck;
    const cosine = (dim: number) => (a: Tensor, b: Tensor) => F.cosineSimilarity(a, b, { dim });
    for (const [a, b, dim] of [
      [[3, 4, 5], [3, 4, 5], 0],
      [[3, 4, 5], [3, 4, 5], 1],
      [[3, 4, 5], [4, 5], -2],
      [[6, 5], [5], 1],
      [[1, 5], [6, 5], 1],
      [[4, 3, 5], [1, 1, 5], 2],
      [[7], [7], 0],
      [[2, 1], [3, 1, 4], 1],
      [[4, 0], [4, 0], 0],
    ] as const) {
      const [x, y] = [randn(a, double), randn(b, double)];
      expect(check(cosine(dim), [x, y])).toBe(true);
      if (x.ndim === y.ndim) {
        const unit = (t: Tensor) => t.div(norm(t, 2, dim, { keepdim: true }));
        const expected = unit(x).mul(unit(y)).sum(dim);
        const found = cosine(dim)(x, y);
        expect(found.shape).toEqual(expected.shape);
        expect(allclose(found, expected)).toBe(true);
      }
    }
    const zero = tensor([[0, 0, 0]], { requiresGrad: true });
    const other = tensor([[1, 2, 2]], { requiresGrad: true });
    F.cosineSimilarity(zero, other, { eps: 0.5 }).backward(tensor([1]));
    expect([...(zero.grad as Tensor).data]).toEqual([2 / 3, 4 / 3, 4 / 3].map(Math.fround));
    expect([...(other.grad as Tensor).data]).toEqual([0, 0, 0]);
  });

  it('cosines of as many threads have the same bits', () => {
    const [x, y] = [randn([500, 301]), randn([500, 301])];
    const threads = getNumThreads();
    try {
      const [one, two] = [1, 2].map((n) => {
        setNumThreads(n);
        const [a, b] = [x.clone().requiresGrad_(), y.clone().requiresGrad_()];
        const found = F.cosineSimilarity(a, b);
        found.sum().backward();
        return [found, a.grad as Tensor, b.grad as Tensor].map((t) => [...t.data]);
      });
      expect(two).toEqual(one);
    } finally {
      setNumThreads(threads);
    }
  });

  it('does not pass a gradient that is wrong', () => {
    const x = () => randn([3, 4], double);
    expect(() =>
      autograd.gradcheck(
        (a, b) =>
          F.cosineSimilarity(a, b.detach())
            .add(b.sum(1).sub(b.sum(1)))
            .mul(b.sum(1).detach()),
        [x(), x()],
      ),
    ).toThrow(/gradcheck/i);
  });
});

describe('losses of pairs refuse', () => {
  const x = randn([2, 3]);
  it('shapes and options that do not fit', () => {
    expect(() => F.cosineEmbeddingLoss(x, x, randn([2, 1]))).toThrow(ShapeError);
    expect(() => F.marginRankingLoss(x, x, randn([2]))).toThrow(/as many dimensions/);
    expect(() => F.tripletMarginLoss(x, x, randn([4, 3]))).toThrow(ShapeError);
    expect(() => F.tripletMarginLoss(x, x, randn([2, 4]))).toThrow(/^tripletMarginLoss: /);
    expect(() => F.tripletMarginLoss(x, x, x, { eps: Number.NaN })).toThrow(/eps must be a number, got NaN/);
    expect(() => F.tripletMarginLoss(x, x, x, { margin: 0 })).toThrow(ValueError);
    expect(() => F.klDiv(x, x, { reduction: 'batch' as never })).toThrow(ValueError);
    expect(() => new nn.TripletMarginLoss({ magin: 1 } as never)).toThrow(/did you mean 'margin'/);
  });
});
