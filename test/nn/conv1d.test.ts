import { describe, expect, it } from 'vitest';
import { autograd, DTypeError, manualSeed, nn, OptionError, randn, ShapeError, zeros } from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { conv1d } = nn.functional;

describe('conv1d', () => {
  for (const options of [
    {},
    { stride: 2, padding: 1 },
    { stride: 3, dilation: 2, padding: 4 },
    { groups: 2, padding: 'same' },
    { groups: 2, stride: 2, dilation: 3, padding: 5 },
  ] as const) {
    it(`has the gradients of differences: ${JSON.stringify(options)}`, () => {
      manualSeed(2);
      const { groups = 1 }: nn.functional.Conv1dOptions = options;
      const [weight, bias] = [leaf(6, 4 / groups, 3), leaf(6)];
      autograd.gradcheck((...[x, w, b]) => conv1d(x, w, b, options), [leaf(2, 4, 7), weight, bias]);
      autograd.gradcheck((...[x, w]) => conv1d(x, w, null, options), [leaf(4, 9), weight]);
      autograd.gradcheck((...[x, w, b]) => conv1d(x.transpose(1, 2), w, b, options), [leaf(1, 8, 4), weight, bias]);
    });
  }

  it('is the product of Linear for a kernel of one', () => {
    const [x, w] = [randn([2, 3, 5]), randn([4, 3])];
    const expected = nn.functional.linear(x.transpose(1, 2), w).transpose(1, 2);
    expect(conv1d(x, w.unsqueeze(2)).allclose(expected)).toBe(true);
  });

  it('gives each batch the gradient that it alone asks for', () => {
    const [x, w] = [randn([2, 3, 5]), randn([4, 3, 2], { requiresGrad: true })];
    conv1d(x, w).sum().backward();
    expect(w.grad!.shape).toEqual([4, 3, 2]);
    const input = randn([2, 3, 5], { requiresGrad: true });
    conv1d(input, randn([4, 3, 2]))
      .sum()
      .backward();
    expect(input.grad!.shape).toEqual([2, 3, 5]);
  });

  it('takes an empty batch, whose gradients are zero', () => {
    const w = randn([4, 3, 2], { requiresGrad: true });
    const out = conv1d(zeros([0, 3, 5]), w);
    expect(out.shape).toEqual([0, 4, 4]);
    out.sum().backward();
    expect(w.grad!.equal(zeros([4, 3, 2]))).toBe(true);
  });

  it('refuses what does not fit, and says what would', () => {
    const [x, w] = [zeros([2, 3, 5]), zeros([4, 3, 2])];
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(
      () => conv1d(zeros([3]), w),
      'conv1d: input must have shape [batch, channels, length] or [channels, length]',
    );
    refused(
      () => conv1d(zeros([2, 5, 3]), w),
      'input must have 3 channels, as weight has shape [4, 3, 2]; got an input of shape [2, 5, 3]; channels come before the length',
    );
    refused(() => conv1d(x, w, null, { groups: 3 }), 'weight must have a multiple of 3 outputs');
    refused(
      () => conv1d(x, w, null, { groups: 2 }),
      'input must have 6 channels, as weight has shape [4, 3, 2] and groups is 2',
    );
    refused(() => conv1d(x, zeros([4, 3])), 'weight must have shape [outChannels, inChannels / groups, kernelSize]');
    refused(() => conv1d(x, w, zeros([3])), 'bias must have shape [4], got [3]');
    refused(
      () => conv1d(x, zeros([4, 3, 9]), null, { padding: 1 }),
      'a kernel of 9 does not fit an input of length 5 padded to 7',
    );
    refused(() => conv1d(x, w, null, { dilation: 5 }), 'a kernel of 2, which dilation 5 makes 6 long,');
    refused(() => conv1d(x, w, null, { padding: 'sam' as 'same' }), "did you mean 'same'?");
    refused(() => conv1d(x, w, null, { padding: 'same', stride: 2 }), "padding 'same' keeps the length");
    refused(() => conv1d(x, w, null, { stride: 0 }), 'stride must be an integer of at least 1, got 0');
    refused(() => conv1d(x, w, null, { groups: 0 }), 'groups must be an integer of at least 1, got 0');
    expect(() => conv1d(x, w, null, { pading: 1 } as never)).toThrow(OptionError);
    expect(() => conv1d(x, zeros([4, 3, 2], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => conv1d(zeros([2, 3, 5], { dtype: 'int32' }), w)).toThrow(DTypeError);
  });
});

describe('Conv1d', () => {
  it('refuses what does not fit, and says what would', () => {
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(() => new nn.Conv1d(3, 4, 0), 'Conv1d: kernelSize must be an integer of at least 1, got 0');
    refused(() => new nn.Conv1d(3, 4, 2, { groups: 2 }), 'Conv1d: inChannels must be a multiple of groups, 2, got 3');
    refused(() => new nn.Conv1d(4, 3, 2, { groups: 2 }), 'Conv1d: outChannels must be a multiple of groups, 2, got 3');
    refused(() => new nn.Conv1d(3, 4, 2, { paddingMode: 'reflekt' as 'reflect' }), "did you mean 'reflect'?");
    refused(() => new nn.Conv1d(3, 4, 2, { padding: 'same', stride: 2 }), "padding 'same' keeps the length");
    refused(() => new nn.Conv1d(3, 4, 2, { padding_mode: 'reflect' } as never), "did you mean 'paddingMode'?");
    expect(() => new nn.Conv1d(3, 4, 2).forward(zeros([2, 5, 3]))).toThrow(ShapeError);
    const layer = new nn.Conv1d(3, 4, 2, { padding: 7, paddingMode: 'reflect' });
    expect(() => layer.forward(zeros([2, 3, 5]))).toThrow("mode 'reflect' must add fewer elements");
  });
});
