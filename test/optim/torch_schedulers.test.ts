import { describe, expect, it } from 'vitest';
import type { optim } from '../../lib/index.js';
import { readFixture } from '../torch/read.js';
import { build, type GroupRates, makeOptimizer, runHalf, type SchedulerCase, stepBoth } from './scheduler_cases.js';

const { cases } = readFixture<{ cases: SchedulerCase[] }>('schedulers');

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
      const { half, optimizer, scheduler } = runHalf(testCase);
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
