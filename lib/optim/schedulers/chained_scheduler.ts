import { ArgumentError, describe, StateDictError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler } from './lr_scheduler.js';
import { checkSchedulers } from './scheduler_list.js';
import { isForeign, type SchedulerStateDict } from './scheduler_state.js';

export interface ChainedSchedulerOptions {
  /** The optimizer of all of them. Default: that of the first. */
  optimizer?: Optimizer;
}

/**
 * Several schedulers at once: each `step()` makes one of every scheduler, in their order, so that their factors are
 * multiplied. As `torch.optim.lr_scheduler.ChainedScheduler`; good for schedulers that go from the rate before
 * (ExponentialLR, LinearLR, …), while one that sets a rate of its own (LambdaLR, OneCycleLR, …) undoes those before it.
 */
export class ChainedScheduler extends LRScheduler {
  readonly schedulers: readonly LRScheduler[];

  /** @throws ArgumentError unless `schedulers` are schedulers of one optimizer whose steps take no metric. */
  constructor(schedulers: readonly LRScheduler[], options?: ChainedSchedulerOptions) {
    const op = 'ChainedScheduler';
    const given = checkOptions(op, options, ['optimizer']);
    const first = Array.isArray(schedulers) ? (schedulers[0] as { optimizer?: Optimizer } | undefined) : undefined;
    const optimizer = given.optimizer ?? first?.optimizer;
    const checked = checkSchedulers(op, optimizer, schedulers);
    super(optimizer as Optimizer);
    this.schedulers = checked;
    this.lastEpoch = 0;
    this.lastLr = this.currentLrs();
  }

  protected override nextLrs(): number[] {
    return this.currentLrs();
  }

  override start(): void {
    this.step();
  }

  override undoFirstStep(): void {
    this.lastEpoch--;
    for (const scheduler of this.schedulers) scheduler.undoFirstStep();
  }

  override restart(): void {
    this.lastEpoch = 0;
    for (const scheduler of this.schedulers) scheduler.restart();
    this.lastLr = this.currentLrs();
  }

  override step(): void {
    this.lastEpoch++;
    for (const scheduler of this.schedulers) scheduler.step();
    this.lastLr = this.currentLrs();
  }

  override stateDict(): SchedulerStateDict {
    return {
      _last_lr: this.lastLr.slice(),
      _schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    const op = 'ChainedScheduler.loadStateDict';
    if (typeof state !== 'object' || state === null) {
      throw new ArgumentError(`${op}: state must be an object, got ${describe(state)}`);
    }
    const { _schedulers, _last_lr, ...rest } = state;
    const unknown = Object.keys(rest).filter((key) => key !== '_step_count' && !isForeign(key));
    const unfit = unknown.map((key) => `${key}: is no part of a ChainedScheduler's state`);
    if (!Array.isArray(_schedulers) || _schedulers.length !== this.schedulers.length) {
      unfit.push(`_schedulers: must be a list of ${this.schedulers.length}, got ${describe(_schedulers)}`);
    }
    if (!Array.isArray(_last_lr) || !_last_lr.every((lr) => typeof lr === 'number')) {
      unfit.push(`_last_lr: must be a list of numbers, got ${describe(_last_lr)}`);
    }
    if (unfit.length > 0) throw new StateDictError(`${op}: the state dict does not fit:\n  ${unfit.join('\n  ')}`);
    const before = this.schedulers.map((scheduler) => scheduler.stateDict());
    try {
      for (const [i, scheduler] of this.schedulers.entries()) scheduler.loadStateDict((_schedulers as never[])[i]);
    } catch (error) {
      for (const [i, scheduler] of this.schedulers.entries()) scheduler.loadStateDict(before[i]);
      throw error;
    }
    this.lastLr = (_last_lr as number[]).slice();
    this.lastEpoch = Math.max(...this.schedulers.map((scheduler) => scheduler.lastEpoch));
  }
}
