import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite, checkSteps } from './scheduler_arguments.js';

export interface CosineAnnealingLROptions extends LRSchedulerOptions {
  /** The lowest rate. Default 0. */
  etaMin?: number;
}

/**
 * The rates fall to `etaMin` along half a cosine wave of `tMax` steps, then rise again, as
 * `torch.optim.lr_scheduler.CosineAnnealingLR` (Loshchilov and Hutter, 2017). Like PyTorch's, each rate comes from the
 * one before, so that other schedulers can act on the same groups.
 */
export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  /** @throws ValueError unless `tMax` is a positive integer and `etaMin` finite. */
  constructor(optimizer: Optimizer, tMax: number, options?: CosineAnnealingLROptions) {
    const given = checkOptions('CosineAnnealingLR', options, ['etaMin', 'lastEpoch']);
    const half = checkSteps('CosineAnnealingLR', 'tMax', tMax, 1);
    const lowest = checkFinite('CosineAnnealingLR', 'etaMin', given.etaMin ?? 0);
    super(optimizer, given);
    this.tMax = half;
    this.etaMin = lowest;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['tMax', 'etaMin'];
  }

  protected override nextLrs(initial: boolean): number[] {
    const { tMax, etaMin, lastEpoch, baseLrs } = this;
    const lrs = this.currentLrs();
    if (initial) return lrs;
    if (this.stepCount === 1 && lastEpoch > 0) {
      return baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos((lastEpoch * Math.PI) / tMax))) / 2);
    }
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return lrs.map((lr, i) => lr + ((baseLrs[i] - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    }
    const ratio = (1 + Math.cos((Math.PI * lastEpoch) / tMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax));
    return lrs.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.slice();
  }
}
