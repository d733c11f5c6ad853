import { describe, expect, it } from 'vitest';
import { record } from '../../lib/autograd/record.js';
import * as lutra from '../../lib/index.js';
import { autograd, GradcheckError, nn, type Tensor } from '../../lib/index.js';
import { type SampleOptions, SIZES, sample, VIEWS } from './samples.js';

const { gradcheck } = autograd;
const { functional } = nn;

type Unary = readonly [name: string, fn: (x: Tensor) => Tensor, options?: SampleOptions];

const positive: SampleOptions = { low: 0.2, high: 3 };
const fraction: SampleOptions = { low: -0.9, high: 0.9 };
const kink = (...avoid: number[]): SampleOptions => ({ avoid });

const unary: readonly Unary[] = [
  ['neg', (x) => x.neg()],
  ['abs', (x) => x.abs(), kink(0)],
  ['sign', (x) => x.sign(), kink(0)],
  ['square', (x) => x.square()],
  ['sqrt', (x) => x.sqrt(), positive],
  ['rsqrt', (x) => x.rsqrt(), positive],
  ['reciprocal', (x) => x.reciprocal(), positive],
  ['floor', (x) => x.floor(), kink(-2, -1, 0, 1, 2)],
  ['ceil', (x) => x.ceil(), kink(-2, -1, 0, 1, 2)],
  ['round', (x) => x.round(), kink(-1.5, -0.5, 0.5, 1.5)],
  ['trunc', (x) => x.trunc(), kink(-2, -1, 0, 1, 2)],
  ['exp', (x) => x.exp()],
  ['expm1', (x) => x.expm1()],
  ['log', (x) => x.log(), positive],
  ['log1p', (x) => x.log1p(), { low: -0.8, high: 3 }],
  ['log2', (x) => x.log2(), positive],
  ['log10', (x) => x.log10(), positive],
  ['sin', (x) => x.sin()],
  ['cos', (x) => x.cos()],
  ['tan', (x) => x.tan(), fraction],
  ['asin', (x) => x.asin(), fraction],
  ['acos', (x) => x.acos(), fraction],
  ['atan', (x) => x.atan()],
  ['sinh', (x) => x.sinh()],
  ['cosh', (x) => x.cosh()],
  ['tanh', (x) => x.tanh()],
  ['sigmoid', (x) => x.sigmoid()],
  ['erf', (x) => x.erf()],
  ['relu', (x) => x.relu(), kink(0)],
  ['leakyRelu', (x) => functional.leakyRelu(x, 0.2), kink(0)],
  ['gelu', (x) => functional.gelu(x)],
  ['gelu by tanh', (x) => functional.gelu(x, { approximate: 'tanh' })],
  ['silu', (x) => functional.silu(x)],
  ['softplus', (x) => functional.softplus(x)],
  ['softplus, sharp', (x) => functional.softplus(x, { beta: 3, threshold: 2 }), kink(2 / 3)],
  ['elu', (x) => functional.elu(x, 0.7), kink(0)],
  ['selu', (x) => functional.selu(x), kink(0)],
  ['logSigmoid', (x) => functional.logSigmoid(x)],
  ['mish', (x) => functional.mish(x)],
  ['hardtanh', (x) => functional.hardtanh(x, -0.5, 1), kink(-0.5, 1)],
  ['relu6', (x) => functional.relu6(x), { low: -1, high: 8, avoid: [0, 6] }],
  ['clamp', (x) => x.clamp(-0.5, 1), kink(-0.5, 1)],
  ['clamp, one side', (x) => x.clamp(null, 1), kink(1)],
  ['pow 2', (x) => x.pow(2)],
  ['pow 3', (x) => x.pow(3)],
  ['pow 0', (x) => x.pow(0)],
  ['pow 0.5', (x) => x.pow(0.5), positive],
  ['pow -1.5', (x) => x.pow(-1.5), positive],
  ['power of a number', (x) => lutra.pow(1.7, x)],
  ['number minus', (x) => lutra.sub(2, x)],
  ['number over', (x) => lutra.div(3, x), positive],
  ['add a number', (x) => x.add(2, { alpha: 3 })],
  ['mul by a number', (x) => x.mul(-2.5)],
  ['remainder', (x) => x.remainder(0.7), kink(-1.4, -0.7, 0, 0.7, 1.4)],
  ['fmod', (x) => x.fmod(0.7), kink(-1.4, -0.7, 0, 0.7, 1.4)],
  ['a cast to its own dtype', (x) => x.to('float64').mul(2)],
];

describe('gradients of functions of one tensor', () => {
  for (const [name, fn, options] of unary) {
    it(name, () => {
      for (const n of SIZES) expect(gradcheck(fn, sample([n], n + 1, options))).toBe(true);
      for (const shape of [[], [1, 1], [2, 3], [3, 0, 2], [2, 3, 4], [5, 1, 3]]) {
        expect(gradcheck(fn, sample(shape, shape.length + 50, options))).toBe(true);
      }
      for (const view of Object.values(VIEWS)) {
        for (const seed of [3, 4]) {
          const [leaf] = view((shape) => sample(shape, seed, options));
          expect(gradcheck((x) => fn(view(() => x)[1]), leaf)).toBe(true);
        }
      }
    });
  }
});

