/** The cases of test/torch/make_schedulers.py, and how to run them. */
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

export type GroupRates = [lr: number, momentum: number | null];

export interface SchedulerCase {
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
  shrink: (epoch) => (epoch % 2 === 1 ? 0.95 : 0.9),
};

export function build(optimizer: optim.Optimizer, spec: Spec): optim.LRScheduler {
  const Scheduler = (optim.lrScheduler as unknown as Record<string, SchedulerClass>)[spec.scheduler];
  if (spec.scheduler === 'ChainedScheduler') {
    return new optim.ChainedScheduler((spec.children ?? []).map((child) => build(optimizer, child)));
  }
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
  const { scaleFn, ...options } = spec.options;
  const functions = scaleFn === undefined ? {} : { scaleFn: lambdas[scaleFn as string] };
  return new Scheduler(optimizer, ...spec.args, { ...options, ...functions });
}

export function makeOptimizer({ optimizer, options, rates }: SchedulerCase): optim.Optimizer {
  const Optimizer = (optim as unknown as Record<string, OptimizerClass>)[optimizer];
  return new Optimizer(
    rates.map((lr) => ({ params: [zeros([2], { requiresGrad: true })], lr })),
    options,
  );
}

export function stepBoth(optimizer: optim.Optimizer, scheduler: optim.LRScheduler, metric: number | undefined): void {
  optimizer.step();
  if (scheduler instanceof optim.ReduceLROnPlateau) scheduler.step(metric);
  else scheduler.step();
}

export const { cases: schedulerCases } = readFixture<{ cases: SchedulerCase[] }>('schedulers');

/** A case in its middle: its first half of steps is done. */
export function runHalf(testCase: SchedulerCase) {
  const half = Math.floor(testCase.steps / 2);
  const optimizer = makeOptimizer(testCase);
  const scheduler = build(optimizer, testCase.spec);
  for (let step = 1; step <= half; step++) stepBoth(optimizer, scheduler, testCase.metrics?.[step - 1]);
  return { half, optimizer, scheduler };
}
