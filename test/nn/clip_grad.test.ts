import { describe, expect, it } from 'vitest';
import { nn, RowSparse, randn, type Tensor, tensor, ValueError } from '../../lib/index.js';

const { clipGradNorm_, clipGradValue_, totalGradNorm } = nn.utils;

function withGrad(grad: Tensor): Tensor {
  const parameter = tensor(0, { dtype: grad.dtype }).expand(grad.shape).clone().requiresGrad_();
  parameter.grad = grad;
  return parameter;
}

function sparse(): RowSparse {
  const values = tensor(
    [
      [3, 0],
      [1, 1],
      [1, 4],
    ],
    { dtype: 'float64' },
  );
  return new RowSparse(tensor([2, 0, 2], { dtype: 'int32' }), values, [4, 2]);
}

describe('clipGradNorm_', () => {
  it('scales all gradients by one factor and returns the norm before', () => {
    const [a, b] = [withGrad(tensor([3, 0], { dtype: 'float64' })), withGrad(tensor([[4]], { dtype: 'float64' }))];
    const norm = clipGradNorm_([a, b], 1);
    expect(norm.item()).toBe(5);
    expect(norm.shape).toEqual([]);
    const factor = 1 / (5 + 1e-6);
    expect(a.grad!.tolist()).toEqual([3 * factor, 0]);
    expect(b.grad!.tolist()).toEqual([[4 * factor]]);
  });

  it('leaves small gradients alone', () => {
    const a = withGrad(tensor([0.3, 0.4], { dtype: 'float64' }));
    clipGradNorm_(a, 1);
    expect(a.grad!.tolist()).toEqual([0.3, 0.4]);
    expect(clipGradNorm_([tensor([1], { requiresGrad: true })], 1).item()).toBe(0);
  });

  for (const [normType, expected] of [
    [1, 7],
    [2, 5],
    [3, 91 ** (1 / 3)],
    [Number.POSITIVE_INFINITY, 4],
  ]) {
    it(`measures the ${normType}-norm`, () => {
      const a = withGrad(tensor([[-3], [4]], { dtype: 'float64' }));
      expect(clipGradNorm_([a], 100, { normType }).item()).toBeCloseTo(expected, 12);
    });
  }

  it('sums the values of a row-sparse gradient before it measures them', () => {
    const parameter = withGrad(sparse());
    const dense = withGrad(sparse().toDense());
    const norm = clipGradNorm_([parameter], 2);
    expect(norm.item()).toBeCloseTo(clipGradNorm_([dense], 2).item(), 12);
    const grad = parameter.grad as RowSparse;
    expect(grad.indices.tolist()).toEqual([0, 2]);
    for (const [i, x] of (grad.toDense().tolist() as number[][]).flat().entries()) {
      expect(x).toBeCloseTo((dense.grad!.tolist() as number[][]).flat()[i], 12);
    }
  });

  it('measures long gradients accurately', () => {
    const a = withGrad(randn([100_003]));
    const exact = Math.sqrt((a.grad!.data as Float32Array).reduce((sum, x) => sum + x * x, 0));
    expect(Math.abs(totalGradNorm([a]) / exact - 1)).toBeLessThan(1e-6);
  });

  it('spreads NaN, or throws when asked to', () => {
    const a = withGrad(tensor([1, Number.NaN]));
    expect(() => clipGradNorm_([a], 1, { errorIfNonfinite: true })).toThrow(/the norm of the gradients is NaN/);
    expect((a.grad!.tolist() as number[])[0]).toBe(1);
    clipGradNorm_([a], 1);
    expect((a.grad!.tolist() as number[])[0]).toBeNaN();
  });

  it('refuses what is no norm', () => {
    const a = withGrad(tensor([1]));
    expect(() => clipGradNorm_([a], -1)).toThrow(ValueError);
    expect(() => clipGradNorm_([a], 1, { normType: -2 })).toThrow(ValueError);
    expect(() => clipGradNorm_([1] as never, 1)).toThrow(/parameters must hold tensors/);
    expect(() => clipGradNorm_([a], 1, { normtype: 1 } as never)).toThrow(/did you mean 'normType'/);
  });
});

describe('clipGradValue_', () => {
  it('cuts each element, transposed and row-sparse gradients too', () => {
    const a = withGrad(
      tensor(
        [
          [-3, 0.5],
          [4, -0.25],
        ],
        { dtype: 'float64' },
      ).t(),
    );
    const b = withGrad(sparse());
    clipGradValue_([a, b], 1);
    expect(a.grad!.tolist()).toEqual([
      [-1, 1],
      [0.5, -0.25],
    ]);
    expect((b.grad as RowSparse).toDense().tolist()).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(() => clipGradValue_([a], Number.NaN)).toThrow(ValueError);
  });
});
