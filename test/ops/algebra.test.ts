import { describe, expect, it } from 'vitest';
import {
  addmv,
  baddbmm,
  DTypeError,
  einsum,
  inner,
  logaddexp,
  logsumexp,
  matmul,
  outer,
  ShapeError,
  type Tensor,
  tensor,
  tensordot,
  tril,
  triuIndices,
  ValueError,
  zeros,
} from '../../lib/index.js';

const ints = (values: number[], shape: number[]) => tensor(Int32Array.from(values), { shape });

describe('what products refuse', () => {
  const [a, b] = [zeros([2, 3]), zeros([4, 5])];
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ['a letter too many', () => einsum('ijk->i', a), /einsum: operand 0 of shape \[2, 3\] has 2 dimensions.*names 3/],
    ['sizes that differ', () => einsum('ij,jk->ik', a, b), /'j' has size 4 in operand 1 and 3 in an operand before/],
    ['a diagonal of no square', () => einsum('ii->', a), /'i' is repeated for operand 0 of shape \[2, 3\]/],
    ['signs', () => einsum('i+j', a), /operand 0 holds "\+"/],
    ['two arrows', () => einsum('ij->i->j', a), /more than one '->'/],
    ['an operand too few', () => einsum('ij,jk', a), /for 2 operands, got 1/],
    ['an unknown output', () => einsum('ij->k', a), /output's 'k' is in no operand/],
    ['an output twice', () => einsum('ij->ii', a), /names 'i' twice/],
    ['two ellipses', () => einsum('......->', a), /operand 0 has two ellipses/],
    ['no operand', () => einsum('ij'), /at least one operand/],
    ['another dtype', () => einsum('ij,ij->', a, a.double()), /operand 1 must be float32 like the first, got float64/],
    ['sums of bools', () => einsum('ij,ij->i', a.bool(), a.bool()), /not defined for bool/],
    ['no equation', () => einsum(5 as never, a), /equation must be a string/],
    [
      'no list of dimensions',
      () => einsum(a, a as never),
      /what follows operand 0 must be a list of numbers from 0 to 51/,
    ],
    ['a matrix as a vector', () => outer(a, a), /outer: input must be a vector, got shape \[2, 3\]/],
    ['last sizes that differ', () => inner(a, b), /inner: the last dimensions of \[2, 3\] and \[4, 5\]/],
    ['pairs that differ', () => tensordot(a, b, { dims: [[0], [0]] }), /sizes 2 and 4 of dimensions 0 and 0 differ/],
    ['too many pairs', () => tensordot(a, b, { dims: 3 }), /dims must be from 0 to 2/],
    [
      'one dimension twice',
      () =>
        tensordot(a, a, {
          dims: [
            [0, 0],
            [0, 1],
          ],
        }),
      /name one dimension twice/,
    ],
    ['an unknown option', () => tensordot(a, a, { dim: 1 } as never), /unknown option 'dim'; did you mean 'dims'/],
    [
      'an input that does not fit',
      () => addmv(zeros([3]), a, zeros([3])),
      /addmv: input of shape \[3\] does not broad/,
    ],
    ['stacks that differ', () => baddbmm(zeros([1]), zeros([2, 2, 3]), zeros([3, 3, 2])), /size 2 meets 3/],
    ['a vector', () => tril(zeros([3])), /tril: needs matrices, got shape \[3\]/],
    ['half a diagonal', () => tril(a, 0.5), /tril: diagonal must be an integer, got 0.5/],
    ['half an offset', () => triuIndices(2, 2, { offset: 0.5 }), /triuIndices: offset must be an integer/],
    ['log-sums of integers', () => logaddexp(ints([1], [1]), ints([1], [1])), /logaddexp: needs floating-point/],
    ['a dimension too far', () => logsumexp(a, 2), /logsumexp: dim must be from -2 to 1/],
  ];
  it.each(refused)('%s', (_, run, message) => expect(run).toThrow(message));
});

describe('products of integers', () => {
  it('are exact beyond what a double holds, and refuse what int32 does not', () => {
    const large = ints([2147483647, -2147483648, 2147483647, 2147483646], [1, 4]);
    const other = ints([2147483647, 2147483647, 1, 1], [4, 1]);
    // 2147483647² − 2147483648 · 2147483647 + 2147483647 + 2147483646
    expect(matmul(large, other).tolist()).toEqual([[2147483646]]);
    expect(() => matmul(large, ints([1, 0, 1, 0], [4, 1]))).toThrow(ValueError);
    expect(() => matmul(large, ints([1, 0, 1, 0], [4, 1]))).toThrow(/result 0, 4294967294, does not fit int32/);
    expect(() => matmul(large, zeros([4, 1]))).toThrow(DTypeError);
    expect(() => matmul(large, other.t())).toThrow(ShapeError);
    expect(() => ints([1], [1]).addmm(large, other, { alpha: 0.5 })).toThrow(/alpha must be an integer/);
  });

  it('agree with sums of products over shapes and layouts', () => {
    const count = (shape: number[], start: number): Tensor =>
      ints(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i + start) * 7919) % 101),
        shape,
      );
    for (const [m, k, n] of [
      [1, 1, 1],
      [3, 5, 2],
      [17, 9, 8],
      [2, 0, 3],
    ]) {
      const [a, b] = [count([m, k], 1), count([n, k], 2).t()];
      const expected = a.unsqueeze(2).mul(b.unsqueeze(0)).sum(1);
      expect(matmul(a, b).tolist()).toEqual(expected.tolist());
    }
  });
});
