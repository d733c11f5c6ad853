import { StateDictError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
import { checkFinite, checkMilestones } from './scheduler_arguments.js';
import type { SchedulerStateDict } from './scheduler_state.js';

export interface MultiStepLROptions extends LRSchedulerOptions {
  /** The factor. Default 0.1. */
  gamma?: number;
}

/**
 * Multiplies the rates by `gamma` at each of the milestones, as `torch.optim.lr_scheduler.MultiStepLR`. A milestone that
 * is given twice counts twice.
 */
export class MultiStepLR extends LRScheduler {
  /** How often each step number was given. */
  milestones: Map<number, number>;
  gamma: number;

  /** @throws ArgumentError, ValueError unless `milestones` are integers of at least 0 and `gamma` is finite. */
  constructor(optimizer: Optimizer, milestones: Iterable<number>, options?: MultiStepLROptions) {
    const given = checkOptions('MultiStepLR', options, ['gamma', 'lastEpoch']);
    const steps = checkMilestones('MultiStepLR', milestones);
    const gamma = checkFinite('MultiStepLR', 'gamma', given.gamma ?? 0.1);
    super(optimizer, given);
    this.milestones = new Map();
    for (const step of steps) this.milestones.set(step, (this.milestones.get(step) ?? 0) + 1);
    this.gamma = gamma;
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['gamma'];
  }

  /** `milestones` is an object from step number to count, as PyTorch's Counter. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), milestones: Object.fromEntries(this.milestones) };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    if (typeof state !== 'object' || state === null) {
      super.loadStateDict(state);
      return;
    }
    const { milestones, ...rest } = state;
    const entries = typeof milestones === 'object' && milestones !== null ? Object.entries(milestones) : null;
    const fits = ([step, count]: [string, unknown]) => /^\d+$/.test(step) && Number.isInteger(count);
    if (entries === null || !entries.every(fits)) {
      throw new StateDictError(
        'MultiStepLR.loadStateDict: the state dict does not fit:\n  milestones: must be an object from step numbers to counts',
      );
    }
    super.loadStateDict(rest);
    this.milestones = new Map(entries.map(([step, count]) => [Number(step), count as number]));
  }

  protected override nextLrs(): number[] {
    const times = this.milestones.get(this.lastEpoch);
    const lrs = this.currentLrs();
    return times === undefined ? lrs : lrs.map((lr) => lr * this.gamma ** times);
  }

  protected override firstLrs(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** (this.milestones.get(0) ?? 0));
  }
}
