import { describe, expect, it } from 'vitest';
import { tensor } from '../../lib/index.js';
import { expectNumbers, expectTensor, FLOAT32, LOSS } from './compare.js';
import type { ArrayFixture } from './read.js';

const float32 = (...data: (number | string)[]): ArrayFixture => ({ shape: [data.length], dtype: 'float32', data });

describe('the comparison with PyTorch', () => {
  it('lets rounding pass and nothing more', () => {
    expectTensor(tensor([1, 100]), float32(1.00001, 100.0009), 'rounded');
    expect(() => expectTensor(tensor([1, 100]), float32(1.00002, 100), 'x')).toThrow('element 0');
    expect(() => expectNumbers([0.5], float32(0.500006), LOSS, 'x')).toThrow('element 0');
    expectNumbers([0.5], float32(0.500004), LOSS, 'x');
  });

  it('tells NaN and infinities from numbers and from each other', () => {
    const special = float32('nan', 'inf', '-inf');
    expectNumbers([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], special, FLOAT32, 'x');
    for (const [i, wrong] of [0, 3e38, Number.POSITIVE_INFINITY].entries()) {
      const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      values[i] = wrong;
      expect(() => expectNumbers(values, special, FLOAT32, 'x')).toThrow(`element ${i}`);
    }
    expect(() => expectNumbers([Number.NaN], float32(1), FLOAT32, 'x')).toThrow('element 0');
  });

  it('compares shape, dtype and length', () => {
    const one = tensor([1]);
    expect(() => expectTensor(one, { shape: [], dtype: 'float32', data: [1] }, 'x')).toThrow('shape');
    expect(() => expectTensor(one, { shape: [1], dtype: 'int64', data: [1] }, 'x')).toThrow('dtype');
    expect(() => expectNumbers([1, 1], float32(1), FLOAT32, 'x')).toThrow('2 elements');
  });

  it('compares integers exactly', () => {
    const large = tensor(Int32Array.of(1_000_000));
    expect(() => expectTensor(large, { shape: [1], dtype: 'int64', data: [1_000_001] }, 'x')).toThrow('element 0');
  });
});
