import { describe, expect, it } from 'vitest';
import { type Limit, type Tensor, tensor } from '../../lib/index.js';

const { NaN: nan } = Number;
const xs = [-2, -1, 0, 0.5, 1, 2, 3, nan, 1, 1, 0.25, -0.5, 7, 1, 0, 2, -3];
const lows = [-1, -1, -1, -1, -1, 2, 2, 0, nan, 0, 0.25, -1, 1, 2, 2, -4, -3];
const highs = [1, 1, 1, 1, 1, 3, 1, 1, 2, nan, 0.25, -1, 7, 1, 1, 0, -3];

const vector = (values: readonly number[], requiresGrad = false) => tensor(values, { dtype: 'float64', requiresGrad });
const at = (limit: Limit, i: number, open: number) =>
  limit === null ? open : typeof limit === 'number' ? limit : limit.at(i);

/** PyTorch's rules, element by element: the value, and the gradients of the three. */
function expected(low: Limit, high: Limit) {
  return xs.map((x, i) => {
    const [from, to] = [at(low, i, Number.NEGATIVE_INFINITY), at(high, i, Number.POSITIVE_INFINITY)];
    const flag = (condition: boolean) => (condition ? 1 : 0);
    return {
      value: Math.min(Math.max(x, from), to),
      ofInput: flag(x >= from && x <= to),
      ofLow: flag(x < from && from < to),
      ofHigh: flag(x > to || to < from),
    };
  });
}

describe('clamp between tensors', () => {
  const cases: [what: string, low: () => Limit, high: () => Limit][] = [
    ['two tensors', () => vector(lows, true), () => vector(highs, true)],
    ['a tensor and a number', () => vector(lows, true), () => 1],
    ['a number and a tensor', () => -1, () => vector(highs, true)],
    ['a lower tensor', () => vector(lows, true), () => null],
    ['an upper tensor', () => null, () => vector(highs, true)],
  ];
  it.each(cases)('%s: values and gradients', (_, lower, upper) => {
    const [low, high] = [lower(), upper()];
    const x = vector(xs, true);
    const want = expected(low, high);
    const out = x.clamp(low, high);
    out.sum().backward();
    expect(out.tolist()).toEqual(want.map(({ value }) => value));
    expect(x.grad?.tolist()).toEqual(want.map(({ ofInput }) => ofInput));
    if (typeof low === 'object' && low !== null) {
      expect(low.grad?.tolist()).toEqual(want.map(({ ofLow }) => ofLow));
    }
    if (typeof high === 'object' && high !== null) {
      expect(high.grad?.tolist()).toEqual(want.map(({ ofHigh }) => ofHigh));
    }
    expect(
      x
        .detach()
        .clamp_(low === null ? null : detached(low), high === null ? null : detached(high))
        .tolist(),
    ).toEqual(want.map(({ value }) => value));
  });

  const detached = (limit: number | Tensor) => (typeof limit === 'number' ? limit : limit.detach());

  it('broadcasts all three, and takes integers', () => {
    const x = tensor([[-5, 0, 5]], { requiresGrad: true });
    const low = tensor([[-1], [1]], { requiresGrad: true });
    const high = tensor([2, 2, 2], { requiresGrad: true });
    const out = x.clamp(low, high);
    expect(out.tolist()).toEqual([
      [-1, 0, 2],
      [1, 1, 2],
    ]);
    out.sum().backward();
    expect([x.grad?.tolist(), low.grad?.tolist(), high.grad?.tolist()]).toEqual([[[0, 1, 0]], [[1], [2]], [0, 0, 2]]);
    const ints = tensor([-5, 0, 5], { dtype: 'int32' });
    expect(ints.clamp(tensor([-1, 1, 1], { dtype: 'int32' }), tensor([2, 2, 2], { dtype: 'int32' })).tolist()).toEqual([
      -1, 1, 2,
    ]);
  });
});
