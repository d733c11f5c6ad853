import { describe, expect, it } from 'vitest';
import { optim, zeros } from '../../lib/index.js';
import { readFixture } from '../torch/read.js';

interface Spec {
  scheduler: string;
  args: unknown[];
  options: Record<string, unknown>;
  children: Spec[] | null;
  milestones: number[] | null;
  lambdas: string[] | null;
}

type GroupRates = [lr: number, momentum: number | null];

interface SchedulerCase {
  name: string;
  optimizer: string;
  options: Record<string, unknown>;
  rates: number[];
  spec: Spec;
  steps: number;
  metrics: number[] | null;
  trajectory: GroupRates[][];
  state: Record<string, unknown>;
}

type SchedulerClass = new (optimizer: optim.Optimizer, ...args: unknown[]) => optim.LRScheduler;
type OptimizerClass = new (groups: unknown, options: Record<string, unknown>) => optim.Optimizer;

const lambdas: Record<string, (epoch: number) => number> = {
  halve: (epoch) => 0.5 ** epoch,
  inverseRoot: (epoch) => 1 / (epoch + 1) ** 0.5,
};

function build(optimizer: optim.Optimizer, spec: Spec): optim.LRScheduler {
  const Scheduler = (optim.lrScheduler as unknown as Record<string, SchedulerClass>)[spec.scheduler];
  if (spec.children) {
    return new Scheduler(
      optimizer,
      spec.children.map((child) => build(optimizer, child)),
      spec.milestones,
    );
  }
  if (spec.lambdas) {
    const functions = spec.lambdas.map((name) => lambdas[name]);
    return new Scheduler(optimizer, functions.length > 1 ? functions : functions[0]);
  }
  return new Scheduler(optimizer, ...spec.args, spec.options);
}

function makeOptimizer({ optimizer, options, rates }: SchedulerCase): optim.Optimizer {
  const Optimizer = (optim as unknown as Record<string, OptimizerClass>)[optimizer];
  return new Optimizer(
    rates.map((lr) => ({ params: [zeros([2], { requiresGrad: true })], lr })),
    options,
  );
}

function momentumOf(group: Record<string, unknown>): number | null {
  return (group.betas as number[] | undefined)?.[0] ?? (group.momentum as number | undefined) ?? null;
}

/** Every rate and momentum, to 12 digits. */
function expectRates(optimizer: optim.Optimizer, expected: GroupRates[], step: number): void {
  const groups = optimizer.paramGroups as unknown as Record<string, unknown>[];
  for (const [i, [lr, momentum]] of expected.entries()) {
    const pairs = [[groups[i].lr as number, lr] as const];
    if (momentum !== null) pairs.push([momentumOf(groups[i]) as number, momentum]);
    for (const [actual, wanted] of pairs) {
      expect(
        Math.abs(actual - wanted) <= 1e-12 * Math.abs(wanted) + 1e-17,
        `step ${step}, group ${i}: ${actual} instead of ${wanted}`,
      ).toBe(true);
    }
  }
}

function stepBoth(optimizer: optim.Optimizer, scheduler: optim.LRScheduler, metric: number | undefined): void {
  optimizer.step();
  if (scheduler instanceof optim.ReduceLROnPlateau) scheduler.step(metric);
  else scheduler.step();
}

const { cases } = readFixture<{ cases: SchedulerCase[] }>('schedulers');

describe('schedulers, against PyTorch', () => {
  for (const testCase of cases) {
    it(testCase.name, () => {
      const optimizer = makeOptimizer(testCase);
      const scheduler = build(optimizer, testCase.spec);
      expectRates(optimizer, testCase.trajectory[0], 0);
      for (let step = 1; step <= testCase.steps; step++) {
        stepBoth(optimizer, scheduler, testCase.metrics?.[step - 1]);
        expectRates(optimizer, testCase.trajectory[step], step);
        expect(scheduler.getLastLr()).toEqual(optimizer.paramGroups.map((group) => (group as { lr?: number }).lr));
      }
      // PyTorch's state dict of the end fits, and says the same.
      const own = scheduler.stateDict();
      scheduler.loadStateDict(testCase.state);
      for (const key of ['last_epoch', '_last_lr']) expect(own[key]).toEqual(scheduler.stateDict()[key]);
    });
  }
});

describe('schedulers resumed in the middle', () => {
  for (const testCase of cases) {
    it(testCase.name, () => {
      const half = Math.floor(testCase.steps / 2);
      const optimizer = makeOptimizer(testCase);
      const scheduler = build(optimizer, testCase.spec);
      for (let step = 1; step <= half; step++) stepBoth(optimizer, scheduler, testCase.metrics?.[step - 1]);
      // Both states cross a file that holds JSON.
      const states = JSON.parse(JSON.stringify([optimizer.stateDict().param_groups, scheduler.stateDict()]));
      const later = makeOptimizer(testCase);
      const laterScheduler = build(later, testCase.spec);
      later.loadStateDict({ state: {}, param_groups: states[0] });
      laterScheduler.loadStateDict(states[1]);
      for (let step = half + 1; step <= testCase.steps; step++) {
        stepBoth(later, laterScheduler, testCase.metrics?.[step - 1]);
        expectRates(later, testCase.trajectory[step], step);
      }
    });
  }
});
