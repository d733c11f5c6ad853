import { describe, expect, it } from 'vitest';
import {
  autograd,
  DTypeError,
  IndexError,
  nn,
  rand,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;
const reductions = ['none', 'mean', 'sum'] as const;
const check = autograd.gradcheck;
/** Numbers well above 0, as leaves. */
const positive = (shape: number[]) => rand(shape, { dtype: 'float64' }).add(0.5).detach().requiresGrad_();

describe('likelihoods and margin losses, checked by differences', () => {
  for (const shape of [[1], [7], [8], [9], [35], [3, 5], []]) {
    for (const reduction of reductions) {
      it(`shape [${shape}], reduction ${reduction}`, () => {
        const x = () => randn(shape, double);
        const signs = randn(shape, { dtype: 'float64' }).sign();
        expect(check((a) => F.hingeEmbeddingLoss(a, signs, { reduction, margin: 0.7 }), [x()])).toBe(true);
        expect(check((a, b) => F.softMarginLoss(a, b, { reduction }), [x(), x()])).toBe(true);
        for (const full of [false, true]) {
          expect(check((a, b) => F.poissonNllLoss(a, b, { reduction, full }), [x(), positive(shape)])).toBe(true);
          const rates = (a: Tensor, b: Tensor) =>
            F.poissonNllLoss(a, b, { reduction, full, logInput: false, eps: 0.1 });
          expect(check(rates, [positive(shape), positive(shape)])).toBe(true);
          const gaussian = (a: Tensor, b: Tensor, v: Tensor) =>
            F.gaussianNllLoss(a, b, v, { reduction, full, eps: 0.01 });
          expect(check(gaussian, [x(), x(), positive(shape)])).toBe(true);
        }
      });
    }
  }

  for (const count of [1, 2, 7, 8, 9, 17, 35]) {
    for (const reduction of reductions) {
      it(`${count} classes, reduction ${reduction}`, () => {
        const weight = rand([count], { dtype: 'float64' }).add(0.1);
        const ids = tensor(
          Int32Array.from({ length: 5 }, (_, i) => (i * 7 + 3) % count),
          { shape: [5] },
        );
        const labels = tensor(
          Int32Array.from({ length: 5 * count }, (_, i) => (i % 3 === 2 ? -1 : (i * 5 + 1) % count)),
          { shape: [5, count] },
        );
        const x = () => randn([5, count], double);
        for (const p of [1, 2] as const) {
          expect(check((a) => F.multiMarginLoss(a, ids, { p, margin: 0.6, weight, reduction }), [x()])).toBe(true);
        }
        expect(check((a) => F.multilabelMarginLoss(a, labels, { reduction }), [x()])).toBe(true);
        const soft = (a: Tensor, b: Tensor) => F.multilabelSoftMarginLoss(a, b, { weight, reduction });
        expect(check(soft, [x(), positive([5, count])])).toBe(true);
      });
    }
  }

  it('broadcasts targets and variances', () => {
    const x = randn([3, 4], double);
    expect(check((a, b) => F.poissonNllLoss(a, b), [x, positive([4])])).toBe(true);
    expect(
      check((a, v) => F.gaussianNllLoss(a, randn([3, 4], { dtype: 'float64' }).detach().mul(0), v), [x, positive([3])]),
    ).toBe(true);
    expect(check((a, v) => F.gaussianNllLoss(a, a.detach().mul(0), v), [x, positive([1, 4])])).toBe(true);
  });

  it('takes distances of the caller’s own', () => {
    const distanceFunction = (a: Tensor, b: Tensor) => a.sub(b).abs().sum(1);
    const leaves = () => [randn([4, 3], double), randn([4, 3], double), randn([4, 3], double)];
    for (const swap of [false, true]) {
      const loss = (a: Tensor, p: Tensor, n: Tensor) =>
        F.tripletMarginWithDistanceLoss(a, p, n, { distanceFunction, swap, margin: 2 });
      expect(check(loss, leaves())).toBe(true);
    }
    const [a, p, n] = leaves();
    const own = F.tripletMarginWithDistanceLoss(a, p, n, { margin: 0.5 }).item();
    expect(own).toBeCloseTo(F.tripletMarginLoss(a, p, n, { margin: 0.5 }).item() as number, 12);
  });

  it('stays finite where e^-x is not, and keeps variances from zero', () => {
    expect(F.softMarginLoss(tensor([-1e4]), tensor([1])).item()).toBe(1e4);
    const v = tensor([0, 1]).requiresGrad_();
    F.gaussianNllLoss(tensor([1, 1]), tensor([1, 1]), v, { reduction: 'sum', eps: 0.5 }).backward();
    // As in PyTorch, a variance that was too small still gets the gradient of the least one.
    expect(v.grad!.tolist()).toEqual([1, 0.5]);
    expect(F.gaussianNllLoss(tensor([3]), tensor([1]), 4).item()).toBeCloseTo(0.5 * (Math.log(4) + 1), 6);
  });
});

describe('these losses refuse', () => {
  const x = randn([2, 3]);

  it('what does not fit, in their own names', () => {
    expect(() => F.multiMarginLoss(x, [0, 3])).toThrow(
      /multiMarginLoss: target 3 at position 1 is none of the 3 classes/,
    );
    expect(() => F.multiMarginLoss(x, [0, -1])).toThrow(IndexError);
    expect(() => F.multiMarginLoss(x, [0])).toThrow(/multiMarginLoss: target must have shape \[2\]/);
    expect(() => F.multiMarginLoss(x, [0, 1], { p: 3 as never })).toThrow(/p must be 1 or 2, got 3/);
    expect(() => F.multiMarginLoss(randn([2, 3, 4]), [0, 1])).toThrow(ShapeError);
    expect(() => F.multiMarginLoss(x, [0, 1], { weight: randn([2]) })).toThrow(/multiMarginLoss: weight/);
    expect(() =>
      F.multilabelMarginLoss(x, [
        [0, 3, -1],
        [0, 0, 0],
      ]),
    ).toThrow(/target 3 at position 1 .*nor the -1/);
    expect(() => F.multilabelMarginLoss(x, [0, 1])).toThrow(ShapeError);
    expect(() => F.multilabelSoftMarginLoss(x, randn([3]))).toThrow(/multilabelSoftMarginLoss: target must have/);
    expect(() => F.poissonNllLoss(x, randn([4]))).toThrow(/poissonNllLoss/);
    expect(() => F.poissonNllLoss(x, randn([2, 3], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => F.poissonNllLoss(x, x, { logInput: 1 as never })).toThrow(/logInput must be true or false, got 1/);
    expect(() =>
      F.gaussianNllLoss(
        x,
        x,
        tensor([
          [1, 1, 1],
          [1, -2, 1],
        ]),
      ),
    ).toThrow(/variance .* got -2 at position 4/);
    expect(() => F.gaussianNllLoss(x, x, -1)).toThrow(ValueError);
    expect(() => F.gaussianNllLoss(x, x, rand([3]))).toThrow(/gaussianNllLoss: variance must have the input's shape/);
    expect(() => F.gaussianNllLoss(x, x, 1, { eps: 0 })).toThrow(/eps must be a number above 0, got 0/);
    expect(() => F.hingeEmbeddingLoss(x, x, { margins: 1 } as never)).toThrow(/did you mean 'margin'/);
    expect(() => F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: 2 as never })).toThrow(
      /distanceFunction/,
    );
    expect(() => F.tripletMarginWithDistanceLoss(x, x, x, { distanceFunction: () => 3 as never })).toThrow(
      /tripletMarginWithDistanceLoss: what distanceFunction returns/,
    );
    expect(() => new nn.MultiMarginLoss({ p: 0 as never })).toThrow(/MultiMarginLoss: p must be 1 or 2/);
    expect(() => new nn.GaussianNLLLoss({ eps: -1 })).toThrow(/GaussianNLLLoss: eps/);
  });
});
