import { describe, expect, it } from 'vitest';
import {
  autograd,
  DTypeError,
  manualSeed,
  nn,
  OptionError,
  rand,
  randn,
  ShapeError,
  tensor,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture } from '../torch/read.js';
import { makeInputs, weightedSum } from '../torch/replay.js';

const F = nn.functional;

interface RandomCase {
  name: string;
  function: string;
  args: unknown[];
  options: Record<string, unknown>;
  input: ArrayFixture;
  out: ArrayFixture;
  grad: ArrayFixture;
  next: number;
}

type AnyFunction = (...args: unknown[]) => ReturnType<typeof F.relu>;

describe('what is random, after manualSeed(0), as PyTorch gives it', () => {
  for (const one of readFixture<{ cases: RandomCase[] }>('random_layers').cases) {
    it(one.name, () => {
      const { values } = makeInputs([{ ...one.input, requiresGrad: true } as ArrayFixture]);
      const [x] = values;
      manualSeed(0);
      const options = Object.keys(one.options).length > 0 ? [one.options] : [];
      const out = (F as unknown as Record<string, AnyFunction>)[one.function](x, ...one.args, ...options);
      expectTensor(out, one.out, 'output');
      expect(rand([1]).item()).toBe(one.next);
      weightedSum([[0, out]]).backward();
      expectGradient(x.grad, one.grad, 'gradient');
    });
  }
});

describe('gradients by differences', () => {
  for (const shape of [
    [4, 6],
    [2, 8, 3],
    [1, 2, 18],
  ]) {
    it(`of what takes more than one input, over [${shape}]`, () => {
      manualSeed(6);
      for (const dim of [1, -2]) if (shape.at(dim)! % 2 === 0) autograd.gradcheck((x) => F.glu(x, dim), leaf(...shape));
      autograd.gradcheck((...[x, w]) => F.prelu(x, w), [leaf(...shape), leaf(shape[1])]);
      autograd.gradcheck((...[x, w]) => F.prelu(x, w), [leaf(...shape), leaf(1)]);
      const rows = shape.slice(0, -1);
      const given = [leaf(...shape), leaf(...rows, 5), leaf(3, shape.at(-1)!, 5), leaf(3)];
      autograd.gradcheck((...[a, b, w, bias]) => F.bilinear(a, b, w, bias), given);
      autograd.gradcheck((...[a, b, w]) => F.bilinear(a, b, w), given.slice(0, 3));
    });
  }

  it('of random slopes, drawn alike', () => {
    autograd.gradcheck(
      (x) => {
        manualSeed(1);
        return F.rrelu(x, 0.1, 0.4, { training: true });
      },
      leaf(4, 5),
    );
    autograd.gradcheck(
      (x) => {
        manualSeed(1);
        return F.gumbelSoftmax(x, { tau: 0.8 });
      },
      leaf(4, 5),
    );
  });
});

