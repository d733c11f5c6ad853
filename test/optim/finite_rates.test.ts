import { describe, expect, it } from 'vitest';
import { optim, ValueError, zeros } from '../../lib/index.js';

type Make = (optimizer: optim.Optimizer) => optim.LRScheduler;

/** Every combination of the values. */
function* grid(values: { [name: string]: readonly unknown[] }): Generator<Record<string, unknown>> {
  const [first, ...rest] = Object.entries(values);
  if (first === undefined) {
    yield {};
    return;
  }
  for (const others of grid(Object.fromEntries(rest)))
    for (const value of first[1]) yield { [first[0]]: value, ...others };
}

const counts = [1, 2, 3, 4, 5, 10, 20, 100];
const shares = [0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.55, 0.75, 1];
const factors = [0, 5e-324, 1e-300, 0.1, 1 / 3, 1];
const gammas = [-1, 0, 1e-300, 0.5, 1, 2, 1e200];

/** Every scheduler over a grid of its arguments: sizes down to the smallest, factors that under- and overflow. */
function* schedulers(): Generator<[name: string, make: Make]> {
  const all = <Options>(name: string, values: { [name: string]: readonly unknown[] }, make: (o: Options) => Make) =>
    [...grid(values)].map((options): [string, Make] => [
      `${name} ${JSON.stringify(options)}`,
      make(options as Options),
    ]);
  yield* all<{ totalSteps: number; pctStart: number }>(
    'OneCycleLR',
    { totalSteps: counts, pctStart: shares, threePhase: [false, true], annealStrategy: ['cos', 'linear'] },
    (o) => (optimizer) => new optim.OneCycleLR(optimizer, 1, o),
  );
  yield* all<{ tMax: number; etaMin: number }>(
    'CosineAnnealingLR',
    { tMax: counts, etaMin: [0, 0.5, 1, -1e300] },
    ({ tMax, etaMin }) =>
      (optimizer) =>
        new optim.CosineAnnealingLR(optimizer, tMax, { etaMin }),
  );
  yield* all<{ t0: number; tMult: number }>(
    'CosineAnnealingWarmRestarts',
    { t0: counts, tMult: [1, 2, 10] },
    ({ t0, tMult }) =>
      (optimizer) =>
        new optim.CosineAnnealingWarmRestarts(optimizer, t0, { tMult }),
  );
  yield* all<object>(
    'LinearLR',
    { startFactor: factors.slice(1), endFactor: factors, totalIters: counts },
    (o) => (optimizer) => new optim.LinearLR(optimizer, o),
  );
  yield* all<object>(
    'ConstantLR',
    { factor: factors, totalIters: [0, ...counts] },
    (o) => (optimizer) => new optim.ConstantLR(optimizer, o),
  );
  yield* all<object>(
    'PolynomialLR',
    { totalIters: [0, ...counts], power: [-1, 0, 0.5, 1, 2, 1e300] },
    (o) => (optimizer) => new optim.PolynomialLR(optimizer, o),
  );
  yield* all<object>(
    'CyclicLR',
    {
      stepSizeUp: [5e-324, 0.5, 1, 2, 5],
      stepSizeDown: [0, 1, 2],
      mode: ['triangular', 'triangular2', 'exp_range'],
      gamma: gammas,
    },
    (o) => (optimizer) => new optim.CyclicLR(optimizer, 0.1, 1, o),
  );
  for (const gamma of gammas) {
    yield [`ExponentialLR ${gamma}`, (optimizer) => new optim.ExponentialLR(optimizer, gamma)];
    yield [`StepLR ${gamma}`, (optimizer) => new optim.StepLR(optimizer, 2, { gamma })];
    yield [`MultiStepLR ${gamma}`, (optimizer) => new optim.MultiStepLR(optimizer, [0, 1, 1, 4], { gamma })];
    yield [`MultiplicativeLR ${gamma}`, (optimizer) => new optim.MultiplicativeLR(optimizer, () => gamma)];
    yield [`LambdaLR ${gamma}`, (optimizer) => new optim.LambdaLR(optimizer, (epoch) => gamma ** epoch)];
    yield [
      `ChainedScheduler ${gamma}`,
      (optimizer) =>
        new optim.ChainedScheduler([
          new optim.ExponentialLR(optimizer, gamma),
          new optim.PolynomialLR(optimizer, { totalIters: 3 }),
        ]),
    ];
    yield [
      `SequentialLR ${gamma}`,
      (optimizer) =>
        new optim.SequentialLR(
          optimizer,
          [new optim.LinearLR(optimizer), new optim.StepLR(optimizer, 1, { gamma })],
          [3],
        ),
    ];
    if (gamma < 1) {
      yield [`ReduceLROnPlateau ${gamma}`, (o) => new optim.ReduceLROnPlateau(o, { factor: gamma, patience: 0 })];
    }
  }
}

