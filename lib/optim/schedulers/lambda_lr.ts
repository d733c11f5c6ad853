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
    const groups = this.groups.length;
    const lambdas = typeof lrLambda === 'function' ? new Array<LrLambda>(groups).fill(lrLambda) : lrLambda;
    if (!Array.isArray(lambdas) || lambdas.length !== groups || lambdas.some((item) => typeof item !== 'function')) {
      throw new ArgumentError(
        `LambdaLR: lrLambda must be a function or a list of ${groups}, one for each group of parameters, got ${describe(lrLambda)}`,
      );
    }
    this.lrLambdas = [...lambdas];
    this.start();
  }

  /** `lr_lambdas` holds a null for each function, as PyTorch's state has for those that it can't write. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), lr_lambdas: this.lrLambdas.map(() => null) };
  }

  protected override nextLrs(): number[] {
    return this.baseLrs.map((lr, i) => {
      const factor = this.lrLambdas[i](this.lastEpoch);
      if (typeof factor !== 'number' || !Number.isFinite(factor)) {
        throw new ValueError(
          `LambdaLR: lrLambda must give a finite number, got ${describe(factor)} for step ${this.lastEpoch}`,
        );
      }
      return lr * factor;
    });
  }
}
