import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite, checkSteps } from './scheduler_arguments.js';

export interface PolynomialLROptions extends LRSchedulerOptions {
  /** The step at which the rates reach 0. Default 5. */
  totalIters?: number;
  /** The power of the polynomial. Default 1. */
  power?: number;
}

/**
 * The base rates times (1 - step / totalIters)^power, and 0 from step `totalIters` on, as
 * `torch.optim.lr_scheduler.PolynomialLR`. Like PyTorch's, each rate comes from the one before, so that other schedulers
 * can act on the same groups.
 */
export class PolynomialLR extends LRScheduler {
  totalIters: number;
  power: number;

  /** @throws ValueError unless `totalIters` is an integer of at least 0 and `power` finite. */
  constructor(optimizer: Optimizer, options?: PolynomialLROptions) {
    const given = checkOptions('PolynomialLR', options, ['totalIters', 'power', 'lastEpoch']);
    const total = checkSteps('PolynomialLR', 'totalIters', given.totalIters ?? 5, 0);
    const power = checkFinite('PolynomialLR', 'power', given.power ?? 1);
    super(optimizer, given);
    this.totalIters = total;
    this.power = power;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['totalIters', 'power'];
  }

  protected override nextLrs(initial: boolean): number[] {
    const { totalIters, lastEpoch, power } = this;
    const lrs = this.currentLrs();
    if (initial || lastEpoch > totalIters || totalIters === 0) return lrs;
    const decay = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power;
    return lrs.map((lr) => lr * decay);
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.slice();
  }
}
