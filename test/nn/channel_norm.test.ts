import { describe, expect, it } from 'vitest';
import {
  autograd,
  DTypeError,
  manualSeed,
  nn,
  OptionError,
  ones,
  randn,
  ShapeError,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { double, leaf } from '../double_leaves.js';

const { batchNorm, groupNorm, instanceNorm } = nn.functional;

const shapes = [
  [4, 3],
  [9, 19],
  [300, 2],
  [2, 3, 5],
  [3, 2, 17],
  [2, 2, 2, 3],
];

describe('gradients by differences', () => {
  for (const shape of shapes) {
    it(`of batchNorm over [${shape}]`, () => {
      manualSeed(3);
      const [, channels] = shape;
      const x = randn(shape, double);
      const [weight, bias] = [leaf(channels), leaf(channels)];
      const [mean, variance] = [randn([channels], { dtype: 'float64' }), ones([channels], { dtype: 'float64' })];
      autograd.gradcheck(
        (...[a, w, b]) => batchNorm(a, null, null, { weight: w, bias: b, training: true }),
        [x, weight, bias],
      );
      autograd.gradcheck((...[a, w, b]) => batchNorm(a, mean, variance, { weight: w, bias: b }), [x, weight, bias]);
      autograd.gradcheck((a) => batchNorm(a, null, null, { training: true, eps: 0.1 }), x);
      autograd.gradcheck((...[a, b]) => batchNorm(a, mean, variance, { bias: b }), [x, bias]);
    });
  }

  for (const [groups, shape] of [
    [1, [3, 4]],
    [2, [3, 38]],
    [2, [2, 4, 5]],
    [4, [2, 4, 17]],
    [3, [1, 6, 2, 2]],
  ] as const) {
    it(`of groupNorm and instanceNorm over [${shape}]`, () => {
      manualSeed(4);
      const [, channels] = shape;
      const [x, weight, bias] = [randn(shape, double), leaf(channels), leaf(channels)];
      autograd.gradcheck((...[a, w, b]) => groupNorm(a, groups, { weight: w, bias: b }), [x, weight, bias]);
      autograd.gradcheck((...[a, b]) => groupNorm(a, groups, { bias: b, eps: 0.1 }), [x, bias]);
      if (shape.length === 2) return;
      autograd.gradcheck((...[a, w, b]) => instanceNorm(a, { weight: w, bias: b }), [x, weight, bias]);
      // Running statistics would follow every difference; they don't count in what is normalised.
      const running = () => ({
        runningMean: zeros([channels], { dtype: 'float64' }),
        runningVar: ones([channels], { dtype: 'float64' }),
      });
      autograd.gradcheck((...[a, w, b]) => instanceNorm(a, { ...running(), weight: w, bias: b }), [x, weight, bias]);
    });
  }
});

describe('BatchNorm1d', () => {
  it('averages all batches where momentum is null', () => {
    const norm = new nn.BatchNorm1d(2, { momentum: null });
    const batches = [randn([5, 2]), randn([5, 2]).add(3), randn([5, 2])];
    for (const batch of batches) norm.forward(batch);
    const mean = batches
      .map((batch) => batch.mean(0))
      .reduce((a, b) => a.add(b))
      .div(3);
    expect(norm.running_mean!.allclose(mean)).toBe(true);
    expect(norm.num_batches_tracked!.item()).toBe(3);
    norm.resetRunningStats();
    expect(norm.running_var!.tolist()).toEqual([1, 1]);
    expect(norm.num_batches_tracked!.item()).toBe(0);
  });

  it('keeps the running statistics of evaluation for backward', () => {
    const norm = new nn.BatchNorm1d(2).eval();
    const x = randn([3, 2], { requiresGrad: true });
    const loss = norm.forward(x).sum();
    norm.running_var!.fill_(100);
    loss.backward();
    expect(x.grad!.allclose(ones([3, 2]))).toBe(true);
  });

  it('goes on where a state dict was saved', () => {
    const norm = new nn.BatchNorm1d(2);
    norm.forward(randn([5, 2]));
    const other = new nn.BatchNorm1d(2);
    other.loadStateDict(norm.stateDict());
    expect(Object.keys(other.stateDict())).toEqual([
      'weight',
      'bias',
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
    const x = randn([4, 2]);
    expect(other.eval().forward(x).equal(norm.eval().forward(x))).toBe(true);
    expect(norm.double().forward(x.double()).dtype).toBe('float64');
    expect(norm.num_batches_tracked!.dtype).toBe('int32');
  });

  it('refuses what does not fit, and says what would', () => {
    const norm = new nn.BatchNorm1d(3);
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(
      () => norm.forward(zeros([1, 3])),
      'batchNorm: needs more than one value a channel in training, got an input of shape [1, 3]',
    );
    expect(norm.eval().forward(zeros([1, 3])).shape).toEqual([1, 3]);
    refused(
      () => norm.forward(zeros([2, 4])),
      'BatchNorm1d: input must have shape [batch, 3] or [batch, 3, length], got [2, 4]',
    );
    expect(() => norm.forward(zeros([3]))).toThrow(ShapeError);
    expect(() => norm.forward(zeros([2, 3], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => new nn.BatchNorm1d(3, { track_running_stats: false } as never)).toThrow(OptionError);
    expect(() => new nn.BatchNorm1d(-1)).toThrow(ValueError);
    refused(() => new nn.BatchNorm1d(3, { momentum: 'x' as never }), 'BatchNorm1d: momentum must be a number');
    const x = zeros([4, 3]);
    refused(() => batchNorm(x, null, null), 'runningMean and runningVar must be given unless training is true');
    refused(() => batchNorm(x, zeros([3]), null), 'runningMean needs runningVar beside it, got null');
    refused(
      () => batchNorm(x, null, null, { training: true, weight: zeros([4]) }),
      'weight must have shape [3], the channels of [4, 3], got [4]',
    );
    refused(() => batchNorm(x, null, null, { training: true, eps: 0 }), 'eps must be above 0 in training');
    refused(() => batchNorm(x, leaf(3).float(), zeros([3])), 'runningMean and runningVar take no gradient');
    refused(() => batchNorm(tensor([1, 2]), null, null), 'input must have shape [batch, channels, …], got [2]');
  });
});

describe('GroupNorm and InstanceNorm1d', () => {
  it('refuse what does not fit, and say what would', () => {
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(() => new nn.GroupNorm(4, 6), 'GroupNorm: numChannels must be a multiple of numGroups, got 6 and 4');
    refused(
      () => new nn.GroupNorm(2, 6).forward(zeros([2, 4])),
      'GroupNorm: input must have shape [batch, 6, …], got [2, 4]',
    );
    refused(
      () => groupNorm(zeros([2, 6]), 4),
      'input must have a multiple of 4 channels for as many groups, got [2, 6]',
    );
    refused(() => groupNorm(zeros([1, 6]), 6), 'needs more than one value, got an input of shape [1, 6] in 6 groups');
    refused(() => groupNorm(zeros([2, 6]), 0), 'numGroups must be an integer of at least 1, got 0');
    refused(
      () => new nn.InstanceNorm1d(3).forward(zeros([2, 4, 5])),
      'input must have shape [batch, 3, length] or [3, length]',
    );
    refused(() => new nn.InstanceNorm1d(3).forward(zeros([2, 3, 1])), 'needs more than one element a channel');
    refused(
      () => instanceNorm(zeros([2, 3, 4]), { useInputStats: false }),
      'must be given unless useInputStats is true',
    );
  });
});
