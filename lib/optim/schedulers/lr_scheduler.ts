import { ArgumentError, describe, ValueError } from '../../errors.js';
import { Optimizer } from '../optimizer.js';
import { numberFrom } from '../state_entries.js';
import { checkSchedulerState, exportSchedulerState, type SchedulerStateDict } from './scheduler_state.js';

/** A parameter group as schedulers see it. */
export interface ScheduledGroup {
  lr: number;
  /** The rate that schedules start from; set by the first scheduler of an optimizer. */
  initialLr?: number;
  [option: string]: unknown;
}

export interface LRSchedulerOptions {
  /**
   * The number of the last step of a training that goes on; the groups must have their `initialLr` then, as a loaded
   * optimizer has. Default -1: a training that begins.
   */
  lastEpoch?: number;
}

/**
 * The base of the schedules of learning rates, as `torch.optim.lr_scheduler.LRScheduler`. Making one sets the rates of
 * step 0; each `step()`, called after the optimizer's, sets the next.
 *
 * A schedule of one's own defines `nextLrs` and calls `start()` at the end of its constructor:
 *
 * ```ts
 * class InverseRoot extends optim.LRScheduler {
 *   constructor(optimizer: optim.Optimizer) {
 *     super(optimizer);
 *     this.start();
 *   }
 *   nextLrs() {
 *     return this.baseLrs.map((lr) => lr / Math.sqrt(this.lastEpoch + 1));
 *   }
 * }
 * ```
 */
export abstract class LRScheduler {
  readonly optimizer: Optimizer;
  /** The rates that the schedule starts from, one for each group. */
  baseLrs: number[];
  /** The number of the step whose rates are set; 0 after construction. */
  lastEpoch: number;
  protected stepCount = 0;
  protected lastLr: number[] = [];

  /** @throws ArgumentError unless `optimizer` is one, and when a resumed group has no `initialLr`. */
  protected constructor(optimizer: Optimizer, options: LRSchedulerOptions = {}) {
    const name = new.target.name;
    if (!(optimizer instanceof Optimizer)) {
      throw new ArgumentError(`${name}: optimizer must be an Optimizer, got ${describe(optimizer)}`);
    }
    const { lastEpoch = -1 } = options;
    if (!Number.isSafeInteger(lastEpoch) || lastEpoch < -1) {
      throw new ValueError(`${name}: lastEpoch must be an integer of at least -1, got ${describe(lastEpoch)}`);
    }
    const groups = groupsOf(optimizer);
    if (lastEpoch >= 0) {
      const without = groups.findIndex((group) => typeof group.initialLr !== 'number');
      if (without >= 0) {
        throw new ArgumentError(
          `${name}: lastEpoch ${lastEpoch} goes on with a training, but paramGroups[${without}] has no initialLr; load the optimizer's state first, or leave lastEpoch out`,
        );
      }
    }
    for (const group of groups) group.initialLr ??= numberFrom(group.lr) as number;
    this.optimizer = optimizer;
    this.baseLrs = groups.map((group) => group.initialLr as number);
    this.lastEpoch = lastEpoch;
  }

  /** The class's name, for messages. */
  get name(): string {
    return this.constructor.name;
  }

  /** The optimizer's groups. */
  get groups(): ScheduledGroup[] {
    return groupsOf(this.optimizer);
  }

  /**
   * The rates of step `lastEpoch`, one for each group.
   * @param initial whether this is the call that a constructor makes.
   */
  protected abstract nextLrs(initial: boolean): number[];

  /** The rates of step 0 whatever the groups' rates are now, as when `SequentialLR` hands over. */
  protected firstLrs(): number[] {
    return this.nextLrs(false);
  }

  /** Makes the step that sets the first rates. Called once, when everything that `nextLrs` reads is set. */
  start(): void {
    this.stepCount = 0;
    this.advance(true);
  }

