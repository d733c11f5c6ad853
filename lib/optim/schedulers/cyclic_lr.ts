import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Optimizer } from '../optimizer.js';
import { hasMomentum, LRScheduler, type LRSchedulerOptions, type ScheduledGroup, setMomentum } from './lr_scheduler.js';
import { checkFinite, checkPerGroup } from './scheduler_arguments.js';
import type { SchedulerStateDict } from './scheduler_state.js';

export type CyclicLRMode = 'triangular' | 'triangular2' | 'exp_range';

export interface CyclicLROptions extends LRSchedulerOptions {
  /** How many steps the rates rise. Default 2000. */
  stepSizeUp?: number;
  /** How many steps they fall. Default null: as many as they rise. */
  stepSizeDown?: number | null;
  /**
   * How the height of the cycles changes: not at all ('triangular', the default), halved after each ('triangular2'), or
   * times gamma at every step ('exp_range'). Without effect where `scaleFn` is given.
   */
  mode?: CyclicLRMode;
  /** The factor of 'exp_range'. Default 1. */
  gamma?: number;
  /** A height, from 0 to 1, for the number of the cycle (from 1 on) or of the step. Default null: as `mode` says. */
  scaleFn?: ((x: number) => number) | null;
  /** What `scaleFn` is given. Default 'cycle'. */
  scaleMode?: 'cycle' | 'iterations';
  /** Let the momentum (Adam's first beta) fall while the rates rise, and back. Default true. */
  cycleMomentum?: boolean;
  /** The lowest momentum, for all groups or each. Default 0.8. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum, for all groups or each. Default 0.9. */
  maxMomentum?: number | readonly number[];
}

const optionNames = [
  'stepSizeUp',
  'stepSizeDown',
  'mode',
  'gamma',
  'scaleFn',
  'scaleMode',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'lastEpoch',
] as const;

const modes: readonly unknown[] = ['triangular', 'triangular2', 'exp_range'];

function checkSize(name: string, value: unknown, zeroAllowed: boolean): number {
  const size = checkFinite('CyclicLR', name, value);
  if (size > 0 || (zeroAllowed && size === 0)) return size;
  throw new ValueError(`CyclicLR: ${name} must be ${zeroAllowed ? 'at least' : 'above'} 0, got ${size}`);
}

/**
 * The rates go up from `baseLr` to `maxLr` and down again in straight lines, cycle after cycle, while the momentum goes
 * the other way, as `torch.optim.lr_scheduler.CyclicLR` (Smith, 2017). Call `step()` after every batch.
 */
export class CyclicLR extends LRScheduler {
  maxLrs: number[];
  /** How many steps a cycle has. */
  totalSize: number;
  /** The share of a cycle in which the rates rise. */
  stepRatio: number;
  mode: CyclicLRMode;
  gamma: number;
  scaleMode: 'cycle' | 'iterations';
  cycleMomentum: boolean;
  baseMomentums: number[];
  maxMomentums: number[];
  private readonly scaleFn: ((x: number) => number) | null;

