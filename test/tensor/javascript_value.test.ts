// What a tensor is to JavaScript: a number where it is one, its lists as JSON, its rows in loops, its values in comparisons.
import assert from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nn, optim, RowSparse, ShapeError, type Tensor, tensor, zeros } from '../../lib/index.js';

const number = (t: Tensor) => t as unknown as number;

describe('as a number', () => {
  it('one element compares and computes, whatever its shape and dtype', () => {
    for (const loss of [
      tensor(0.25),
      tensor([[0.25]]),
      tensor(0.25, { dtype: 'float16' }),
      new nn.Parameter(tensor(0.25)),
    ]) {
      expect(number(loss) < 0.5).toBe(true);
      expect(number(loss) > 0.5).toBe(false);
      expect(0 + number(loss)).toBe(0.25);
      expect(number(loss) * 2).toBe(0.5);
      expect(Math.exp(number(loss))).toBe(Math.exp(0.25));
      expect(Number(loss)).toBe(0.25);
      expect(Number.isFinite(+loss)).toBe(true);
    }
    let best = Number.POSITIVE_INFINITY;
    for (const loss of [3, 1, 2].map((value) => tensor(value))) if (number(loss) < best) best = loss.item();
    expect(best).toBe(1);
    expect([3, 1, 2].map((v) => tensor(v)).reduce((sum, loss) => sum + number(loss), 0)).toBe(6);
    expect(number(tensor(true)) + 1).toBe(2);
    expect(number(tensor([7], { dtype: 'int32' })) % 4).toBe(3);
    expect(new Intl.NumberFormat('en').format(number(tensor(0.5)))).toBe('0.5');
  });

  it('several elements, or none, are refused with what to do', () => {
    for (const many of [tensor([1, 2]), zeros([0])]) {
      for (const use of [() => number(many) < 1, () => number(many) + 1, () => Math.exp(number(many)), () => +many]) {
        expect(use).toThrow(ShapeError);
        expect(use).toThrow(/is no number: reduce it .* tolist\(\)/);
      }
    }
  });

  it('is text where text is asked for', () => {
    expect(`${tensor(0.25)}`).toBe('tensor(0.2500)');
    expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])');
    expect(['a', tensor([1])].join(' ')).toBe('a tensor([1.])');
  });
});

describe('as JSON', () => {
  it('is its lists', () => {
    const loss = new nn.Parameter(tensor(0.25));
    expect(JSON.stringify({ loss })).toBe('{"loss":0.25}');
    expect(JSON.stringify([tensor([[1, 2]]), tensor([true, false]), zeros([0])])).toBe('[[[1,2]],[true,false],[]]');
    expect(JSON.stringify(tensor([Number.NaN]))).toBe('[null]');
    expect(tensor(JSON.parse(JSON.stringify(tensor([[1, 2]])))).shape).toEqual([1, 2]);
  });
});

describe('in loops', () => {
  it('goes over the first dimension, by views that are recorded', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect([...x].map((row) => row.tolist())).toEqual(x.tolist());
    for (const row of x) row.mul_(2);
    expect(x.tolist()).toEqual([
      [2, 4],
      [6, 8],
    ]);
    const [first, second] = new nn.Parameter(x);
    first.mul(second).sum().backward();
    const w = new nn.Parameter(tensor([2, 3]));
    for (const element of w) element.mul(5).backward();
    expect(w.grad?.tolist()).toEqual([5, 5]);
    expect(Array.from(tensor([1, 2]), Number)).toEqual([1, 2]);
    expect(Math.max(...(tensor([3, 9, 4]) as unknown as number[]))).toBe(9);
    expect([...zeros([0, 3])]).toEqual([]);
  });

  it('a 0-dimensional one is not iterable', () => {
    expect(() => [...tensor(1)]).toThrow(TypeError);
    expect(Symbol.iterator in tensor(1) && tensor(1)[Symbol.iterator]).toBe(undefined);
  });
});

