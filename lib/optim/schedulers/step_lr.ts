import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite, checkSteps } from './scheduler_arguments.js';

export interface StepLROptions extends LRSchedulerOptions {
  /** The factor. Default 0.1. */
  gamma?: number;
}

/** Multiplies the rates by `gamma` every `stepSize` steps, as `torch.optim.lr_scheduler.StepLR`. */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  /** @throws ValueError unless `stepSize` is a positive integer and `gamma` finite. */
  constructor(optimizer: Optimizer, stepSize: number, options?: StepLROptions) {
    const given = checkOptions('StepLR', options, ['gamma', 'lastEpoch']);
    const size = checkSteps('StepLR', 'stepSize', stepSize, 1);
    const gamma = checkFinite('StepLR', 'gamma', given.gamma ?? 0.1);
    super(optimizer, given);
    this.stepSize = size;
    this.gamma = gamma;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['stepSize', 'gamma'];
  }

  protected override nextLrs(): number[] {
    const lrs = this.currentLrs();
    if (this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0) return lrs;
    return lrs.map((lr) => lr * this.gamma);
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.slice();
  }
}
