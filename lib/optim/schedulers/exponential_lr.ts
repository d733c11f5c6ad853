import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite } from './scheduler_arguments.js';

/** Multiplies the rates by `gamma` at every step, as `torch.optim.lr_scheduler.ExponentialLR`. */
export class ExponentialLR extends LRScheduler {
  gamma: number;

  /** @throws ValueError unless `gamma` is finite. */
  constructor(optimizer: Optimizer, gamma: number, options?: LRSchedulerOptions) {
    const given = checkOptions('ExponentialLR', options, ['lastEpoch']);
    const factor = checkFinite('ExponentialLR', 'gamma', gamma);
    super(optimizer, given);
    this.gamma = factor;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['gamma'];
  }

  protected override nextLrs(initial: boolean): number[] {
    const lrs = this.currentLrs();
    return initial ? lrs : lrs.map((lr) => lr * this.gamma);
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.slice();
  }
}
