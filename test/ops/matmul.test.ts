import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  addmm,
  autograd,
  bmm,
  DTypeError,
  dot,
  getNumThreads,
  matmul,
  mm,
  mv,
  nn,
  OptionError,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { gradcheck } = autograd;
const { linear } = nn.functional;

/** Plain sums of products over the last two dimensions of two tensors whose leading dimensions are equal. */
function reference(a: Tensor, b: Tensor): number[] {
  const [M, K] = a.shape.slice(-2);
  const N = b.shape[b.ndim - 1];
  const batch = a.numel / (M * K);
  const out: number[] = [];
  for (let s = 0; s < batch; s++) {
    for (let i = 0; i < M; i++) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let k = 0; k < K; k++) sum += a.at((s * M + i) * K + k) * b.at((s * K + k) * N + j);
        out.push(sum);
      }
    }
  }
  return out;
}

function expectClose(t: Tensor, values: readonly number[], tolerance = 1e-12): void {
  expect(t.numel).toBe(values.length);
  for (let i = 0; i < values.length; i++) expect(Math.abs(t.at(i) - values[i])).toBeLessThan(tolerance);
}

describe('matrix products', () => {
  const sizes = [
    [1, 1, 1],
    [2, 3, 4],
    [5, 17, 3],
    [7, 1, 33],
    [13, 40, 16],
    [70, 31, 9],
    [3, 300, 65],
  ];
  for (const [M, K, N] of sizes) {
    it(`${M} x ${K} by ${K} x ${N}, however the operands lie`, () => {
      const a = leaf(M, K).detach();
      const b = leaf(K, N).detach();
      const expected = reference(a, b);
      const left = [a, a.t().contiguous().t(), zeros([M, K + 3], { dtype: 'float64' }).narrow(1, 2, K)];
      left[2].copy_(a);
      const right = [b, b.t().contiguous().t(), zeros([K, 2 * N], { dtype: 'float64' }).slice(1, 0, 2 * N, 2)];
      right[2].copy_(b);
      for (const x of left) for (const y of right) expectClose(mm(x, y), expected);
    });

    it(`${M} x ${K} by ${K} x ${N}, gradients`, () => {
      if (M * K * N > 2000) return;
      expect(gradcheck((a, b) => matmul(a as Tensor, b as Tensor), [leaf(M, K), leaf(K, N)])).toBe(true);
      expect(gradcheck((a, b) => matmul(a.t(), b.t()), [leaf(K, M), leaf(N, K)])).toBe(true);
    });
  }

  it('reads transposed views without a copy', () => {
    // A copy of either operand would need memory that is not there.
    const huge = zeros([1, 50_000]).expand(50_000, 50_000);
    const row = zeros([1, 50_000]);
    expect(mm(row, huge.t()).shape).toEqual([1, 50_000]);
  });

  it('broadcasts leading dimensions, and sums gradients back', () => {
    const shapes: [number[], number[]][] = [
      [[3], [3]],
      [[3], [3, 2]],
      [[4, 3], [3]],
      [
        [2, 4, 3],
        [3, 2],
      ],
      [
        [4, 3],
        [2, 3, 5],
      ],
      [
        [2, 1, 4, 3],
        [3, 3, 2],
      ],
      [[2, 4, 3], [3]],
      [[3], [2, 3, 4]],
      [
        [1, 2, 3],
        [5, 3, 2],
      ],
    ];
    for (const [a, b] of shapes) {
      expect(gradcheck((x, y) => matmul(x as Tensor, y as Tensor), [leaf(...a), leaf(...b)])).toBe(true);
    }
    const heads = leaf(2, 5, 3, 4);
    expect(gradcheck((x) => x.transpose(1, 2).matmul(x.transpose(1, 2).transpose(2, 3)), [heads])).toBe(true);
  });

  it('does not pass a gradient that is wrong', () => {
    const wrong = (a: Tensor, b: Tensor) => matmul(a, b.detach().add(b).div(2));
    expect(() => gradcheck((a, b) => wrong(a as Tensor, b as Tensor), [leaf(2, 3), leaf(3, 2)])).toThrow('gradcheck');
  });

  it('gives the same bits on any number of threads', () => {
    const before = getNumThreads();
    const a = randn([130, 300]);
    const b = randn([300, 257]);
    const results = [1, 2, 8].map((n) => {
      setNumThreads(n);
      return [a.matmul(b), a.matmul(b.t().contiguous().t()), a.narrow(0, 0, 3).matmul(b)].map((t) => t.data);
    });
    setNumThreads(before);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('addmm scales, broadcasts, and adds a bias in one go', () => {
    const [c, row, a, b] = [leaf(2, 4), leaf(4), leaf(2, 3), leaf(3, 4)];
    const product = reference(a, b);
    expectClose(
      addmm(row, a, b),
      product.map((value, i) => value + row.at(i % 4)),
    );
    expectClose(
      addmm(c, a, b, { beta: 2, alpha: -0.5 }),
      product.map((value, i) => 2 * c.at(i) - value / 2),
    );
    expectClose(addmm(tensor([Number.NaN], { dtype: 'float64' }), a, b, { beta: 0 }), product);
    for (const start of [c, row, leaf(2, 1)]) {
      expect(gradcheck((x, y, z) => addmm(x as Tensor, y as Tensor, z as Tensor), [start, a, b])).toBe(true);
      expect(gradcheck((x, y, z) => x.addmm(y, z, { beta: 2, alpha: 3 }), [start, a, b])).toBe(true);
    }
  });

  it('linear takes inputs of any shape and layout', () => {
    const w = leaf(5, 4);
    const b = leaf(5);
    for (const shape of [[4], [3, 4], [2, 3, 4], [2, 1, 3, 4]]) {
      expect(gradcheck((x, y, z) => linear(x as Tensor, y as Tensor, z as Tensor), [leaf(...shape), w, b])).toBe(true);
      expect(gradcheck((x, y) => linear(x as Tensor, y as Tensor), [leaf(...shape), w])).toBe(true);
    }
    const x = leaf(2, 3, 4);
    const turned = (t: Tensor) => linear(t.transpose(0, 1), w, b);
    expectClose(turned(x), Array.from(turned(x.transpose(0, 1).contiguous().transpose(0, 1)).data as Float64Array));
    expect(gradcheck((t) => turned(t as Tensor), [x])).toBe(true);
    const last = (t: Tensor) => linear(t.select(1, -1), w, b);
    expect(gradcheck((t) => last(t as Tensor), [x])).toBe(true);
  });

  it('takes empty operands', () => {
    expect(matmul(zeros([0, 3]), zeros([3, 2])).shape).toEqual([0, 2]);
    expect(matmul(randn([2, 0]), randn([0, 3])).tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(linear(randn([2, 0]), randn([2, 0]), tensor([1, 2])).tolist()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(dot(zeros([0]), zeros([0])).item()).toBe(0);
  });

  it('mv, dot and bmm agree with matmul', () => {
    const [a, v, s] = [leaf(3, 4), leaf(4), leaf(2, 4, 3)];
    expectClose(mv(a, v), Array.from(matmul(a, v).data as Float64Array), 1e-15);
    expectClose(dot(v, v), reference(v.unsqueeze(0), v.unsqueeze(1)));
    expectClose(bmm(s.transpose(1, 2), s), reference(s.transpose(1, 2), s));
    expect(gradcheck((x, y) => mv(x as Tensor, y as Tensor), [a, v])).toBe(true);
    expect(gradcheck((x) => dot(x as Tensor, x as Tensor), [v])).toBe(true);
  });
});

describe('matrix products refuse', () => {
  const a = zeros([2, 3]);
  it('sizes that do not fit, and says which', () => {
    expect(() => matmul(a, zeros([4, 2]))).toThrow(ShapeError);
    expect(() => matmul(a, zeros([4, 2]))).toThrow('input of shape [2, 3] and other of shape [4, 2]');
    expect(() => matmul(a, zeros([]))).toThrow('other must have at least one dimension');
    expect(() => matmul(zeros([2, 2, 3]), zeros([3, 3, 2]))).toThrow('do not broadcast');
    expect(() => mm(a, zeros([3]))).toThrow('mat2 must be a matrix, got shape [3]');
    expect(() => bmm(zeros([2, 2, 3]), zeros([3, 3, 2]))).toThrow('stacks of one length');
    expect(() => mv(a, zeros([2]))).toThrow(ShapeError);
    expect(() => dot(a, a)).toThrow('input must be a vector');
    expect(() => addmm(zeros([3, 4]), a, zeros([3, 4]))).toThrow('does not broadcast to the product');
    expect(() => linear(zeros([2, 4]), zeros([5, 3]))).toThrow('the last dimension of input must be 3');
    expect(() => linear(zeros([2, 3]), zeros([5, 3]), zeros([4]))).toThrow('bias must have shape [5]');
  });
  it('dtypes and things that are no tensors', () => {
    expect(() => matmul(a, zeros([3, 2], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => matmul(a, zeros([3, 2], { dtype: 'int32' }))).toThrow('other must be float32 or float64, got int32');
    expect(() => matmul(a, [[1]] as unknown as Tensor)).toThrow(ArgumentError);
    expect(() => addmm(a, a, a, { gamma: 1 } as never)).toThrow(OptionError);
    expect(() => addmm(a, a, a, { beta: '1' } as never)).toThrow('beta must be a number');
    expect(() => new nn.Linear(2, 3, { biass: true } as never)).toThrow("did you mean 'bias'");
    expect(() => new nn.Linear(-1, 3)).toThrow('inFeatures must be an integer of at least 0, got -1');
  });
});
