import { describe, expect, it } from 'vitest';
import { record } from '../../lib/autograd/record.js';
import { autograd, type Dims, GradcheckError, noGrad, type Tensor, tensor } from '../../lib/index.js';
import { SIZES, sample, VIEWS } from './samples.js';

const { gradcheck } = autograd;

type Reduction = (x: Tensor, dim: Dims | undefined, keepdim: boolean) => Tensor;

/** Every subset of dimensions of a few shapes, with and without keepdim. */
const places: readonly (readonly [shape: readonly number[], dim: Dims | undefined])[] = [
  ...SIZES.filter((n) => n > 0).map((n) => [[n], undefined] as const),
  [[3, 5], undefined],
  [[3, 5], 0],
  [[3, 5], 1],
  [
    [3, 5],
    [0, 1],
  ],
  [[2, 3, 4], 0],
  [[2, 3, 4], 1],
  [[2, 3, 4], -1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 4],
    [-1, 1],
  ],
  [
    [2, 3, 4],
    [0, 1, 2],
  ],
  [[4, 1], 0],
  [[17, 3], 0],
  [[3, 17], 1],
];

// norms below p = 1 have steep slopes near 0: stay away from it, and from ties.
const away = { avoid: [0], gap: 0.2 };

const reductions: readonly (readonly [name: string, fn: Reduction, more?: object])[] = [
  ['sum', (x, dim, keepdim) => x.sum(dim, { keepdim })],
  ['mean', (x, dim, keepdim) => x.mean(dim, { keepdim })],
  ['var', (x, dim, keepdim) => x.var(dim, { keepdim, correction: 0.5 })],
  ['var, biased', (x, dim, keepdim) => x.var(dim, { keepdim, unbiased: false })],
  ['std', (x, dim, keepdim) => x.std(dim, { keepdim, correction: 0.5 }), away],
  ['norm 2', (x, dim, keepdim) => x.norm(2, dim, { keepdim }), away],
  ['norm 1', (x, dim, keepdim) => x.norm(1, dim, { keepdim }), away],
  ['norm 3', (x, dim, keepdim) => x.norm(3, dim, { keepdim }), away],
  ['norm 1.5', (x, dim, keepdim) => x.norm(1.5, dim, { keepdim }), away],
  ['norm 0.5', (x, dim, keepdim) => x.norm(0.5, dim, { keepdim }), away],
  ['norm 0', (x, dim, keepdim) => x.norm(0, dim, { keepdim }), away],
  ['norm ∞', (x, dim, keepdim) => x.norm(Number.POSITIVE_INFINITY, dim, { keepdim }), away],
  ['norm -∞', (x, dim, keepdim) => x.norm(Number.NEGATIVE_INFINITY, dim, { keepdim }), away],
];

describe('gradients of reductions', () => {
  for (const [name, fn, more] of reductions) {
    it(name, () => {
      for (const [i, [shape, dim]] of places.entries()) {
        // One element has no standard deviation to follow.
        if (name === 'std' && shape.length === 1 && shape[0] === 1) continue;
        if (name === 'std' && shape[1] === 1 && dim === 1) continue;
        for (const keepdim of [false, true]) {
          expect(
            gradcheck((x) => fn(x, dim, keepdim), sample(shape, i + 1, more)),
            `${shape} over ${dim}`,
          ).toBe(true);
        }
      }
      for (const view of Object.values(VIEWS)) {
        const [leaf] = view((shape) => sample(shape, 21, more));
        for (const dim of [0, 1]) expect(gradcheck((x) => fn(view(() => x)[1], dim, false), leaf)).toBe(true);
      }
    });
  }

  it('prod, with no zero, one and two', () => {
    for (const [i, n] of SIZES.entries()) expect(gradcheck((x) => x.prod(), sample([n], i))).toBe(true);
    for (const [i, dim] of [0, 1, -1].entries()) {
      for (const keepdim of [false, true]) {
        expect(gradcheck((x) => x.prod(dim, { keepdim }), sample([3, 4, 2], i))).toBe(true);
      }
    }
    const zeros = () =>
      tensor(
        [
          [0, 2, 3],
          [0, 5, 0],
          [1, 2, 0],
          [4, 5, 6],
        ],
        { dtype: 'float64', requiresGrad: true },
      );
    expect(gradcheck((x) => x.prod(1), zeros())).toBe(true);
    expect(gradcheck((x) => x.prod(0), zeros())).toBe(true);
    expect(gradcheck((x) => x.prod(), zeros())).toBe(true);
  });

  it('sums and means of nothing', () => {
    expect(gradcheck((x) => x.sum(), sample([0, 3], 1))).toBe(true);
    expect(gradcheck((x) => x.sum(0), sample([0, 3], 1))).toBe(true);
    expect(gradcheck((x) => x.sum(1), sample([3, 0], 1))).toBe(true);
    expect(gradcheck((x) => x.mul(2).mean(), sample([], 1))).toBe(true);
  });
});

describe('gradients of selections', () => {
  const along: readonly (readonly [name: string, fn: (x: Tensor, dim: number) => Tensor])[] = [
    ['max', (x, dim) => x.max(dim)[0]],
    ['max, keepdim', (x, dim) => x.max(dim, { keepdim: true }).values],
    ['min', (x, dim) => x.min(dim).values],
    ['sort', (x, dim) => x.sort(dim).values],
    ['sort, descending', (x, dim) => x.sort(dim, { descending: true })[0]],
    ['topk', (x, dim) => x.topk(2, dim).values],
    ['topk, smallest', (x, dim) => x.topk(1, dim, { largest: false })[0]],
    ['cumsum', (x, dim) => x.cumsum(dim)],
  ];
  /** All different, by steps that a difference quotient never crosses. */
  const distinct = (shape: readonly number[], seed: number): Tensor => {
    const x = sample(shape, seed, { low: 0, high: 0.4 });
    return noGrad(() =>
      x.add(
        tensor(
          Float64Array.from({ length: x.numel }, (_, i) => (i * 7919) % 104729),
          { shape: shape.slice() },
        ),
      ),
    ).requiresGrad_();
  };
  for (const [name, fn] of along) {
    it(name, () => {
      for (const n of SIZES.filter((size) => size >= 2)) {
        expect(gradcheck((x) => fn(x, 0), distinct([n], n))).toBe(true);
        expect(gradcheck((x) => fn(x, 1), distinct([2, n], n))).toBe(true);
      }
      for (const dim of [0, 1, 2]) expect(gradcheck((x) => fn(x, dim), distinct([3, 2, 4], dim))).toBe(true);
      for (const view of Object.values(VIEWS)) {
        const [leaf] = view((shape) => distinct(shape, 5));
        for (const dim of [0, 1]) expect(gradcheck((x) => fn(view(() => x)[1], dim), leaf)).toBe(true);
      }
    });
  }

  it('max and min of everything', () => {
    for (const n of SIZES.filter((size) => size > 0)) {
      expect(gradcheck((x) => x.max(), distinct([n], n))).toBe(true);
      expect(gradcheck((x) => x.min(), distinct([n, 2], n))).toBe(true);
    }
  });

  it('finds a gradient that is wrong on purpose', () => {
    const wrong = (x: Tensor) => {
      const out = noGrad(() => x.sum(0));
      return record('WrongBackward0', [x], out, (grad) => [grad.expandAs(x).mul(0.99)]);
    };
    expect(() => gradcheck(wrong, sample([3, 4], 1))).toThrow(GradcheckError);
  });
});
