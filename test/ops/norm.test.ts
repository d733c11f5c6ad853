import { afterAll, describe, expect, it } from 'vitest';
import {
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  ones,
  randn,
  ShapeError,
  setNumThreads,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const { layerNorm, rmsNorm } = nn.functional;

describe('gradients by differences', () => {
  for (const [shape, normalized] of [
    [[3, 5], [5]],
    [
      [2, 3, 4],
      [3, 4],
    ],
    [[5], [5]],
    [[1, 19], [19]],
  ] as const) {
    it(`of input, weight and bias: [${shape}] over [${normalized}]`, () => {
      manualSeed(1);
      const [x, weight, bias] = [randn(shape, double), randn(normalized, double), randn(normalized, double)];
      autograd.gradcheck((...[a, w, b]) => layerNorm(a, normalized, { weight: w, bias: b }), [x, weight, bias]);
      autograd.gradcheck((a, w) => rmsNorm(a, normalized, { weight: w }), [x, weight]);
      autograd.gradcheck((a) => layerNorm(a, normalized, { eps: 0.1 }), x);
      autograd.gradcheck((a) => rmsNorm(a, normalized, { eps: 0.1 }), x);
    });
  }

  it('are told from wrong ones', () => {
    const x = randn([2, 5], double);
    // The values are those of x, the gradient is twice as large.
    const doubled = () => layerNorm(x.mul(2).sub(x.detach()), 5);
    expect(autograd.gradcheck(doubled, x, { raiseError: false })).toBe(false);
  });
});

describe('what comes out', () => {
  it('has mean 0 and variance 1', () => {
    const y = layerNorm(randn([4, 100], { dtype: 'float64' }).mul(30).add(7), 100, { eps: 0 });
    for (const mean of y.mean(1).tolist() as number[]) expect(mean).toBeCloseTo(0, 12);
    for (const square of y.square().mean(1).tolist() as number[]) expect(square).toBeCloseTo(1, 12);
    const z = rmsNorm(randn([4, 100], { dtype: 'float64' }), 100, { eps: 0 });
    for (const square of z.square().mean(1).tolist() as number[]) expect(square).toBeCloseTo(1, 12);
  });

  it('is that of a contiguous copy for a transposed view', () => {
    const x = randn([6, 4], { requiresGrad: true });
    const w = randn([6]);
    const y = layerNorm(x.t(), 6, { weight: w });
    expect(y.tolist()).toEqual(layerNorm(x.detach().t().contiguous(), 6, { weight: w }).tolist());
    y.square().sum().backward();
    const copy = x.detach().t().contiguous().requiresGrad_();
    layerNorm(copy, 6, { weight: w }).square().sum().backward();
    expect(x.grad!.t().tolist()).toEqual(copy.grad!.tolist());
  });

  it('survives large values that a sum of squares minus a squared mean would not', () => {
    const y = layerNorm(tensor([10000, 10001, 10002, 10003]), 4, { eps: 0 });
    const expected = [-1.3416407, -0.4472136, 0.4472136, 1.3416407];
    for (const [i, value] of (y.tolist() as number[]).entries()) expect(value).toBeCloseTo(expected[i], 6);
  });

  it('is empty for empty input, and the parameters then get zeros', () => {
    const weight = ones([4], { requiresGrad: true });
    const bias = zeros([4], { requiresGrad: true });
    const y = layerNorm(zeros([0, 4], { requiresGrad: true }), 4, { weight, bias });
    expect(y.shape).toEqual([0, 4]);
    y.sum().backward();
    expect(weight.grad!.tolist()).toEqual([0, 0, 0, 0]);
    expect(bias.grad!.tolist()).toEqual([0, 0, 0, 0]);
  });
});

describe('any number of threads', () => {
  const before = getNumThreads();
  afterAll(() => setNumThreads(before));

  it('gives the same bits', () => {
    manualSeed(2);
    const [x, w, upstream] = [randn([700, 130]), randn([130]), randn([700, 130])];
    const results = [1, 2, 5].map((threads) => {
      setNumThreads(threads);
      const [leaf, weight, bias] = [x.clone().requiresGrad_(), w.clone().requiresGrad_(), w.clone().requiresGrad_()];
      const y = layerNorm(leaf, 130, { weight, bias });
      y.backward(upstream);
      return [y.tolist(), leaf.grad!.tolist(), weight.grad!.tolist(), bias.grad!.tolist()];
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

describe('bad input', () => {
  const x = randn([2, 3]);

  it('is refused by name and shape', () => {
    expect(() => layerNorm(x, 4)).toThrow(ShapeError);
    expect(() => layerNorm(x, 4)).toThrow(
      'layerNorm: the last dimensions of input must be [4], got an input of shape [2, 3]',
    );
    expect(() => rmsNorm(x, [1, 2, 3])).toThrow(ShapeError);
    expect(() => layerNorm(x, 3, { weight: ones([2]) })).toThrow(
      'layerNorm: weight must have the shape of normalizedShape, [3], got [2]',
    );
    expect(() => layerNorm(x, 3, { bias: ones([3], { dtype: 'float64' }) })).toThrow(DTypeError);
    expect(() => layerNorm(x, [])).toThrow('layerNorm: normalizedShape must be a size or a non-empty list of sizes');
    expect(() => layerNorm(x, 3, { eps: -1 })).toThrow(ValueError);
    expect(() => layerNorm(tensor([1, 2], { dtype: 'int32' }), 2)).toThrow(DTypeError);
    expect(() => layerNorm(x, 3, { epsilon: 1 } as never)).toThrow("unknown option 'epsilon'");
  });
});
