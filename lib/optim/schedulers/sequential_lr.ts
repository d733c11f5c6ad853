import { ArgumentError, describe, StateDictError, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkMilestones } from './scheduler_arguments.js';
import { checkSchedulers } from './scheduler_list.js';
import type { SchedulerStateDict } from './scheduler_state.js';

/**
 * Schedulers one after the other: the next takes over, at its own step 0, when a milestone is reached. As
 * `torch.optim.lr_scheduler.SequentialLR`.
 */
export class SequentialLR extends LRScheduler {
  readonly schedulers: readonly LRScheduler[];
  milestones: number[];

  /**
   * @param milestones the steps at which the second scheduler and those after it take over; one fewer than schedulers.
   * @throws ArgumentError, ValueError
   */
  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
    options?: LRSchedulerOptions,
  ) {
    const given = checkOptions('SequentialLR', options, ['lastEpoch']);
    super(optimizer, given);
    this.schedulers = checkSchedulers('SequentialLR', optimizer, schedulers);
    this.milestones = checkMilestones('SequentialLR', milestones);
    if (this.milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: ${schedulers.length} schedulers need ${schedulers.length - 1} milestones, got ${this.milestones.length}`,
      );
    }
    if (this.milestones.some((step, i) => i > 0 && step < this.milestones[i - 1])) {
      throw new ValueError(`SequentialLR: milestones must not fall, got [${this.milestones.join(', ')}]`);
    }
    this.lastEpoch++;
    for (const group of this.groups) group.lr = group.initialLr as number;
    this.undoFirstStep();
    const first = this.schedulers[this.placeOf(0)];
    first.start();
    this.lastLr = first.getLastLr();
  }

  protected override get stateNames(): readonly string[] {
    return ['milestones'];
  }

  protected override nextLrs(): number[] {
    return this.currentLrs();
  }

  /** The place of the scheduler that serves a step. */
  private placeOf(step: number): number {
    let place = 0;
    while (place < this.milestones.length && this.milestones[place] <= step) place++;
    return place;
  }

  override start(): void {
    this.step();
  }

  override undoFirstStep(): void {
    for (const scheduler of this.schedulers) scheduler.undoFirstStep();
  }

  override restart(): void {
    this.lastEpoch = 0;
    const first = this.schedulers[this.placeOf(0)];
    first.restart();
    this.lastLr = first.getLastLr();
  }

  override step(): void {
    this.lastEpoch++;
    const place = this.placeOf(this.lastEpoch);
    const scheduler = this.schedulers[place];
    if (place > 0 && this.milestones[place - 1] === this.lastEpoch) scheduler.restart();
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }

  override stateDict(): SchedulerStateDict {
    const { milestones, last_epoch, _last_lr } = super.stateDict();
    const _schedulers = this.schedulers.map((scheduler) => scheduler.stateDict());
    return { _milestones: milestones, last_epoch, _last_lr, _schedulers };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    const op = 'SequentialLR.loadStateDict';
    if (typeof state !== 'object' || state === null) {
      throw new ArgumentError(`${op}: state must be an object, got ${describe(state)}`);
    }
    const { _milestones, _schedulers, ...rest } = state;
    if (!Array.isArray(_schedulers) || _schedulers.length !== this.schedulers.length) {
      throw new StateDictError(
        `${op}: the state dict does not fit:\n  _schedulers: must be a list of ${this.schedulers.length}, got ${describe(_schedulers)}`,
      );
    }
    const before = this.schedulers.map((scheduler) => scheduler.stateDict());
    try {
      for (const [i, scheduler] of this.schedulers.entries()) scheduler.loadStateDict(_schedulers[i]);
      super.loadStateDict({ base_lrs: this.baseLrs, _step_count: this.stepCount, milestones: _milestones, ...rest });
    } catch (error) {
      for (const [i, scheduler] of this.schedulers.entries()) scheduler.loadStateDict(before[i]);
      throw error;
    }
  }
}
