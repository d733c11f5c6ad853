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
      'an unknown mode of cycles',
      () => new optim.CyclicLR(sgd(), 0.1, 1, { mode: 'square' as never }),
      ValueError,
      /mode must be one of triangular, triangular2, exp_range, got "square"/,
    ],
    [
      'a rise of no steps',
      () => new optim.CyclicLR(sgd(), 0.1, 1, { stepSizeUp: 0 }),
      ValueError,
      /stepSizeUp must be above 0, got 0/,
    ],
    [
      'a scale that is no function',
      () => new optim.CyclicLR(sgd(), 0.1, 1, { scaleFn: 3 as never }),
      ArgumentError,
      /scaleFn must be a function or null, got 3/,
    ],
    [
      'a scale that gives no number',
      () => new optim.CyclicLR(sgd(), 0.1, 1, { scaleFn: () => 'x' as never }),
      ValueError,
      /scaleFn must give a finite number, got "x" for 1/,
    ],
    [
      'cycles of a momentum that is not there',
      () => new optim.CyclicLR(new optim.Adagrad([zeros([1], { requiresGrad: true })]), 0.1, 1),
      ArgumentError,
      /CyclicLR: Adagrad has neither momentum nor betas/,
    ],
    ['a negative number of steps', () => new optim.PolynomialLR(sgd(), { totalIters: -1 }), ValueError, /totalIters/],
    ['a power that is no number', () => new optim.PolynomialLR(sgd(), { power: '2' as never }), ValueError, /power/],
    ['no functions', () => new optim.MultiplicativeLR(sgd(), [] as never), ArgumentError, /MultiplicativeLR: lrLambda/],
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

  it('parts of a chain that do not go together', () => {
    const chain = (schedulers: unknown, optimizer?: optim.Optimizer) => () =>
      new optim.ChainedScheduler(schedulers as optim.LRScheduler[], { optimizer });
    const first = new optim.StepLR(sgd(), 1);
    for (const bad of [[], 3, undefined, [3]]) expect(chain(bad)).toThrow(ArgumentError);
    expect(chain([])).toThrow(/ChainedScheduler: schedulers must be a list of at least one scheduler/);
    expect(chain([first, new optim.StepLR(sgd(), 1)])).toThrow(/schedulers\[1\], a StepLR, belongs to another/);
    expect(chain([first], sgd())).toThrow(/belongs to another optimizer/);
    expect(chain([new optim.ReduceLROnPlateau(sgd())])).toThrow(/takes a metric/);
    expect(chain([first], first.optimizer)().optimizer).toBe(first.optimizer);
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

  it('no state at all, and states that are none', () => {
    const optimizer = sgd();
    const inner = () => new optim.StepLR(optimizer, 2);
    const all: optim.LRScheduler[] = [
      inner(),
      new optim.MultiStepLR(optimizer, [2]),
      new optim.OneCycleLR(optimizer, 1, { totalSteps: 5 }),
      new optim.CyclicLR(optimizer, 0.1, 1),
      new optim.ReduceLROnPlateau(optimizer),
      new optim.LambdaLR(optimizer, () => 1),
      new optim.SequentialLR(optimizer, [inner(), inner()], [2]),
      new optim.ChainedScheduler([inner(), inner()]),
    ];
    for (const scheduler of all) {
      const before = scheduler.stateDict();
      for (const nothing of [undefined, null, 5, 'x']) {
        const load = () => scheduler.loadStateDict(nothing as never);
        expect(load).toThrow(ArgumentError);
        expect(load).toThrow(`${scheduler.name}.loadStateDict: state must be an object, got`);
      }
      expect(() => scheduler.loadStateDict({})).toThrow(StateDictError);
      expect(scheduler.stateDict()).toEqual(before);
    }
  });

  it('a sequence or chain of which one part does not fit, and change no part', () => {
    const optimizer = sgd();
    const parts = () => [new optim.StepLR(optimizer, 2), new optim.ExponentialLR(optimizer, 0.5)];
    for (const whole of [new optim.SequentialLR(optimizer, parts(), [3]), new optim.ChainedScheduler(parts())]) {
      const before = whole.stateDict();
      const [first] = before._schedulers as optim.SchedulerStateDict[];
      const spoilt = { ...before, _schedulers: [{ ...first, gamma: 0.75 }, { gamma: 'x' }] };
      expect(() => whole.loadStateDict(spoilt)).toThrow(
        /ExponentialLR.loadStateDict.*\n.*gamma: must be number, got "x"|base_lrs/,
      );
      expect(whole.stateDict()).toEqual(before);
    }
    const chain = new optim.ChainedScheduler(parts());
    expect(() => chain.loadStateDict({ _schedulers: [], _last_lr: 3, momentum: 1 })).toThrow(
      /momentum: is no part.*\n.*_schedulers: must be a list of 2.*\n.*_last_lr: must be a list of numbers/,
    );
  });

  it('groups that were added to what has a number for each', () => {
    const added = (optimizer: optim.SGD) => {
      optimizer.addParamGroup({ params: zeros([1], { requiresGrad: true }) });
      optimizer.step();
      return optimizer;
    };
    for (const make of [
      (o: optim.SGD) => new optim.OneCycleLR(o, 1, { totalSteps: 5 }),
      (o: optim.SGD) => new optim.CyclicLR(o, 0.1, 1),
      (o: optim.SGD) => new optim.LambdaLR(o, () => 1),
    ]) {
      const optimizer = sgd();
      const scheduler = make(optimizer);
      added(optimizer);
      expect(() => scheduler.step()).toThrow(/the optimizer has 2 groups, but had 1 when the scheduler was made/);
      expect(scheduler.lastEpoch).toBe(0);
    }
    const optimizer = sgd();
    const scheduler = new optim.MultiplicativeLR(optimizer, [() => 1]);
    const annealing = new optim.CosineAnnealingLR(optimizer, 2);
    added(optimizer);
    expect(() => scheduler.step()).toThrow(/no lrLambda for a group that was added later/);
    for (let step = 0; step < 2; step++) annealing.step();
    expect(() => annealing.step()).toThrow(/the optimizer has 2 groups, but had 1 when the scheduler was made/);
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

  it('hold one minLr for groups that are added later, and refuse a list that no longer fits', () => {
    const optimizer = sgd();
    const add = () => optimizer.addParamGroup({ params: zeros([1], { requiresGrad: true }), lr: 0.5 });
    const scheduler = new optim.ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.25 });
    const listed = new optim.ReduceLROnPlateau(optimizer, { patience: 0, minLr: [0.25] });
    add();
    scheduler.step(1);
    scheduler.step(1);
    expect(optimizer.paramGroups.map((group) => group.lr)).toEqual([0.25, 0.25]);
    expect(scheduler.minLrs).toEqual([0.25, 0.25]);
    const before = listed.stateDict();
    expect(() => listed.step(1)).toThrow(ArgumentError);
    expect(() => listed.step(1)).toThrow(/minLr is a list of 1, but the optimizer has 2 groups now; set minLrs/);
    expect(listed.stateDict()).toEqual(before);
    listed.minLrs = [0.25, 0.125];
    listed.step(1);
    listed.step(1);
    expect(optimizer.paramGroups.map((group) => group.lr)).toEqual([0.25, 0.125]);
    // What it saved then fits one that knew both groups from the start.
    new optim.ReduceLROnPlateau(optimizer).loadStateDict(listed.stateDict());
  });

  it('pass over phases without length', () => {
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { momentum: 0.9 });
    const scheduler = new optim.OneCycleLR(optimizer, 1, { totalSteps: 10, pctStart: 0.55, threePhase: true });
    optimizer.step();
    for (let step = 0; step < 10; step++) scheduler.step();
    expect(rateOf(optimizer)).toBeCloseTo(1 / 25 / 1e4, 15);
  });

  it('read rates that were set to tensors', () => {
    const optimizer = sgd();
    optimizer.paramGroups[0].lr = tensor([0.5]) as never;
    const scheduler = new optim.ExponentialLR(optimizer, 0.5);
    optimizer.step();
    scheduler.step();
    expect(rateOf(optimizer)).toBe(0.25);
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
