import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkShare, checkSteps } from './scheduler_arguments.js';

export interface ConstantLROptions extends LRSchedulerOptions {
  /** The factor at first, from 0 to 1. Default 1/3. */
  factor?: number;
  /** The step from which the rates are the full ones. Default 5. */
  totalIters?: number;
}

/**
 * The rates times `factor` until step `totalIters`, then the full rates, as `torch.optim.lr_scheduler.ConstantLR`.
 * A factor of 0, where PyTorch divides by zero at the end, gives the base rates there.
 */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;

  /** @throws ValueError unless `factor` is from 0 to 1 and `totalIters` an integer of at least 0. */
  constructor(optimizer: Optimizer, options?: ConstantLROptions) {
    const given = checkOptions('ConstantLR', options, ['factor', 'totalIters', 'lastEpoch']);
    const factor = checkShare('ConstantLR', 'factor', given.factor ?? 1 / 3);
    const total = checkSteps('ConstantLR', 'totalIters', given.totalIters ?? 5, 0);
    super(optimizer, given);
    this.factor = factor;
    this.totalIters = total;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['factor', 'totalIters'];
  }

  protected override nextLrs(): number[] {
    const lrs = this.currentLrs();
    if (this.lastEpoch === 0) return lrs.map((lr) => lr * this.factor);
    if (this.lastEpoch !== this.totalIters) return lrs;
    return this.factor === 0 ? this.baseLrs.slice() : lrs.map((lr) => lr * (1 / this.factor));
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.map((lr) => lr * (this.totalIters === 0 ? 1 : this.factor));
  }
}
