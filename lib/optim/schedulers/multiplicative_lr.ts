import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { checkLambdas, factorOf, type LrLambda } from './lambda_lr.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import type { SchedulerStateDict } from './scheduler_state.js';

/**
 * Multiplies the rates, step by step, by what a function gives for the step number, as
 * `torch.optim.lr_scheduler.MultiplicativeLR`. The functions are no part of the state dict.
 */
export class MultiplicativeLR extends LRScheduler {
  readonly lrLambdas: LrLambda[];

  /**
   * @param lrLambda one function for all groups, or a list with one for each; first called for step 1.
   * @throws ArgumentError for anything else; ValueError, from `step`, when a function does not give a finite number.
   */
  constructor(optimizer: Optimizer, lrLambda: LrLambda | readonly LrLambda[], options?: LRSchedulerOptions) {
    super(optimizer, checkOptions('MultiplicativeLR', options, ['lastEpoch']));
    this.lrLambdas = checkLambdas('MultiplicativeLR', lrLambda, this.groups.length);
    this.start();
  }

  /** `lr_lambdas` holds a null for each function, as PyTorch's state has for those that it can't write. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), lr_lambdas: this.lrLambdas.map(() => null) };
  }

  protected override nextLrs(initial: boolean): number[] {
    const lrs = this.currentLrs();
    if (initial) return lrs;
    return lrs.map((lr, i) => lr * factorOf('MultiplicativeLR', this.lrLambdas[i], this.lastEpoch));
  }
}