function numbersOf(optimizer: optim.SGD): number[] {
  return optimizer.paramGroups.flatMap((group) => [group.lr, group.momentum]);
}

/** Steps until the schedule refuses; whatever was set must be finite, also after the refusal. */
function expectFinite(make: Make): void {
  const parameters = [zeros([1], { requiresGrad: true }), zeros([1], { requiresGrad: true })];
  const optimizer = new optim.SGD(
    parameters.map((params) => ({ params })),
    { lr: 1, momentum: 0.9 },
  );
  const check = (numbers: number[]) => {
    if (!numbers.every(Number.isFinite)) throw new Error(`set ${numbers}`);
  };
  try {
    const scheduler = make(optimizer);
    optimizer.step();
    for (let step = 0; step < 45; step++) {
      check(numbersOf(optimizer));
      if (scheduler instanceof optim.ReduceLROnPlateau) scheduler.step(step);
      else scheduler.step();
      check(scheduler.getLastLr());
    }
  } catch (error) {
    const refuses = /must be finite, but is|beyond its end|must give a finite number/;
    if (!(error instanceof ValueError && refuses.test(error.message))) throw error;
  }
  check(numbersOf(optimizer));
}

describe('no scheduler sets a rate that is not finite', () => {
  const families = new Map<string, [string, Make][]>();
  for (const entry of schedulers()) {
    const family = entry[0].split(' ')[0];
    families.set(family, [...(families.get(family) ?? []), entry]);
  }
  it('of those that there are', () => {
    const known = Object.keys(optim.lrScheduler).filter((name) => name !== 'LRScheduler');
    expect([...families.keys()].sort()).toEqual(known.sort());
  });
  for (const [family, cases] of families) {
    it(`${family}, ${cases.length} times`, () => {
      for (const [name, make] of cases) {
        try {
          expectFinite(make);
        } catch (error) {
          throw new Error(`${name}: ${(error as Error).message}`);
        }
      }
    });
  }

  it('but says so and stays where it was', () => {
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
    const scheduler = new optim.ExponentialLR(optimizer, 1e200);
    optimizer.step();
    scheduler.step();
    const before = scheduler.stateDict();
    expect(() => scheduler.step()).toThrow(
      'ExponentialLR: the rate of step 2 must be finite, but is Infinity for group 0',
    );
    expect(scheduler.stateDict()).toEqual(before);
    expect(optimizer.paramGroups[0].lr).toBe(1e200);
    const restarts = new optim.CosineAnnealingWarmRestarts(optimizer, 1, { tMult: 2 });
    restarts.step();
    restarts.baseLrs = [Number.POSITIVE_INFINITY];
    const placed = restarts.stateDict();
    expect(() => restarts.step()).toThrow(ValueError);
    expect(() => restarts.step(2.5)).toThrow(ValueError);
    expect(restarts.stateDict()).toEqual(placed);
  });

  it('and no optimizer steps with one', () => {
    const parameter = zeros([1], { requiresGrad: true });
    const optimizer = new optim.SGD([parameter], { lr: 1 });
    parameter.grad = zeros([1]);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, '1', undefined, null]) {
      optimizer.paramGroups[0].lr = bad as never;
      expect(() => optimizer.step()).toThrow(/SGD.step: lr must be a finite number, got/);
    }
    expect(parameter.item()).toBe(0);
    expect(() => new optim.SGD([parameter], { lr: Number.POSITIVE_INFINITY })).toThrow(ValueError);
  });
});
