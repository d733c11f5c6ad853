import { afterAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  ones,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const attention = nn.functional.scaledDotProductAttention;

/** q [2, 2, 3, 4], k [2, 2, 5, 4], v [2, 2, 5, 3] in double. */
function leaves(): [Tensor, Tensor, Tensor] {
  manualSeed(3);
  return [randn([2, 2, 3, 4], double), randn([2, 2, 5, 4], double), randn([2, 2, 5, 3], double)];
}

/** A bool mask that hides about a third, and never key 0. */
function someMask(...shape: number[]): Tensor {
  manualSeed(4);
  const mask = randn(shape).gt(-0.4);
  mask.narrow(-1, 0, 1).maskedFill_(ones([1], { dtype: 'bool' }), 1);
  return mask;
}

describe('gradients by differences', () => {
  const numbers = randn([3, 5], { dtype: 'float64' });
  const cases: [string, Parameters<typeof attention>[3]][] = [
    ['plain', {}],
    ['causal', { isCausal: true }],
    ['bool mask', { attnMask: someMask(2, 2, 3, 5) }],
    ['bool mask for padding', { attnMask: someMask(2, 1, 1, 5) }],
    ['additive mask', { attnMask: numbers }],
    ['scale', { scale: -1.5 }],
    ['dropout', { dropoutP: 0.4 }],
    ['dropout and mask', { dropoutP: 0.4, attnMask: someMask(3, 5) }],
    ['dropout, causal', { dropoutP: 0.4, isCausal: true }],
  ];
  for (const [name, options] of cases) {
    it(name, () => {
      autograd.gradcheck((q, k, v) => {
        manualSeed(5);
        return attention(q, k, v, options);
      }, leaves());
    });
  }

  it('of a mask that hides a whole row', () => {
    const attnMask = someMask(2, 2, 3, 5);
    attnMask.narrow(2, 1, 1).maskedFill_(ones([1], { dtype: 'bool' }), 0);
    const [q, k, v] = leaves();
    autograd.gradcheck((a, b, c) => attention(a, b, c, { attnMask }), [q, k, v]);
    const out = attention(q, k, v, { attnMask });
    expect(out.narrow(2, 1, 1).abs().sum().item()).toBe(0);
    out.sum().backward();
    expect(q.grad!.narrow(2, 1, 1).abs().sum().item()).toBe(0);
  });

  it('of a learned mask', () => {
    const mask = randn([2, 1, 3, 5], double);
    autograd.gradcheck((q, k, v, attnMask) => attention(q, k, v, { attnMask }), [...leaves(), mask]);
  });

  it('of shared key heads', () => {
    const [, k, v] = leaves();
    const q = randn([2, 6, 3, 4], double);
    autograd.gradcheck((...[a, b, c]) => attention(a, b, c, { enableGqa: true, isCausal: true }), [q, k, v]);
    const mask = randn([6, 3, 5], double);
    const grouped = (a: Tensor, b: Tensor, c: Tensor, attnMask: Tensor) =>
      attention(a, b, c, { enableGqa: true, attnMask });
    autograd.gradcheck(grouped, [q, k, v, mask]);
  });

  it('of each input alone', () => {
    for (const wanted of [0, 1, 2]) {
      const inputs = leaves();
      for (const [i, x] of inputs.entries()) x.requiresGrad = i === wanted;
      autograd.gradcheck((q, k, v) => attention(q, k, v, { isCausal: true }), inputs);
    }
  });

  it('of views that lie across memory', () => {
    const q = randn([3, 2, 2, 4], double);
    const k = randn([2, 2, 4, 5], double);
    const v = randn([2, 2, 3, 5], double);
    const seen = (a: Tensor, b: Tensor, c: Tensor) =>
      attention(a.permute(1, 2, 0, 3), b.transpose(-2, -1), c.transpose(-2, -1));
    autograd.gradcheck(seen, [q, k, v]);
  });

  it('are told from wrong ones', () => {
    const inputs = leaves();
    expect(autograd.gradcheck((q, k, v) => attention(q, k.detach().mul(1), v), inputs, { raiseError: false })).toBe(
      false,
    );
  });
});

describe('what comes out', () => {
  it('is that of single operations, over more queries and keys than a block holds', () => {
    manualSeed(6);
    const q = randn([2, 3, 150, 24]);
    const k = randn([2, 3, 333, 24]);
    const v = randn([2, 3, 333, 40]);
    const attnMask = someMask(2, 1, 1, 333);
    const scores = q
      .matmul(k.transpose(-2, -1))
      .div(Math.sqrt(24))
      .maskedFill(attnMask.logicalNot(), Number.NEGATIVE_INFINITY);
    const expected = scores.softmax(-1).matmul(v);
    const difference = attention(q, k, v, { attnMask }).sub(expected).abs().max().item();
    expect(difference).toBeLessThan(2e-6);
  });

  it('drops weights in the proportion asked for, and scales the others up', () => {
    manualSeed(7);
    const [q, k, v] = [zeros([1, 1, 400, 8]), zeros([1, 1, 400, 8]), ones([1, 1, 400, 1])];
    const out = attention(q, k, v, { dropoutP: 0.25 });
    expect(out.mean().item()).toBeCloseTo(1, 2);
    expect(out.std().item()).toBeGreaterThan(0.01);
  });

  it('needs memory for a block of scores only', () => {
    // All scores of 8 heads of 4,096 would take 512 MB.
    const [q, k, v] = [0, 1, 2].map(() => randn([1, 8, 4096, 16]));
    const before = process.memoryUsage().rss;
    noGrad(() => attention(q, k, v, { isCausal: true }));
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  it('notices a mask that changes between forward and backward', () => {
    const [q, k, v] = leaves();
    const attnMask = someMask(3, 5);
    const out = attention(q, k, v, { attnMask });
    attnMask.maskedFill_(attnMask, 0);
    expect(() => out.sum().backward()).toThrow(/in place|in-place|changed/);
  });
});

describe('any number of threads', () => {
  const before = getNumThreads();
  afterAll(() => setNumThreads(before));

  for (const heads of [1, 3]) {
    it(`gives the same bits, ${heads} heads`, () => {
      manualSeed(8);
      const inputs = [randn([1, heads, 130, 20]), randn([1, heads, 170, 20]), randn([1, heads, 170, 12])];
      const results = [1, 2, 5].map((threads) => {
        setNumThreads(threads);
        manualSeed(9);
        const [q, k, v] = inputs.map((x) => x.clone().requiresGrad_());
        const out = attention(q, k, v, { isCausal: true, dropoutP: 0.1 });
        out.square().sum().backward();
        return [out, q.grad!, k.grad!, v.grad!].map((x) => x.tolist());
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    });
  }
});

describe('bad input', () => {
  const [q, k, v] = [randn([2, 3, 4]), randn([2, 5, 4]), randn([2, 5, 6])];

  it('is refused by name and shape', () => {
    expect(() => attention(q, randn([2, 5, 3]), v)).toThrow(ShapeError);
    expect(() => attention(q, randn([2, 5, 3]), v)).toThrow('query and key must agree in the last dimension');
    expect(() => attention(q, k, randn([2, 4, 6]))).toThrow('key and value must have one length (dimension -2)');
    expect(() => attention(q, randn([3, 5, 4]), v)).toThrow(ShapeError);
    expect(() => attention(randn([4]), k, v)).toThrow('query must have at least 2 dimensions');
    expect(() => attention(q, k.double(), v)).toThrow(DTypeError);
    expect(() => attention(tensor([[1]], { dtype: 'int32' }), k, v)).toThrow(DTypeError);
    expect(() => attention(q, k, v, { attnMask: zeros([3, 4]) })).toThrow(ShapeError);
    expect(() => attention(q, k, v, { attnMask: zeros([5, 2, 3, 5]) })).toThrow(
      "attnMask of shape [5, 2, 3, 5] does not broadcast to the scores' [2, 3, 5]",
    );
    expect(() => attention(q, k, v, { attnMask: zeros([3, 5], { dtype: 'int32' }) })).toThrow(DTypeError);
    expect(() => attention(q, k, v, { attnMask: zeros([3, 5]), isCausal: true })).toThrow(ArgumentError);
    expect(() => attention(q, k, v, { dropoutP: 2 })).toThrow(ValueError);
    expect(() => attention(q, k, v, { scale: Number.NaN })).toThrow(ValueError);
    expect(() => attention(randn([1, 3, 2, 4]), randn([1, 2, 5, 4]), randn([1, 2, 5, 4]), { enableGqa: true })).toThrow(
      'a divisor of',
    );
    expect(() => attention(q, k, v, { attnMsk: null } as never)).toThrow("did you mean 'attnMask'");
  });
});
