import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DTypeError,
  einsum,
  Generator,
  gather,
  gradient,
  i0,
  polygamma,
  randint,
  randintLike,
  ShapeError,
  tensor,
  unique,
  ValueError,
  zeros,
} from '../../lib/index.js';

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse.
const any = (value: unknown) => value as any;

describe('i0 and polygamma', () => {
  it('have their values where PyTorch’s i0 is infinite already, and at infinity', () => {
    const x = tensor([91.9, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const [large, ...ends] = i0(x).tolist() as number[];
    expect(large / 3.400241921290936e38).toBeCloseTo(1, 5);
    expect(ends).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(i0(tensor([713.5], { dtype: 'float64' })).item() / 1.1051012081178279e308).toBeCloseTo(1, 12);
  });

  it('far below 0 take no longer than near it', () => {
    const x = tensor([-1e9 - 0.25], { dtype: 'float64' });
    // The reflection formula, ψ″(x) = ψ″(1 − x) − 2π³ cos(πx) / sin³(πx), whose first term is nothing here.
    const angle = -Math.PI / 4;
    const expected = (-2 * Math.PI ** 3 * Math.cos(angle)) / Math.sin(angle) ** 3;
    expect(polygamma(2, x).item()).toBeCloseTo(expected, 4);
  });

  it('refuse orders that there are not', () => {
    for (const n of [-1, 1.5, any('x'), any(undefined)]) expect(() => polygamma(n, zeros([2]))).toThrow(ValueError);
    expect(() => zeros([2]).polygamma(-1)).toThrow('polygamma: n must be an integer of at least 0, got -1');
    expect(() => tensor([1], { dtype: 'int32' }).i0_()).toThrow(DTypeError);
  });
});

describe('gradient', () => {
  it('refuses what it can not take', () => {
    const x = zeros([3, 4]);
    const wrong: [unknown, new (...args: never[]) => Error][] = [
      [{ spacing: 'x' }, ArgumentError],
      [{ spacing: [1] }, ArgumentError],
      [{ spacing: [zeros([3]), zeros([3])] }, ShapeError],
      [{ spacing: [1, [0, 1]] }, ArgumentError],
      [{ spacing: [zeros([3], { requiresGrad: true })], dim: 0 }, ArgumentError],
      [{ dim: [0, -2] }, ValueError],
      [{ dim: 2 }, ValueError],
      [{ edgeOrder: 3 }, ValueError],
    ];
    for (const [options, kind] of wrong) expect(() => gradient(x, any(options)), JSON.stringify(options)).toThrow(kind);
    expect(() => gradient(zeros([2]), { edgeOrder: 2 })).toThrow(
      'gradient: dimension 0 must have at least 3 places, got 2',
    );
    expect(() => gradient(zeros([1, 3]))).toThrow(ShapeError);
    expect(gradient(zeros([1, 3]), { dim: 1 })[0].tolist()).toEqual([[0, 0, 0]]);
    expect(gradient(tensor(1))).toEqual([]);
  });
});

describe('randintLike', () => {
  it('draws what randint draws, in the shape and dtype of its input', () => {
    const x = zeros([3, 4], { dtype: 'float64' });
    const generator = () => new Generator(7);
    const drawn = randintLike(x, -5, 9, { generator: generator() });
    expect(drawn.dtype).toBe('float64');
    expect(drawn.tolist()).toEqual(randint(-5, 9, [3, 4], { dtype: 'float64', generator: generator() }).tolist());
    const bytes = randintLike(x, 3, { dtype: 'uint8', generator: generator() });
    expect([bytes.dtype, (bytes.tolist() as number[][]).flat().every((n) => n >= 0 && n < 3)]).toEqual(['uint8', true]);
  });

  it('speaks in its own name', () => {
    expect(() => randintLike(any([1]), 2)).toThrow(/^randintLike: input must be a Tensor/);
    expect(() => any(randintLike)(zeros([1]))).toThrow(
      'randintLike: takes (input, high) or (input, low, high), got 1 arguments',
    );
    expect(() => randintLike(zeros([1]), 5, 5)).toThrow(/^randintLike: /);
    expect(() => any(randintLike)(zeros([1]), 1, 2, 3)).toThrow(/^randintLike: takes/);
  });
});

describe('einsum by lists', () => {
  it('names dimensions by their numbers in its errors', () => {
    const [a, b] = [zeros([2, 3]), zeros([4, 2])];
    expect(() => einsum(a, [0, 1], b, [1, 2])).toThrow(
      'einsum: 1 has size 4 in operand 1 and 3 in an operand before it',
    );
    expect(() => einsum(a, [0, 1], [5])).toThrow("einsum: the output's 5 is in no operand");
    expect(() => einsum(a, [0, 52])).toThrow("what follows operand 0 must hold numbers from 0 to 51 and '...', got 52");
    expect(() => einsum(a, any('ij'))).toThrow(/^einsum: what follows operand 0 must be a list of numbers/);
    expect(() => any(einsum)(a)).toThrow('einsum: operand 0 must be followed by the list of its dimensions');
  });
});

describe('unique, not sorted', () => {
  it('gives elements and slices as they first occur', () => {
    const x = tensor([3, 1, 3, 2, 1, 3]);
    const [values, inverse, counts] = unique(x, { sorted: false, returnInverse: true, returnCounts: true });
    expect([values.tolist(), inverse.tolist(), counts.tolist()]).toEqual([
      [3, 1, 2],
      [0, 1, 0, 2, 1, 0],
      [3, 2, 1],
    ]);
    expect(values.indexSelect(0, inverse).tolist()).toEqual(x.tolist());
    const rows = tensor([
      [2, 0],
      [1, 9],
      [2, 0],
    ]);
    expect(unique(rows, { sorted: false, dim: 0 }).tolist()).toEqual([
      [2, 0],
      [1, 9],
    ]);
    expect(unique(zeros([0]), { sorted: false }).shape).toEqual([0]);
    expect(unique(x).tolist()).toEqual([1, 2, 3]);
  });
});

it('gather has no sparse gradients, and says where there are some', () => {
  const [x, index] = [zeros([2, 2]), tensor([[0, 1]], { dtype: 'int32' })];
  expect(gather(x, 0, index, { sparseGrad: false }).shape).toEqual([1, 2]);
  expect(() => gather(x, 0, index, any({ sparseGrad: true }))).toThrow(
    /^gather: sparseGrad must be false, got true: .*Embedding/,
  );
});
