import type { Optimizer } from '../optim/optimizer.js';
import { LRScheduler } from '../optim/schedulers/lr_scheduler.js';

/** The learning rate ends at this share of its peak. */
const finalShare = 0.05;

/** Steps over which it rises to its peak, at most; a tenth of a short training. */
const longestWarmUp = 50;

/**
 * A learning rate that rises linearly over the first steps, while an optimizer's averages are still forming, then falls
 * linearly to a twentieth of its peak.
 *
 * @param step from 0
 * @param steps how many there will be
 */
export function learningRateAt(step: number, steps: number, peak: number): number {
  const warmUp = Math.min(longestWarmUp, Math.ceil(steps / 10));
  if (step < warmUp) return (peak * (step + 1)) / warmUp;
  const done = (step - warmUp) / Math.max(1, steps - warmUp);
  return peak * (1 - (1 - finalShare) * done);
}

/** Sets the rates of an optimizer's groups by {@link learningRateAt}; their own are the peaks. */
export class WarmUpDecayLR extends LRScheduler {
  readonly #steps: number;

  constructor(optimizer: Optimizer, steps: number) {
    super(optimizer);
    this.#steps = steps;
    this.start();
  }

  protected override nextLrs(): number[] {
    return this.baseLrs.map((peak) => learningRateAt(this.lastEpoch, this.#steps, peak));
  }
}
