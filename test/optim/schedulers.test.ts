import { describe, expect, it } from 'vitest';
import { ArgumentError, optim, StateDictError, tensor, ValueError, zeros } from '../../lib/index.js';

function sgd(lr = 1): optim.SGD {
  return new optim.SGD([zeros([1], { requiresGrad: true })], { lr });
}

function rateOf(optimizer: optim.SGD): number {
  return optimizer.paramGroups[0].lr;
}

describe('schedulers refuse', () => {
  const refusals: [string, () => unknown, new (...args: never[]) => Error, RegExp][] = [
    ['what is no optimizer', () => new optim.StepLR({} as never, 2), ArgumentError, /StepLR: optimizer must be an Opt/],
    [
      'a step size of 0',
      () => new optim.StepLR(sgd(), 0),
      ValueError,
      /stepSize must be an integer of at least 1, got 0/,
    ],
    ['an unknown option', () => new optim.StepLR(sgd(), 2, { gama: 1 } as never), TypeError, /did you mean 'gamma'/],
    [
      'milestones that are no list',
      () => new optim.MultiStepLR(sgd(), 3 as never),
      ArgumentError,
      /milestones must be/,
    ],
    ['a fractional milestone', () => new optim.MultiStepLR(sgd(), [1, 2.5]), ValueError, /milestones\[1\].*2.5/],
    ['a gamma that is no number', () => new optim.ExponentialLR(sgd(), Number.NaN), ValueError, /gamma/],
    [
      'a start factor of 0',
      () => new optim.LinearLR(sgd(), { startFactor: 0 }),
      ValueError,
      /startFactor must be above/,
    ],
    ['a factor above 1', () => new optim.ConstantLR(sgd(), { factor: 2 }), ValueError, /from 0 to 1, got 2/],
    ['no length of the cycle', () => new optim.OneCycleLR(sgd(), 1, { epochs: 3 }), ArgumentError, /needs totalSteps/],
    [
      'two peaks for one group',
      () => new optim.OneCycleLR(sgd(), [1, 2], { totalSteps: 5 }),
      ArgumentError,
      /maxLr must be a number or a list of 1/,
    ],
    [
      'momentum of an optimizer without',
      () => new optim.OneCycleLR(new optim.Adagrad([zeros([1], { requiresGrad: true })]), 1, { totalSteps: 5 }),
      ArgumentError,
      /neither momentum nor betas/,
    ],
    [
      'an unknown mode',
      () => new optim.ReduceLROnPlateau(sgd(), { mode: 'low' as never }),
      ValueError,
      /'min' or 'max'/,
    ],
    ['a factor of 1', () => new optim.ReduceLROnPlateau(sgd(), { factor: 1 }), ValueError, /below 1/],
    ['a missing metric', () => new optim.ReduceLROnPlateau(sgd()).step(), ArgumentError, /metric must be a number/],
    ['a function that gives no number', () => new optim.LambdaLR(sgd(), () => Number.NaN), ValueError, /for step 0/],
    ['two functions for one group', () => new optim.LambdaLR(sgd(), [() => 1, () => 1]), ArgumentError, /a list of 1/],
    [
      'a resumed training without initialLr',
      () => new optim.StepLR(sgd(), 2, { lastEpoch: 4 }),
      ArgumentError,
      /initialLr/,
    ],
  ];
  for (const [what, run, kind, message] of refusals) {
    it(what, () => {
      expect(run).toThrow(kind);
      expect(run).toThrow(message);
    });
  }

  it('parts of a sequence that do not go together', () => {
    const optimizer = sgd();
    const first = new optim.StepLR(optimizer, 2);
    expect(() => new optim.SequentialLR(optimizer, [first, new optim.StepLR(sgd(), 2)], [3])).toThrow(
      /another optimizer/,
    );
    expect(() => new optim.SequentialLR(optimizer, [first], [3])).toThrow(/1 schedulers need 0 milestones, got 1/);
    expect(() => new optim.SequentialLR(optimizer, [], [])).toThrow(/at least one/);
    const plateau = new optim.ReduceLROnPlateau(optimizer);
    expect(() => new optim.SequentialLR(optimizer, [plateau], [])).toThrow(/takes a metric/);
    const third = new optim.StepLR(optimizer, 2);
    const second = new optim.StepLR(optimizer, 2);
    expect(() => new optim.SequentialLR(optimizer, [first, second, third], [5, 3])).toThrow(/must not fall/);
  });

  it('a state dict of another scheduler, naming every key, and change nothing', () => {
    const scheduler = new optim.StepLR(sgd(), 2);
    const other = new optim.CosineAnnealingLR(sgd(), 5).stateDict();
    expect(() => scheduler.loadStateDict(other)).toThrow(StateDictError);
    expect(() => scheduler.loadStateDict(other)).toThrow(/step_size: is missing[\s\S]*T_max: is no part/);
    expect(() => scheduler.loadStateDict({ ...scheduler.stateDict(), gamma: 'x', last_epoch: 9 })).toThrow(
      /gamma: must be/,
    );
    expect(scheduler.lastEpoch).toBe(0);
    expect(() => scheduler.loadStateDict(null as never)).toThrow(ArgumentError);
  });

  it('steps beyond the cycle, and stay where they are', () => {
    const optimizer = sgd();
    const scheduler = new optim.OneCycleLR(optimizer, 1, { totalSteps: 2 });
    optimizer.step();
    scheduler.step();
    scheduler.step();
    const rate = rateOf(optimizer);
    expect(() => scheduler.step()).toThrow(/step 3 is beyond its end/);
    expect(() => scheduler.step()).toThrow(/step 3 is beyond its end/);
    expect(rateOf(optimizer)).toBe(rate);
  });
});