describe('in comparisons', () => {
  const rows = (): Tensor =>
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  const alike: [string, () => unknown, () => unknown][] = [
    ['copies', rows, rows],
    ['a view and a copy', () => tensor([0, 1, 2, 3]).narrow(0, 1, 2), () => tensor([1, 2])],
    ['other strides', () => rows().t(), () => rows().t().contiguous()],
    ['numbers', () => tensor(0.5), () => tensor(0.5)],
    ['NaN', () => tensor(Number.NaN), () => tensor([0]).div(0).sum()],
    ['nothing', () => zeros([0, 2]), () => zeros([0, 2])],
    ['bools', () => tensor([true, false]), () => tensor([1, 2]).lt(2)],
    ['16 bits', () => tensor([0.5], { dtype: 'bfloat16' }), () => tensor([0.5], { dtype: 'bfloat16' })],
    ['with a graph and without', () => new nn.Parameter(tensor([1, 2])).mul(2), () => tensor([2, 4])],
    ['inside objects', () => ({ a: [rows()], b: 1 }), () => ({ a: [rows()], b: 1 })],
    ['in maps', () => new Map([['w', rows()]]), () => new Map([['w', rows()]])],
    ['parameters', () => new nn.Parameter(rows()), () => new nn.Parameter(rows())],
    ['row-sparse gradients', () => sparse([0, 1]), () => sparse([0, 1])],
  ];
  const different: [string, () => unknown, () => unknown][] = [
    ['values', rows, () => rows().add(1e-3)],
    [
      'the last value',
      () => zeros([2000]),
      () => zeros([2000]).indexAdd(0, tensor([1999], { dtype: 'int32' }), tensor([1])),
    ],
    ['shapes', rows, () => rows().reshape([3, 2])],
    ['empty shapes', () => zeros([0, 2]), () => zeros([0, 3])],
    ['dtypes', () => tensor([1]), () => tensor([1], { dtype: 'float64' })],
    ['numbers of dimensions', () => tensor(1), () => tensor([1])],
    ['one of many in an object', () => ({ a: [rows(), rows()] }), () => ({ a: [rows(), rows().neg()] })],
    ['in maps', () => new Map([['w', rows()]]), () => new Map([['w', rows().neg()]])],
    ['row-sparse gradients', () => sparse([0, 1]), () => sparse([0, 2])],
  ];

  function sparse(ids: number[]): Tensor {
    return new RowSparse(tensor(Int32Array.from(ids)), tensor([[1], [2]]), [4, 1]);
  }

  it.each(alike)('are equal: %s', (_, a, b) => {
    expect(a()).toEqual(b());
    expect(a()).toStrictEqual(b());
    assert.deepEqual(a(), b());
    assert.deepStrictEqual(a(), b());
    expect(isDeepStrictEqual(a(), b())).toBe(true);
    // Once more with the same objects: having been looked at changes nothing.
    const [x, y] = [a(), b()];
    for (let i = 0; i < 2; i++) {
      expect(x).toEqual(y);
      assert.deepStrictEqual(x, y);
    }
  });

  it.each(different)('are not equal: %s', (_, a, b) => {
    expect(a()).not.toEqual(b());
    expect(a()).not.toStrictEqual(b());
    assert.notDeepEqual(a(), b());
    assert.notDeepStrictEqual(a(), b());
    expect(isDeepStrictEqual(a(), b())).toBe(false);
  });

  it('ask for the values of that moment', () => {
    const [x, y] = [rows(), rows()];
    expect(x).toEqual(y);
    x.add_(1);
    expect(x).not.toEqual(y);
    assert.notDeepStrictEqual(x, y);
    y.add_(1);
    assert.deepStrictEqual(x, y);
  });

  it('leave everything else as it was', () => {
    const w = new nn.Parameter(rows());
    expect(w).toEqual(new nn.Parameter(rows()));
    const optimizer = new optim.SGD([w], { lr: 1 });
    w.sum().backward();
    optimizer.step();
    expect(w.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    w.requiresGrad = false;
    w.requiresGrad_();
    expect(w.constructor).toBe(nn.Parameter);
    expect(Object.prototype.toString.call(w)).toBe('[object Tensor]');
    expect(inspect(w)).toBe(w.toString());
    expect(inspect({ w: tensor([1]) })).toBe('{ w: tensor([1.]) }');
  });

  it('show the elements where they differ', () => {
    expect(() => assert.deepStrictEqual(tensor([1, 2]), tensor([1, 3]))).toThrow(/elements: \[/);
  });
});
