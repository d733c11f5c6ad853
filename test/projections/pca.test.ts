import { describe, expect, it } from 'vitest';
import { KeyedVectors, type PointData, pca, randn, Tensor, tensor } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface PcaCase extends Record<string, unknown> {
  x: ArrayFixture;
  components: number;
  whiten: boolean;
  axes: ArrayFixture;
}

const { pca: cases } = readFixture<{ pca: PcaCase[] }>('projections');

function expectClose(actual: Tensor, wanted: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(wanted.shape);
  const largest = Number(actual.sub(wanted).abs().max());
  expect(largest).toBeLessThanOrEqual(tolerance);
}

describe('pca', () => {
  it.each(cases)('gives what scikit-learn gives: $x.shape, $components, $whiten', (fixture) => {
    const { components, whiten } = fixture;
    const found = pca(toTensor(fixture.x), { components, whiten });
    expectClose(found.components, toTensor(fixture.axes), 1e-5);
    for (const name of [
      'projected',
      'mean',
      'explainedVariance',
      'explainedVarianceRatio',
      'singularValues',
    ] as const) {
      expectClose(found[name], toTensor(fixture[name] as ArrayFixture), 2e-5);
    }
  });

  it('takes every kind of table', () => {
    const x = randn([20, 4]);
    const wanted = pca(x).projected;
    const kinds: PointData[] = [
      x.tolist() as number[][],
      x.double(),
      new KeyedVectors(
        Array.from({ length: 20 }, (_, i) => `w${i}`),
        x,
      ),
      x.t().contiguous().t(),
    ];
    for (const kind of kinds) expectClose(pca(kind).projected, wanted, 1e-5);
    const [before, after] = [x.clone(), pca(x)];
    expectClose(x, before, 0);
    expect(after.projected.requiresGrad).toBe(false);
  });

  it('has axes of length 1 where there is no variance left', () => {
    const x = tensor([
      [1, 2, 3, 4],
      [2, 4, 6, 8],
      [3, 6, 9, 12],
    ]);
    const { components, explainedVarianceRatio, projected } = pca(x, { components: 3 });
    expectClose(components.matmul(components.t()), tensor(identity(3)), 1e-5);
    expectClose(explainedVarianceRatio, tensor([1, 0, 0]), 1e-6);
    const constant = pca(tensor(Array.from({ length: 6 }, () => [1, 1])), { whiten: true });
    expectClose(constant.projected, tensor(Array.from({ length: 6 }, () => [0, 0])), 0);
    expect(projected.shape).toEqual([3, 3]);
  });

  it('refuses what is no table or no option', () => {
    const x = randn([5, 3]);
    // biome-ignore lint/suspicious/noExplicitAny: what no type allows.
    const any = (value: unknown) => value as any;
    expect(() => pca(any(3))).toThrow(/^pca: x must be a Tensor \[points, dimensions\], KeyedVectors/);
    expect(() => pca(randn([5]))).toThrow(/^pca: x must be \[points, dimensions\], got shape \[5\]/);
    expect(() => pca(randn([1, 3]))).toThrow(/^pca: x must have at least 2 rows/);
    expect(() => pca(new Tensor(x.storage, [5, 0], [0, 1], 0))).toThrow(/at least one column/);
    expect(() => pca([[1, 2], [3]])).toThrow();
    expect(() =>
      pca([
        [1, Number.NaN],
        [3, 4],
      ]),
    ).toThrow(/^pca: x must be finite, got NaN in row 0, column 1/);
    expect(() => pca(x, { components: 4 })).toThrow(/^pca: components must be at most 3/);
    expect(() => pca(x, { components: 1.5 })).toThrow(/^pca: components must be a whole number/);
    expect(() => pca(x, any({ component: 2 }))).toThrow(/did you mean 'components'/);
    expect(() => pca(x, any({ whiten: 1 }))).toThrow(/^pca: whiten must be true or false/);
  });
});

function identity(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}