  /** Sets the next rates. Call it after the optimizer's `step()`. */
  step(): void {
    if (this.stepCount === 1 && this.optimizer.stepsTaken === 0) {
      process.emitWarning(
        `${this.name}: step() was called before the optimizer's, so the first learning rate was never used; call optimizer.step() first`,
      );
    }
    this.advance(false);
  }

  /** One step. @param initial whether it is the constructor's. */
  protected advance(initial: boolean): void {
    this.attempt(() => {
      this.stepCount++;
      this.lastEpoch++;
      this.setLrs(this.nextLrs(initial));
    });
  }

  /** Moves the schedule on; where that throws, its state is what it was. */
  protected attempt(move: () => void): void {
    const fields = this as unknown as { [name: string]: unknown };
    const names = [...baseStateNames, ...this.stateNames];
    const before = names.map((name) => fields[name]);
    try {
      move();
    } catch (error) {
      for (const [i, name] of names.entries()) fields[name] = before[i];
      throw error;
    }
  }

  /** The momenta of step `lastEpoch`, one for each group; null for a schedule of rates alone. */
  protected nextMomenta(): number[] | null {
    return null;
  }

  /** Sets rates and momenta. @throws ValueError where one of them is not finite; none is set then. */
  protected setLrs(lrs: readonly number[]): void {
    const { groups } = this;
    const momenta = this.nextMomenta();
    for (const [what, values] of [['rate', lrs] as const, ['momentum', momenta ?? []] as const]) {
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if ((values.length > 0 && values.length < groups.length) || (bad >= 0 && bad >= this.baseLrs.length)) {
        const made = Math.min(values.length, this.baseLrs.length);
        throw new ValueError(
          `${this.name}: the optimizer has ${groups.length} groups, but had ${made} when the scheduler was made`,
        );
      }
      if (bad >= 0) {
        throw new ValueError(
          `${this.name}: the ${what} of step ${this.lastEpoch} must be finite, but is ${values[bad]} for group ${bad}`,
        );
      }
    }
    for (const [i, group] of groups.entries()) {
      group.lr = lrs[i];
      if (momenta !== null) setMomentum(group, momenta[i]);
    }
    this.lastLr = this.currentLrs();
  }

  /** Begins the schedule at step 0, as when `SequentialLR` hands over to it. */
  restart(): void {
    this.attempt(() => {
      this.lastEpoch = 0;
      this.setLrs(this.firstLrs());
    });
  }

  /** Takes back the step that the constructor made. */
  undoFirstStep(): void {
    this.stepCount--;
    this.lastEpoch--;
  }

  protected currentLrs(): number[] {
    return this.groups.map((group) => numberFrom(group.lr) as number);
  }

  /** The rates that were set last, one for each group. */
  getLastLr(): number[] {
    return this.lastLr.slice();
  }

  /** Names of the fields of a class's own that are state; PyTorch's names are these in snake case. */
  protected get stateNames(): readonly string[] {
    return [];
  }

  /** Everything but the optimizer, by PyTorch's names. */
  stateDict(): SchedulerStateDict {
    return exportSchedulerState(this, [...baseStateNames, ...this.stateNames]);
  }

  /**
   * Takes over a state dict of a scheduler of the same kind.
   * @throws StateDictError listing everything that does not fit, before anything is changed.
   */
  loadStateDict(state: SchedulerStateDict): void {
    Object.assign(this, checkSchedulerState(this, [...baseStateNames, ...this.stateNames], state));
  }
}

/** Whether a group has a momentum, by itself or as the first of its betas. */
export function hasMomentum(group: ScheduledGroup): boolean {
  return 'betas' in group || 'momentum' in group;
}

export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if ('betas' in group) group.betas = [momentum, ...(group.betas as number[]).slice(1)];
  else group.momentum = momentum;
}

const baseStateNames = ['baseLrs', 'lastEpoch', 'stepCount', 'lastLr'];

function groupsOf(optimizer: Optimizer): ScheduledGroup[] {
  return optimizer.paramGroups as unknown as ScheduledGroup[];
}