  /**
   * @param baseLr the lowest rate, for all groups or a list with one for each.
   * @param maxLr the highest rate, likewise.
   * @throws ArgumentError, ValueError naming the option; ValueError, from `step` too, when `scaleFn` gives no finite
   * number.
   */
  constructor(
    optimizer: Optimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options?: CyclicLROptions,
  ) {
    const op = 'CyclicLR';
    const given = checkOptions(op, options, optionNames);
    const { mode = 'triangular', scaleFn = null, scaleMode = 'cycle', cycleMomentum = true, lastEpoch = -1 } = given;
    const groups = (optimizer?.paramGroups ?? []) as unknown as ScheduledGroup[];
    const lowestRates = checkPerGroup(op, 'baseLr', baseLr, groups.length);
    const highestRates = checkPerGroup(op, 'maxLr', maxLr, groups.length);
    const up = checkSize('stepSizeUp', given.stepSizeUp ?? 2000, false);
    const down = checkSize('stepSizeDown', given.stepSizeDown ?? up, true);
    const gamma = checkFinite(op, 'gamma', given.gamma ?? 1);
    if (scaleFn !== null && typeof scaleFn !== 'function') {
      throw new ArgumentError(`${op}: scaleFn must be a function or null, got ${describe(scaleFn)}`);
    }
    if (scaleFn === null && !modes.includes(mode)) {
      throw new ValueError(`${op}: mode must be one of ${modes.join(', ')}, got ${describe(mode)}`);
    }
    if (scaleMode !== 'cycle' && scaleMode !== 'iterations') {
      throw new ValueError(`${op}: scaleMode must be 'cycle' or 'iterations', got ${describe(scaleMode)}`);
    }
    if (typeof cycleMomentum !== 'boolean') {
      throw new ArgumentError(`${op}: cycleMomentum must be true or false, got ${describe(cycleMomentum)}`);
    }
    const lowest = checkPerGroup(op, 'baseMomentum', given.baseMomentum ?? 0.8, groups.length);
    const highest = checkPerGroup(op, 'maxMomentum', given.maxMomentum ?? 0.9, groups.length);
    if (cycleMomentum && !groups.every(hasMomentum)) {
      throw new ArgumentError(
        `${op}: ${optimizer.name} has neither momentum nor betas to cycle; give { cycleMomentum: false }`,
      );
    }
    if (lastEpoch === -1) {
      for (const [i, group] of groups.entries()) {
        group.lr = lowestRates[i];
        if (!cycleMomentum) continue;
        setMomentum(group, highest[i]);
        group.maxMomentum = highest[i];
        group.baseMomentum = lowest[i];
      }
    }
    super(optimizer, given);
    this.maxLrs = highestRates;
    this.totalSize = up + down;
    this.stepRatio = up / this.totalSize;
    this.mode = mode;
    this.gamma = gamma;
    this.scaleFn = scaleFn;
    this.scaleMode = scaleFn === null ? (mode === 'exp_range' ? 'iterations' : 'cycle') : scaleMode;
    this.cycleMomentum = cycleMomentum;
    this.baseMomentums = lowest;
    this.maxMomentums = highest;
    // As in PyTorch the first rates come from the groups' initial rates, all others from `baseLr`.
    this.start();
    this.baseLrs = lowestRates;
  }

  protected override get stateNames(): readonly string[] {
    const momenta = this.cycleMomentum ? ['baseMomentums', 'maxMomentums'] : [];
    return ['maxLrs', 'totalSize', 'stepRatio', 'mode', 'gamma', 'scaleMode', 'cycleMomentum', ...momenta];
  }

  /** `_scale_fn_custom` is null, as PyTorch's state has it for functions, which can't be written. */
  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), _scale_fn_custom: null };
  }

  override loadStateDict(state: SchedulerStateDict): void {
    if (typeof state !== 'object' || state === null) {
      super.loadStateDict(state);
      return;
    }
    const { use_beta1: _, _scale_fn_custom: __, ...rest } = state;
    super.loadStateDict(rest);
  }

  protected override nextLrs(): number[] {
    const height = this.height();
    return this.baseLrs.map((lr, i) => lr + (this.maxLrs[i] - lr) * height.rise * height.scale);
  }

  protected override nextMomenta(): number[] | null {
    if (!this.cycleMomentum) return null;
    const height = this.height();
    return this.maxMomentums.map(
      (momentum, i) => momentum - (momentum - this.baseMomentums[i]) * height.rise * height.scale,
    );
  }

  /** How far the current step has risen, from 0 to 1, and the height of its cycle. */
  private height(): { rise: number; scale: number } {
    const { totalSize, stepRatio, lastEpoch } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const rise = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    return { rise, scale: this.scale(this.scaleMode === 'cycle' ? cycle : lastEpoch) };
  }

  private scale(x: number): number {
    if (this.scaleFn !== null) {
      const scale = this.scaleFn(x);
      if (typeof scale === 'number' && Number.isFinite(scale)) return scale;
      throw new ValueError(`CyclicLR: scaleFn must give a finite number, got ${describe(scale)} for ${x}`);
    }
    if (this.mode === 'triangular') return 1;
    return this.mode === 'triangular2' ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }
}
