// Whatever is given to optimizers and schedulers, what comes back is an error of the library, or nothing.
import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { optim, type Tensor, tensor, zeros } from '../../lib/index.js';

// biome-ignore lint/suspicious/noExplicitAny: nothing here is of the right type.
type Anything = any;

const errors = Object.values(lutra as Record<string, Anything>).filter(
  (value) => typeof value === 'function' && value.prototype instanceof Error,
);

const hostile: Anything[] = [
  undefined,
  null,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'x',
  Symbol('s'),
  10n,
  [],
  [1],
  [null],
  [['a']],
  {},
  () => 1,
  new Map(),
  Object.create(null),
  tensor([1, 2]),
  tensor(1),
  true,
  new Int32Array(3),
  { length: 3 },
];

function expectOwnErrors(attempts: Iterable<[what: string, run: () => unknown]>): void {
  const others = new Set<string>();
  for (const [what, run] of attempts) {
    try {
      run();
    } catch (error) {
      if (!errors.some((Kind) => error instanceof Kind)) others.add(`${what}: ${error}`);
    }
  }
  expect([...others]).toEqual([]);
}

const parameter = (): Tensor => zeros([2, 2], { requiresGrad: true });

describe('optimizers answer with errors of their own', () => {
  const classes = Object.entries(optim as Record<string, Anything>).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof optim.Optimizer,
  );
  for (const [name, Optimizer] of classes) {
    const make = () => {
      const p = parameter();
      p.grad = zeros([2, 2]);
      return new Optimizer([p]);
    };
    function* attempts(): Generator<[string, () => unknown]> {
      const optimizer = make();
      const { param_groups } = optimizer.stateDict();
      for (const value of hostile) {
        yield ['params', () => new Optimizer(value)];
        yield ['params[0]', () => new Optimizer([value])];
        yield ['group.params', () => new Optimizer([{ params: value }])];
        yield ['options', () => new Optimizer([parameter()], value)];
        for (const option of Object.keys(optimizer.defaults)) {
          yield [option, () => new Optimizer([parameter()], { [option]: value })];
        }
        yield ['step', () => optimizer.step(value)];
        yield ['zeroGrad', () => optimizer.zeroGrad(value)];
        yield ['addParamGroup', () => optimizer.addParamGroup(value)];
        yield ['stateDict', () => optimizer.stateDict(value)];
        yield ['loadStateDict', () => optimizer.loadStateDict(value)];
        yield ['state', () => optimizer.loadStateDict({ state: value, param_groups })];
        yield ['state[0]', () => optimizer.loadStateDict({ state: { 0: value }, param_groups })];
        yield ['param_groups', () => optimizer.loadStateDict({ state: {}, param_groups: [value] })];
        for (const entry of ['step', 'exp_avg', 'old_dirs', 'ro', 't', 'row_var', 'eta']) {
          yield [entry, () => optimizer.loadStateDict({ state: { 0: { [entry]: value } }, param_groups })];
        }
        yield [
          'lr',
          () => {
            const assigned = make();
            assigned.paramGroups[0].lr = value;
            assigned.step(() => 1);
          },
        ];
      }
    }
    it(name, () => expectOwnErrors(attempts()));
  }
});

describe('schedulers answer with errors of their own', () => {
  const options =
    `lastEpoch factor totalIters etaMin tMult gamma startFactor endFactor power stepSizeUp stepSizeDown mode
    scaleFn scaleMode cycleMomentum baseMomentum maxMomentum totalSteps epochs stepsPerEpoch pctStart divFactor threePhase
    annealStrategy minLr patience cooldown threshold thresholdMode eps optimizer`.split(/\s+/);
  const classes = Object.entries(optim.lrScheduler as Record<string, Anything>).filter(
    ([name, value]) => typeof value === 'function' && name !== 'LRScheduler',
  );
  for (const [name, Scheduler] of classes) {
    function* attempts(): Generator<[string, () => unknown]> {
      const optimizer = new optim.SGD([parameter()]);
      for (const value of hostile) {
        yield ['optimizer', () => new Scheduler(value, 1, 1)];
        yield ['first', () => new Scheduler(optimizer, value, 1)];
        yield ['second', () => new Scheduler(optimizer, 1, value)];
        yield ['third', () => new Scheduler(optimizer, 0.1, 1, value)];
        for (const option of options) {
          for (const before of [[], [1], [0.1, 1], [[2]]]) {
            yield [option, () => new Scheduler(optimizer, ...before, { [option]: value })];
          }
        }
      }
    }
    it(name, () => expectOwnErrors(attempts()));
  }
});