describe('activations', () => {
  it('write into their input where they are told to', () => {
    const x = randn([3, 4]);
    for (const layer of [
      new nn.CELU(0.5, { inplace: true }),
      new nn.Hardswish({ inplace: true }),
      new nn.Hardsigmoid({ inplace: true }),
      new nn.Hardtanh(-0.5, 0.5, { inplace: true }),
      new nn.Threshold(0.1, 7, { inplace: true }),
      new nn.RReLU(0.1, 0.3, { inplace: true }),
      new nn.Dropout1d(0.5, { inplace: true }),
      new nn.AlphaDropout(0.5, { inplace: true }),
    ]) {
      const given = x.clone();
      manualSeed(0);
      const out = layer.forward(given);
      expect(out, layer.typeName()).toBe(given);
      const Layer = layer.constructor as new (...args: unknown[]) => { forward(t: typeof x): typeof x };
      const args =
        { CELU: [0.5], Hardtanh: [-0.5, 0.5], Threshold: [0.1, 7], RReLU: [0.1, 0.3] }[layer.typeName()] ?? [];
      manualSeed(0);
      expect(out.equal(new Layer(...args).forward(x)), layer.typeName()).toBe(true);
    }
  });

  it('keep integers where they can', () => {
    const x = tensor([-2, 3, 5], { dtype: 'int32' });
    expect(F.threshold(x, 3.7, 9.2).tolist()).toEqual([9, 9, 5]);
    expect(F.threshold(x, 3, 9).dtype).toBe('int32');
    expect(F.softsign(x).dtype).toBe('float32');
    expect(() => F.threshold(tensor([true]), 0, 1)).toThrow(DTypeError);
  });

  it('give one-hot rows with the gradient of the soft ones', () => {
    const logits = randn([5, 4], { requiresGrad: true });
    const out = F.gumbelSoftmax(logits, { hard: true });
    expect(out.sum(1).tolist()).toEqual([1, 1, 1, 1, 1]);
    out.select(1, 0).sum().backward();
    expect(logits.grad!.abs().sum().item()).toBeGreaterThan(0);
  });

  it('leave evaluation alone, and keep mean and variance in training', () => {
    manualSeed(3);
    const x = randn([200, 300]);
    const layer = new nn.AlphaDropout(0.3);
    const out = layer.forward(x);
    expect(Math.abs(out.mean().item())).toBeLessThan(0.02);
    expect(Math.abs(out.var().item() - 1)).toBeLessThan(0.03);
    expect(layer.eval().forward(x)).toBe(x);
    expect(new nn.Dropout1d().eval().forward(x)).toBe(x);
    const [kept] = new nn.Dropout1d(0.5)
      .forward(randn([1, 60, 4]))
      .abs()
      .gt(0)
      .int()
      .sum(2)
      .tolist() as number[][];
    expect(new Set(kept)).toEqual(new Set([0, 4]));
  });

  it('refuse what does not fit, and say what would', () => {
    const x = zeros([2, 3]);
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(() => F.glu(x), 'glu: dimension 1 of input must be even, got shape [2, 3]');
    refused(
      () => F.prelu(x, zeros([2])),
      'prelu: weight must have shape [1] or [3] for an input of shape [2, 3], got [2]',
    );
    refused(() => F.celu(x, 0), 'celu: alpha must not be 0');
    refused(() => F.softshrink(x, -1), 'softshrink: lambd must be at least 0, got -1');
    refused(() => new nn.Softshrink(-1), 'Softshrink: lambd must be at least 0, got -1');
    refused(() => new nn.Hardtanh(2, 1), 'Hardtanh: minVal must be below maxVal, got 2 and 1');
    refused(() => F.rrelu(x, 2, 1), 'rrelu: lower must be finite and not exceed upper, got 2 and 1');
    refused(() => F.softmin(x, undefined as never), 'softmin: dim must be given');
    refused(() => F.gumbelSoftmax(x, { tau: 0 }), 'gumbelSoftmax: tau must be above 0, got 0');
    refused(() => F.alphaDropout(x, { p: 2 }), 'alphaDropout: p must be a probability from 0 to 1, got 2');
    refused(() => F.dropout1d(zeros([3])), 'dropout1d: input must have shape [batch, channels, length]');
    refused(
      () => F.featureAlphaDropout(zeros([3]), { training: true }),
      'featureAlphaDropout: input must have shape [batch, channels, …]',
    );
    refused(() => F.bilinear(x, x, zeros([4, 3, 2])), 'bilinear: inputs must have shapes [..., 3] and [..., 2]');
    refused(() => F.bilinear(x, x, zeros([4, 3])), 'weight must have shape [outFeatures, in1Features, in2Features]');
    expect(() => F.threshold(x, 'a' as never, 1)).toThrow('threshold: threshold must be a number');
    expect(() => new nn.PReLU({ num_parameters: 2 } as never)).toThrow(OptionError);
    expect(() => new nn.Bilinear(2, 2, 1).forward(zeros([3, 2]), zeros([4, 2]))).toThrow(ShapeError);
  });
});
