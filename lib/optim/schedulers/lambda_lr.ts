import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import type { SchedulerStateDict } from './scheduler_state.js';

/** The factor of a step number. */
export type LrLambda = (epoch: number) => number;

/**
 * The base rates times what a function gives for the step number, as `torch.optim.lr_scheduler.LambdaLR`. The functions
 * are no part of the state dict.
 */
export class LambdaLR extends LRScheduler {
  readonly lrLambdas: LrLambda[];

  /**
   * @param lrLambda one function for all groups, or a list with one for each.
   * @throws ArgumentError for anything else; ValueError, from `step` too, when a function does not give a finite number.
   */
  constructor(optimizer: Optimizer, lrLambda: LrLambda | readonly LrLambda[], options?: LRSchedulerOptions) {
    super(optimizer, checkOptions('LambdaLR', options, ['lastEpoch']));
    this.lrLambdas = checkLambdas('LambdaLR', lrLambda, this.groups.length);
    this.start();
  }

  /** `lr_lambdas` holds a null for each function, as PyTorch's state has for those that it can't write. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), lr_lambdas: this.lrLambdas.map(() => null) };
  }

  protected override nextLrs(): number[] {
    return this.baseLrs.map((lr, i) => lr * factorOf('LambdaLR', this.lrLambdas[i], this.lastEpoch));
  }
}

/** A function for each group. @throws ArgumentError for anything else than a function or a list of so many. */
export function checkLambdas(op: string, lrLambda: unknown, groups: number): LrLambda[] {
  const lambdas = typeof lrLambda === 'function' ? new Array<LrLambda>(groups).fill(lrLambda as LrLambda) : lrLambda;
  if (!Array.isArray(lambdas) || lambdas.length !== groups || lambdas.some((item) => typeof item !== 'function')) {
    throw new ArgumentError(
      `${op}: lrLambda must be a function or a list of ${groups}, one for each group of parameters, got ${describe(lrLambda)}`,
    );
  }
  return [...lambdas];
}

/** What a function gives for a step. @throws ArgumentError without one; ValueError unless that is a finite number. */
export function factorOf(op: string, lambda: LrLambda | undefined, step: number): number {
  if (lambda === undefined) throw new ArgumentError(`${op}: there is no lrLambda for a group that was added later`);
  const factor = lambda(step);
  if (typeof factor === 'number' && Number.isFinite(factor)) return factor;
  throw new ValueError(`${op}: lrLambda must give a finite number, got ${describe(factor)} for step ${step}`);
}
