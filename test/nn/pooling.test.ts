import { describe, expect, it } from 'vitest';
import { autograd, DTypeError, manualSeed, nn, OptionError, tensor, zeros } from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { adaptiveAvgPool1d, adaptiveMaxPool1d, avgPool1d, lpPool1d, maxPool1d } = nn.functional;

describe('gradients by differences', () => {
  for (const shape of [
    [2, 3, 7],
    [3, 19],
    [1, 2, 61],
  ]) {
    it(`of pools over [${shape}]`, () => {
      manualSeed(5);
      const check = (run: Parameters<typeof autograd.gradcheck>[0]) => autograd.gradcheck(run, leaf(...shape));
      check((x) => maxPool1d(x, 3));
      check((x) => maxPool1d(x, 3, { stride: 1, padding: 1, dilation: 2 }));
      check((x) => maxPool1d(x, 5, { stride: 2, ceilMode: true }));
      check((x) => avgPool1d(x, 2));
      check((x) => avgPool1d(x, 3, { stride: 1, padding: 1, countIncludePad: false }));
      check((x) => avgPool1d(x, 4, { stride: 3, padding: 2, ceilMode: true }));
      check((x) => adaptiveMaxPool1d(x, 2));
      check((x) => adaptiveAvgPool1d(x, 5));
      check((x) => lpPool1d(x, 2, 3));
      check((x) => lpPool1d(x.abs(), 1.5, 2, { stride: 1, ceilMode: true }));
      check((x) => lpPool1d(x, Number.POSITIVE_INFINITY, 2));
      check((x) => lpPool1d(x, Number.NEGATIVE_INFINITY, 2));
    });
  }
});

describe('maxPool1d', () => {
  it('takes NaN for the largest, and of equals the first', () => {
    const [out, index] = maxPool1d(tensor([[1, Number.NaN, Number.NaN, 3, 7, 7]]), 3, { returnIndices: true });
    expect(out.tolist()).toEqual([[Number.NaN, 7]]);
    expect(index.tolist()).toEqual([[2, 4]]);
    const long = zeros([1, 100]);
    long.fill_(Number.NEGATIVE_INFINITY);
    expect(maxPool1d(long, 100, { returnIndices: true }).map((t) => t.item())).toEqual([Number.NEGATIVE_INFINITY, 0]);
    const late = zeros([1, 100]);
    for (const at of [41, 97]) late.narrow(1, at, 1).fill_(Number.NaN);
    expect(maxPool1d(late, 100, { returnIndices: true }).map((t) => t.item())).toEqual([Number.NaN, 97]);
  });

  it('gives windows between the elements of a dilation nothing, and no gradient', () => {
    const x = tensor([[1, 2, 3]], { requiresGrad: true });
    const [out, index] = maxPool1d(x, 2, { dilation: 5, padding: 2, returnIndices: true });
    expect(out.tolist()).toEqual([[Number.NEGATIVE_INFINITY]]);
    expect(index.tolist()).toEqual([[-1]]);
    out.sum().backward();
    expect(x.grad!.tolist()).toEqual([[0, 0, 0]]);
  });

  it('refuses what does not fit, and says what would', () => {
    const x = zeros([2, 3, 5]);
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(() => maxPool1d(zeros([5]), 2), 'maxPool1d: input must have shape [batch, channels, length]');
    refused(() => maxPool1d(x, 6), 'maxPool1d: a window of 6 does not fit an input of length 5');
    refused(() => maxPool1d(x, 3, { padding: 2 }), 'padding must be at most half a window, 3 elements long, got 2');
    refused(() => avgPool1d(x, 0), 'avgPool1d: kernelSize must be an integer of at least 1, got 0');
    refused(() => adaptiveAvgPool1d(x, -1), 'outputSize must be an integer of at least 0, got -1');
    refused(() => adaptiveMaxPool1d(zeros([2, 3, 0]), 2), 'input must have elements to pool, got length 0');
    refused(() => lpPool1d(x, 0, 2), 'lpPool1d: normType must be a number other than 0, got 0');
    refused(() => maxPool1d(x, 2, { ceilMode: 1 as never }), 'ceilMode must be true or false, got 1');
    expect(() => new nn.MaxPool1d(2, { ceil_mode: true } as never)).toThrow("did you mean 'ceilMode'?");
    expect(() => new nn.AvgPool1d(2, { dilation: 2 } as never)).toThrow(OptionError);
    expect(() => maxPool1d(zeros([2, 3], { dtype: 'int32' }), 2)).toThrow(DTypeError);
    refused(() => new nn.ZeroPad1d([1, 2, 3] as never), 'ZeroPad1d: padding must be an integer, or a pair of integers');
    refused(() => new nn.ReflectionPad1d(5).forward(x), "mode 'reflect' must add fewer elements");
  });
});
