import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler } from './lr_scheduler.js';
import { checkFinite, checkPerGroup, checkSteps } from './scheduler_arguments.js';
import type { SchedulerStateDict } from './scheduler_state.js';

export interface ReduceLROnPlateauOptions {
  /** Whether a smaller ('min', the default) or a larger metric is better. */
  mode?: 'min' | 'max';
  /** The factor, below 1. Default 0.1. */
  factor?: number;
  /** How many steps without improvement are borne. Default 10. */
  patience?: number;
  /** What counts as an improvement. Default 1e-4. */
  threshold?: number;
  /** Whether the threshold is a share of the best metric ('rel', the default) or a difference to it. */
  thresholdMode?: 'rel' | 'abs';
  /** How many steps after a reduction don't count. Default 0. */
  cooldown?: number;
  /** The lowest rate, for all groups or each. Default 0. */
  minLr?: number | readonly number[];
  /** A rate that would change by less is left. Default 1e-8. */
  eps?: number;
}

const optionNames = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps'] as const;

/**
 * Multiplies the rates by `factor` when a metric has not improved for more than `patience` steps, as
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 */
export class ReduceLROnPlateau extends LRScheduler {
  mode: 'min' | 'max';
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  cooldown: number;
  /** The lowest rate of each group. */
  minLrs: number[];
  /** The lowest rate of groups that are added later; null where each group was given its own. */
  readonly defaultMinLr: number | null;
  eps: number;
  /** The best metric so far. */
  best: number;
  cooldownCounter = 0;
  numBadEpochs = 0;

  /** @throws ArgumentError, ValueError naming the option. */
  constructor(optimizer: Optimizer, options?: ReduceLROnPlateauOptions) {
    const op = 'ReduceLROnPlateau';
    const given = checkOptions(op, options, optionNames);
    const { mode = 'min', thresholdMode = 'rel' } = given;
    if (mode !== 'min' && mode !== 'max') {
      throw new ValueError(`${op}: mode must be 'min' or 'max', got ${describe(mode)}`);
    }
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') {
      throw new ValueError(`${op}: thresholdMode must be 'rel' or 'abs', got ${describe(thresholdMode)}`);
    }
    const factor = checkFinite(op, 'factor', given.factor ?? 0.1);
    if (factor >= 1) throw new ValueError(`${op}: factor must be below 1, got ${factor}`);
    const patience = checkSteps(op, 'patience', given.patience ?? 10, 0);
    const cooldown = checkSteps(op, 'cooldown', given.cooldown ?? 0, 0);
    const threshold = checkFinite(op, 'threshold', given.threshold ?? 1e-4);
    const eps = checkFinite(op, 'eps', given.eps ?? 1e-8);
    const lowest = checkPerGroup(op, 'minLr', given.minLr ?? 0, optimizer?.paramGroups?.length ?? 0);
    super(optimizer);
    this.mode = mode;
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = cooldown;
    this.minLrs = lowest;
    this.defaultMinLr = Array.isArray(given.minLr) ? null : ((given.minLr as number | undefined) ?? 0);
    this.eps = eps;
    this.best = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.lastEpoch = 0;
    this.lastLr = this.currentLrs();
  }

  protected override get stateNames(): readonly string[] {
    return [
      'mode',
      'factor',
      'patience',
      'threshold',
      'thresholdMode',
      'cooldown',
      'minLrs',
      'eps',
      'best',
      'cooldownCounter',
      'numBadEpochs',
    ];
  }

  /** PyTorch's own has neither base rates nor a count of steps; they are added where they are missing. */
  override loadStateDict(state: SchedulerStateDict): void {
    if (typeof state !== 'object' || state === null) {
      super.loadStateDict(state);
      return;
    }
    super.loadStateDict({ _step_count: this.stepCount, ...state, base_lrs: this.baseLrs });
  }

  protected override nextLrs(): number[] {
    const lrs = this.currentLrs();
    return this.groups.map((_, i) => {
      const current = lrs[i];
      const lr = Math.max(current * this.factor, this.minLrs[i]);
      return current - lr > this.eps ? lr : current;
    });
  }

  /** One limit applies to groups that were added since; a list must still have one for each. */
  private fitMinLrs(): void {
    const { length } = this.groups;
    if (this.minLrs.length === length) return;
    if (this.defaultMinLr === null) {
      throw new ArgumentError(
        `${this.name}: minLr is a list of ${this.minLrs.length}, but the optimizer has ${length} groups now; set minLrs`,
      );
    }
    this.minLrs = new Array<number>(length).fill(this.defaultMinLr);
  }

  /**
   * Takes the metric of the epoch that ended, a number or a tensor with one element.
   * @throws ArgumentError for anything else, and where `minLr` is a list that no longer fits the groups.
   */
  override step(metric?: number | Tensor): void {
    const current = metric instanceof Tensor ? metric.item() : metric;
    if (typeof current !== 'number') {
      throw new ArgumentError(
        `${this.name}.step: metric must be a number or a tensor with one element, got ${describe(metric)}`,
      );
    }
    this.attempt(() => this.take(current));
  }

  private take(current: number): void {
    this.fitMinLrs();
    this.lastEpoch++;
    if (this.isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs++;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.setLrs(this.nextLrs());
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = this.currentLrs();
  }

  private isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode, best } = this;
    if (mode === 'min') return metric < (thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return metric > (thresholdMode === 'rel' ? best * (threshold + 1) : best + threshold);
  }
}
