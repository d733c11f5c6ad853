import { describe, expect, it } from 'vitest';
import { autograd, randn, setNumThreads, type Tensor, tensor, ValueError } from '../../lib/index.js';

const sizes = [1, 2, 7, 8, 9, 17, 35];

describe('softmax and logSoftmax gradients, checked by differences', () => {
  for (const size of sizes) {
    for (const [shape, dim] of [
      [[size], 0],
      [[3, size], 1],
      [[3, size], -1],
      [[size, 3], 0],
      [[2, size, 5], 1],
      [[2, 3, size], -2],
    ] as [number[], number][]) {
      const x = () => randn(shape, { dtype: 'float64', requiresGrad: true });
      it(`shape [${shape}], dim ${dim}`, () => {
        expect(autograd.gradcheck((t) => t.softmax(dim), [x()])).toBe(true);
        expect(autograd.gradcheck((t) => t.logSoftmax(dim), [x()])).toBe(true);
      });
    }
  }

  it('follows views', () => {
    const x = randn([4, 3, 5], { dtype: 'float64', requiresGrad: true });
    expect(autograd.gradcheck((t) => t.transpose(0, 2).narrow(0, 1, 3).softmax(1), [x])).toBe(true);
    expect(autograd.gradcheck((t) => t.select(1, 2).logSoftmax(0), [x])).toBe(true);
  });

  it('does not pass a gradient that is wrong', () => {
    const x = randn([3, 4], { dtype: 'float64', requiresGrad: true });
    expect(() => autograd.gradcheck((t) => t.softmax(1).mul(t.detach()), [x])).toThrow(/gradcheck/i);
  });
});

describe('softmax', () => {
  it('is stable, and NaN where PyTorch is', () => {
    const inf = Number.POSITIVE_INFINITY;
    const y = tensor([
      [1000, 1000, -inf],
      [-inf, -inf, -inf],
      [0, inf, 1],
    ]).softmax(1);
    const [first, second, third] = y.tolist() as number[][];
    expect(first).toEqual([0.5, 0.5, 0]);
    expect(second.every(Number.isNaN)).toBe(true);
    expect(third.some(Number.isNaN)).toBe(true);
    expect(tensor(3).softmax(0).item()).toBe(1);
    expect(tensor([], { dtype: 'float32' }).softmax(0).shape).toEqual([0]);
  });

  it('converts before it computes', () => {
    expect(tensor([1, 2], { dtype: 'int32' }).softmax(0, { dtype: 'float64' }).dtype).toBe('float64');
    expect(() => tensor([1, 2], { dtype: 'int32' }).softmax(0)).toThrow(/float32 or float64, got int32/);
  });

  it('refuses dimensions that are not there', () => {
    const x: Tensor = randn([2, 3]);
    expect(() => x.softmax(2)).toThrow(ValueError);
    expect(() => (x as unknown as { softmax(): Tensor }).softmax()).toThrow(/dim must be given/);
    expect(() => x.logSoftmax(0, { dype: 'float64' } as never)).toThrow(/did you mean 'dtype'/);
  });

  it('gives the same bits for 1, 2 and 8 threads', () => {
    const x = randn([64, 300, 5]);
    const results = [1, 2, 8].map((threads) => {
      setNumThreads(threads);
      return [x.softmax(1), x.transpose(1, 2).logSoftmax(-1)].map((y) => Buffer.from(y.data.slice().buffer));
    });
    setNumThreads(2);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