type Binary = readonly [name: string, fn: (a: Tensor, b: Tensor) => Tensor, a?: SampleOptions, b?: SampleOptions];

// Operands whose difference and quotient stay away from kinks: a on even steps, b on odd ones.
const even: SampleOptions = { low: 0, high: 2, avoid: [0.5, 1.5, 1, 2, 0], gap: 0.1 };
const binary: readonly Binary[] = [
  ['add', (a, b) => a.add(b)],
  ['add, alpha', (a, b) => a.add(b, { alpha: -2.5 })],
  ['sub', (a, b) => a.sub(b)],
  ['sub, alpha', (a, b) => a.sub(b, { alpha: 0.5 })],
  ['mul', (a, b) => a.mul(b)],
  ['div', (a, b) => a.div(b), {}, positive],
  ['pow', (a, b) => a.pow(b), positive],
  ['maximum', (a, b) => a.maximum(b), { low: 0, high: 1 }, { low: 1.1, high: 2 }],
  ['minimum', (a, b) => a.minimum(b), { low: 0, high: 1 }, { low: -1, high: -0.1 }],
  ['remainder', (a, b) => a.remainder(b), even, { low: 2.5, high: 3 }],
  ['fmod', (a, b) => a.fmod(b), even, { low: 2.5, high: 3 }],
  ['where', (a, b) => lutra.where(a.detach().gt(0), a, b), kink(0)],
  ['lerp, number', (a, b) => a.lerp(b, 0.3)],
  ['lerp, weight', (a, b) => a.lerp(b, a)],
  ['addcmul', (a, b) => a.addcmul(b, b, { value: 0.5 })],
  ['addcdiv', (a, b) => a.addcdiv(a, b, { value: -2 }), {}, positive],
  ['masked where of both', (a, b) => a.where(b.detach().gt(1), b), {}, kink(1)],
];

const PAIRS: readonly (readonly [readonly number[], readonly number[]])[] = [
  ...SIZES.map((n) => [[n], [n]] as const),
  [[3, 4], [4]],
  [[4], [3, 4]],
  [
    [3, 4],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 4],
  ],
  [[2, 3], []],
  [[], [2, 3]],
  [[], []],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [1, 1, 5],
    [2, 3, 1],
  ],
  [[0, 4], [4]],
  [
    [2, 0],
    [2, 1],
  ],
  [[5, 33], [33]],
  [
    [7, 1],
    [7, 9],
  ],
];

describe('gradients of functions of two tensors, broadcast', () => {
  for (const [name, fn, first, second] of binary) {
    it(name, () => {
      for (const [i, [a, b]] of PAIRS.entries()) {
        expect(gradcheck(fn, [sample(a, i, first), sample(b, i + 100, second)])).toBe(true);
      }
      for (const view of Object.values(VIEWS)) {
        const [left] = view((shape) => sample(shape, 7, first));
        const right = sample([5, 3], 8, second);
        expect(gradcheck((a, b) => fn(view(() => a)[1], b.t()), [left, right])).toBe(true);
      }
    });
  }

  it('one of two operands alone, the same tensor twice, and ties', () => {
    const a = sample([2, 3], 1);
    const b = sample([3], 2);
    expect(gradcheck((x) => x.mul(b.detach()), a)).toBe(true);
    expect(gradcheck((x) => a.detach().div(x.square().add(1)), b)).toBe(true);
    expect(gradcheck((x) => x.mul(x).add(x), a)).toBe(true);
    const ties = lutra.tensor([1, 2, 2], { requiresGrad: true });
    lutra
      .maximum(ties, lutra.tensor([2, 2, 1]))
      .sum()
      .backward();
    expect(ties.grad!.tolist()).toEqual([0, 0.5, 1]);
  });

  it('masked fills pass gradients where the mask is not set, and to a 0-dimensional value', () => {
    const mask = lutra.tensor([[true, false, true]]);
    for (const shape of [[3], [2, 3], [1, 3], [4, 3]]) {
      expect(gradcheck((x) => x.maskedFill(mask, 5), sample(shape, 3))).toBe(true);
      expect(gradcheck((x, v) => x.maskedFill(mask, v), [sample(shape, 3), sample([], 4)])).toBe(true);
    }
  });

  it('finds a gradient that is wrong on purpose', () => {
    const wrong = (a: Tensor, b: Tensor) => {
      const out = lutra.noGrad(() => a.mul(b));
      return record('WrongBackward0', [a, b], out, (grad) => [grad.mul(b), grad.mul(a).mul(1.01)], [a, b]);
    };
    expect(() => gradcheck(wrong, [sample([5], 1), sample([5], 2)])).toThrow(GradcheckError);
  });
});
