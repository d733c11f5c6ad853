import { describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { Monitor } from './monitor.js';

export interface EarlyStoppingOptions {
  /** How many validations (or passes, where there is no validation) without improvement are borne. Default 3. */
  patience?: number;
  /** What counts as an improvement: a difference above this. Default 0. */
  minDelta?: number;
  /** Passes that are not judged. Default 0. */
  startEpoch?: number;
  /** A score at least this good ends the training: it has reached its aim. */
  stopAt?: number;
  /** A score worse than this ends it, or one that is no number: it has gone astray. */
  divergeAt?: number;
}

interface Settled {
  readonly patience: number;
  readonly minDelta: number;
  readonly startEpoch: number;
  readonly stopAt: number | undefined;
  readonly divergeAt: number | undefined;
}

const names = ['patience', 'minDelta', 'startEpoch', 'stopAt', 'divergeAt'];

function settledOptions(op: string, given: number | EarlyStoppingOptions): Settled {
  const options = typeof given === 'number' ? { patience: given } : checkOptions(op, given, names);
  const { patience = 3, minDelta = 0, startEpoch = 0, stopAt, divergeAt } = options;
  for (const [name, value] of Object.entries({ patience, startEpoch })) {
    if ((Number.isSafeInteger(value) && value >= 0) || value === Number.POSITIVE_INFINITY) continue;
    throw new ValueError(`${op}: earlyStopping's ${name} must be an integer of at least 0, got ${describe(value)}`);
  }
  if (typeof minDelta !== 'number' || !(minDelta >= 0)) {
    throw new ValueError(`${op}: earlyStopping's minDelta must be a number of at least 0, got ${describe(minDelta)}`);
  }
  for (const [name, value] of Object.entries({ stopAt, divergeAt })) {
    if (value === undefined || (typeof value === 'number' && !Number.isNaN(value))) continue;
    throw new ValueError(`${op}: earlyStopping's ${name} must be a number, got ${describe(value)}`);
  }
  return { patience, minDelta, startEpoch, stopAt, divergeAt };
}

/** Says when a training gets no better any more. */
export class EarlyStopping {
  readonly #options: Settled;
  readonly #monitor: Monitor;
  #best: number | null = null;
  #since = 0;

  /** @throws OptionError, ValueError */
  constructor(op: string, options: number | EarlyStoppingOptions, monitor: Monitor) {
    this.#options = settledOptions(op, options);
    this.#monitor = monitor;
  }

  /** Takes a score. Says whether the training should end. */
  add(score: number, epoch: number): boolean {
    const { minDelta, startEpoch, stopAt, divergeAt } = this.#options;
    if (epoch <= startEpoch) return false;
    if (stopAt !== undefined && !this.#monitor.isBetter(stopAt, score) && !Number.isNaN(score)) return true;
    if (divergeAt !== undefined && (Number.isNaN(score) || this.#monitor.isBetter(divergeAt, score))) return true;
    if (this.#monitor.isBetter(score, this.#best, minDelta)) {
      this.#best = score;
      this.#since = 0;
    } else {
      this.#since++;
    }
    return this.isSpent;
  }

  /** Whether there is no patience left. */
  get isSpent(): boolean {
    return this.#since > 0 && this.#since >= this.#options.patience;
  }

  stateDict(): { best: number | null; since: number } {
    return { best: this.#best, since: this.#since };
  }

  loadStateDict({ best, since }: { best: number | null; since: number }): void {
    this.#best = best;
    this.#since = since;
  }
}
