import { ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkShare, checkSteps } from './scheduler_arguments.js';

export interface LinearLROptions extends LRSchedulerOptions {
  /** The factor at first, above 0 and at most 1. Default 1/3. */
  startFactor?: number;
  /** The factor at the end, from 0 to 1. Default 1. */
  endFactor?: number;
  /** The step at which the end is reached. Default 5. */
  totalIters?: number;
}

/**
 * The rates times a factor that goes from `startFactor` to `endFactor` in equal steps, as
 * `torch.optim.lr_scheduler.LinearLR`.
 */
export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;

  /** @throws ValueError for a factor out of range, or unless `totalIters` is a positive integer. */
  constructor(optimizer: Optimizer, options?: LinearLROptions) {
    const given = checkOptions('LinearLR', options, ['startFactor', 'endFactor', 'totalIters', 'lastEpoch']);
    const first = checkShare('LinearLR', 'startFactor', given.startFactor ?? 1 / 3);
    if (first === 0) throw new ValueError('LinearLR: startFactor must be above 0, got 0');
    const last = checkShare('LinearLR', 'endFactor', given.endFactor ?? 1);
    const total = checkSteps('LinearLR', 'totalIters', given.totalIters ?? 5, 1);
    super(optimizer, given);
    this.startFactor = first;
    this.endFactor = last;
    this.totalIters = total;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['startFactor', 'endFactor', 'totalIters'];
  }

  protected override nextLrs(initial: boolean): number[] {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    const lrs = this.currentLrs();
    if (lastEpoch === 0) return lrs.map((lr) => lr * startFactor);
    if (initial || lastEpoch > totalIters) return lrs;
    const rise = endFactor - startFactor;
    return lrs.map((lr) => lr * (1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise)));
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.map((lr) => lr * this.startFactor);
  }
}
