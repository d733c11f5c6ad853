import { describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite, checkSteps } from './scheduler_arguments.js';

export interface CosineAnnealingWarmRestartsOptions extends LRSchedulerOptions {
  /** The factor by which each period is longer than the one before. Default 1. */
  tMult?: number;
  /** The lowest rate. Default 0. */
  etaMin?: number;
}

/**
 * The rates fall to `etaMin` along half a cosine wave, then start again, with periods of t0, t0 · tMult, … steps, as
 * `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts` (Loshchilov and Hutter, 2017).
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  t0: number;
  /** The length of the current period. */
  tI: number;
  tMult: number;
  etaMin: number;
  /** Steps since the last restart; may have a fraction. */
  tCur: number;

  /** @throws ValueError unless `t0` and `tMult` are positive integers and `etaMin` is finite. */
  constructor(optimizer: Optimizer, t0: number, options?: CosineAnnealingWarmRestartsOptions) {
    const op = 'CosineAnnealingWarmRestarts';
    const given = checkOptions(op, options, ['tMult', 'etaMin', 'lastEpoch']);
    const period = checkSteps(op, 't0', t0, 1);
    const growth = checkSteps(op, 'tMult', given.tMult ?? 1, 1);
    const lowest = checkFinite(op, 'etaMin', given.etaMin ?? 0);
    super(optimizer, given);
    this.t0 = period;
    this.tI = period;
    this.tMult = growth;
    this.etaMin = lowest;
    this.tCur = this.lastEpoch;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['t0', 'tI', 'tMult', 'etaMin', 'tCur'];
  }

  protected override nextLrs(): number[] {
    const { etaMin, tCur, tI } = this;
    return this.baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * tCur) / tI))) / 2);
  }

  /**
   * Sets the next rates, or those of `epoch`, which may have a fraction: `step(epoch + batch / batches)` after every
   * batch anneals within epochs.
   * @throws ValueError unless `epoch` is a number of at least 0.
   */
  override step(epoch?: number): void {
    if (epoch === undefined) {
      super.step();
      return;
    }
    if (typeof epoch !== 'number' || !(epoch >= 0) || !Number.isFinite(epoch)) {
      throw new ValueError(`${this.name}.step: epoch must be a number of at least 0, got ${describe(epoch)}`);
    }
    this.attempt(() => this.placeAt(epoch));
  }

  protected override advance(): void {
    this.attempt(() => {
      this.stepCount++;
      if (this.lastEpoch < 0) {
        this.placeAt(0);
        return;
      }
      this.tCur++;
      if (this.tCur >= this.tI) {
        this.tCur %= this.tI;
        this.tI *= this.tMult;
      }
      this.lastEpoch++;
      this.setLrs(this.nextLrs());
    });
  }

  private placeAt(epoch: number): void {
    const { t0, tMult } = this;
    if (epoch < t0) {
      this.tI = t0;
      this.tCur = epoch;
    } else if (tMult === 1) {
      this.tCur = epoch % t0;
    } else {
      const restarts = Math.floor(Math.log((epoch / t0) * (tMult - 1) + 1) / Math.log(tMult));
      this.tCur = epoch - (t0 * (tMult ** restarts - 1)) / (tMult - 1);
      this.tI = t0 * tMult ** restarts;
    }
    this.lastEpoch = Math.floor(epoch);
    this.setLrs(this.nextLrs());
  }
}