describe('schedulers', () => {
  it('warn when they step before the optimizer', async () => {
    const scheduler = new optim.StepLR(sgd(), 2);
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    scheduler.step();
    expect((await warned).message).toMatch(/StepLR: step\(\) was called before the optimizer's/);
  });

  it('go on from a given step', () => {
    const optimizer = sgd();
    const whole = new optim.StepLR(optimizer, 2, { gamma: 0.5 });
    optimizer.step();
    for (let i = 0; i < 5; i++) whole.step();
    const resumed = new optim.StepLR(optimizer, 2, { gamma: 0.5, lastEpoch: 4 });
    expect([resumed.lastEpoch, rateOf(optimizer)]).toEqual([5, 0.25]);
    resumed.step();
    expect(rateOf(optimizer)).toBe(0.125);
  });

  it('take metrics as tensors', () => {
    const optimizer = sgd();
    const scheduler = new optim.ReduceLROnPlateau(optimizer, { patience: 0 });
    scheduler.step(tensor(1));
    scheduler.step(tensor([1]));
    expect(rateOf(optimizer)).toBeCloseTo(0.1, 15);
  });

  it('give the base rates back after a constant factor of 0', () => {
    const optimizer = sgd(3);
    const scheduler = new optim.ConstantLR(optimizer, { factor: 0, totalIters: 2 });
    optimizer.step();
    expect(rateOf(optimizer)).toBe(0);
    scheduler.step();
    scheduler.step();
    expect(rateOf(optimizer)).toBe(3);
  });

  it('restart within epochs', () => {
    const optimizer = sgd();
    const scheduler = new optim.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
    scheduler.step(1);
    expect(rateOf(optimizer)).toBeCloseTo(0.5, 12);
    scheduler.step(2.5);
    expect([scheduler.tI, scheduler.tCur]).toEqual([4, 0.5]);
    expect(rateOf(optimizer)).toBeCloseTo((1 + Math.cos(Math.PI / 8)) / 2, 12);
    expect(() => scheduler.step(-1)).toThrow(/epoch must be a number of at least 0/);
  });

  it('can be written by users', () => {
    class Halving extends optim.LRScheduler {
      constructor(optimizer: optim.Optimizer) {
        super(optimizer);
        this.start();
      }
      protected override nextLrs(): number[] {
        return this.baseLrs.map((lr) => lr / 2 ** this.lastEpoch);
      }
    }
    const optimizer = sgd();
    const scheduler = new Halving(optimizer);
    optimizer.step();
    scheduler.step();
    scheduler.step();
    expect(scheduler.getLastLr()).toEqual([0.25]);
  });
});
