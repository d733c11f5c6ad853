import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { hasMomentum, LRScheduler, type LRSchedulerOptions, type ScheduledGroup, setMomentum } from './lr_scheduler.js';
import { checkFinite, checkPerGroup, checkShare, checkSteps } from './scheduler_arguments.js';

export interface OneCycleLROptions extends LRSchedulerOptions {
  /** How many steps the cycle has; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** The share of the cycle in which the rates rise. Default 0.3. */
  pctStart?: number;
  /** How they change: along a cosine (the default) or a straight line. */
  annealStrategy?: 'cos' | 'linear';
  /** Let the momentum (Adam's first beta) fall while the rates rise, and back. Default true. */
  cycleMomentum?: boolean;
  /** The lowest momentum, for all groups or each. Default 0.85. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum, for all groups or each. Default 0.95. */
  maxMomentum?: number | readonly number[];
  /** The first rate is maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor. Default 1e4. */
  finalDivFactor?: number;
  /** Fall back to the first rate as slowly as they rose, then to the last, instead of in one go. Default false. */
  threePhase?: boolean;
}

const optionNames = [
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'lastEpoch',
] as const;

/** A stretch of the cycle, by the names of the groups' options that it leads from and to. */
interface Phase {
  endStep: number;
  lr: readonly [from: string, to: string];
  momentum: readonly [from: string, to: string];
}

function phasesOf(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const down = ['maxMomentum', 'baseMomentum'] as const;
  const up = ['baseMomentum', 'maxMomentum'] as const;
  const rise: Phase = { endStep: pctStart * totalSteps - 1, lr: ['initialLr', 'maxLr'], momentum: down };
  if (!threePhase) return [rise, { endStep: totalSteps - 1, lr: ['maxLr', 'minLr'], momentum: up }];
  return [
    rise,
    { endStep: 2 * pctStart * totalSteps - 2, lr: ['maxLr', 'initialLr'], momentum: up },
    { endStep: totalSteps - 1, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
  ];
}

function stepsOf(op: string, { totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) return checkSteps(op, 'totalSteps', totalSteps, 1);
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new ArgumentError(`${op}: needs totalSteps, or both epochs and stepsPerEpoch`);
  }
  return checkSteps(op, 'epochs', epochs, 1) * checkSteps(op, 'stepsPerEpoch', stepsPerEpoch, 1);
}

function checkPositive(op: string, name: string, value: unknown): number {
  const number = checkFinite(op, name, value);
  if (number > 0) return number;
  throw new ValueError(`${op}: ${name} must be above 0, got ${number}`);
}

/**
 * One rise of the rates from maxLr / divFactor to `maxLr` and a longer fall to far below, while the momentum goes the
 * other way, as `torch.optim.lr_scheduler.OneCycleLR` (Smith and Topin, 2018). Call `step()` after every batch. A phase
 * without length, as the rise of `{ totalSteps: 10, pctStart: 0.1 }`, where PyTorch divides by zero, is passed over.
 */
export class OneCycleLR extends LRScheduler {
  totalSteps: number;
  annealStrategy: 'cos' | 'linear';
  cycleMomentum: boolean;
  /** Whether the momentum is the first of `betas`. */
  readonly useBeta1: boolean;
  private readonly phases: Phase[];

  /**
   * @param maxLr the highest rate, for all groups or a list with one for each.
   * @throws ArgumentError, ValueError naming the option.
   */
  constructor(optimizer: Optimizer, maxLr: number | readonly number[], options?: OneCycleLROptions) {
    const op = 'OneCycleLR';
    const given = checkOptions(op, options, optionNames);
    const totalSteps = stepsOf(op, given);
    const pctStart = checkShare(op, 'pctStart', given.pctStart ?? 0.3);
    const { annealStrategy = 'cos', cycleMomentum = true, threePhase = false, lastEpoch = -1 } = given;
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') {
      throw new ValueError(`${op}: annealStrategy must be 'cos' or 'linear', got ${describe(annealStrategy)}`);
    }
    const divFactor = checkPositive(op, 'divFactor', given.divFactor ?? 25);
    const finalDivFactor = checkPositive(op, 'finalDivFactor', given.finalDivFactor ?? 1e4);
    const groups = (optimizer?.paramGroups ?? []) as unknown as ScheduledGroup[];
    const peaks = checkPerGroup(op, 'maxLr', maxLr, groups.length);
    const highest = checkPerGroup(op, 'maxMomentum', given.maxMomentum ?? 0.95, groups.length);
    const lowest = checkPerGroup(op, 'baseMomentum', given.baseMomentum ?? 0.85, groups.length);
    const useBeta1 = groups.some((group) => 'betas' in group);
    if (cycleMomentum && !groups.every(hasMomentum)) {
      throw new ArgumentError(
        `${op}: ${optimizer.name} has neither momentum nor betas to cycle; give { cycleMomentum: false }`,
      );
    }
    if (lastEpoch === -1) {
      for (const [i, group] of groups.entries()) {
        group.initialLr = peaks[i] / divFactor;
        group.maxLr = peaks[i];
        group.minLr = group.initialLr / finalDivFactor;
        if (!cycleMomentum) continue;
        setMomentum(group, highest[i]);
        group.maxMomentum = highest[i];
        group.baseMomentum = lowest[i];
      }
    }
    super(optimizer, given);
    this.totalSteps = totalSteps;
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = cycleMomentum && useBeta1;
    this.phases = phasesOf(totalSteps, pctStart, threePhase);
    this.start();
  }

  protected override get stateNames(): readonly string[] {
    return ['totalSteps', 'annealStrategy', 'cycleMomentum'];
  }

  override loadStateDict(state: Parameters<LRScheduler['loadStateDict']>[0]): void {
    if (typeof state !== 'object' || state === null) {
      super.loadStateDict(state);
      return;
    }
    const { use_beta1: _, ...rest } = state;
    super.loadStateDict(rest);
  }

  /** @throws ValueError after `totalSteps` steps. */
  protected override nextLrs(): number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps) {
      throw new ValueError(`OneCycleLR: the cycle has ${this.totalSteps} steps; step ${step} is beyond its end`);
    }
    const { phase, share } = this.place();
    return this.groups.map((group) => this.between(group, phase.lr, share));
  }

  protected override nextMomenta(): number[] | null {
    if (!this.cycleMomentum) return null;
    const { phase, share } = this.place();
    return this.groups.map((group) => this.between(group, phase.momentum, share));
  }

  /** The phase of the current step, and how much of it is over. */
  private place(): { phase: Phase; share: number } {
    const { phases, lastEpoch } = this;
    const beginOf = (i: number) => (i === 0 ? 0 : phases[i - 1].endStep);
    const last = phases.length - 1;
    const at = phases.findIndex(
      (phase, i) => i === last || (lastEpoch <= phase.endStep && phase.endStep !== beginOf(i)),
    );
    const phase = phases[at];
    const begin = beginOf(at);
    return { phase, share: phase.endStep === begin ? 1 : (lastEpoch - begin) / (phase.endStep - begin) };
  }

  private between(group: ScheduledGroup, [from, to]: readonly [string, string], share: number): number {
    const start = group[from] as number;
    const end = group[to] as number;
    if (this.annealStrategy === 'linear') return (end - start) * share + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
  }
}
