import { ArgumentError, describe, ValueError } from '../errors.js';
import { nearest } from '../options.js';
import type { Metrics } from './metrics/metric.js';
import type { Scores } from './records.js';

/** Which score says how good a model is, and which of two is better. */
export class Monitor {
  readonly name: string;
  readonly mode: 'min' | 'max';

  /** @param name 'loss' or a metric's name @throws ArgumentError or ValueError */
  constructor(op: string, name: unknown, mode: unknown, metrics: Metrics) {
    const names = ['loss', ...Object.keys(metrics)];
    if (typeof name !== 'string' || !names.includes(name)) {
      const close = typeof name === 'string' ? nearest(name, names) : null;
      const hint = close === null ? `there are ${names.join(', ')}` : `did you mean '${close}'?`;
      throw new ArgumentError(`${op}: monitor must be 'loss' or the name of a metric, got ${describe(name)}; ${hint}`);
    }
    if (mode !== undefined && mode !== 'min' && mode !== 'max') {
      throw new ValueError(`${op}: mode must be 'min' or 'max', got ${describe(mode)}`);
    }
    this.name = name;
    this.mode = mode ?? (name !== 'loss' && metrics[name].higherIsBetter !== false ? 'max' : 'min');
  }

  of(scores: Scores): number {
    return scores[this.name];
  }

  /** Whether a score is better than another, by more than a difference. A score that is no number never is. */
  isBetter(score: number, than: number | null, minDelta = 0): boolean {
    if (Number.isNaN(score)) return false;
    if (than === null || Number.isNaN(than)) return true;
    return this.mode === 'min' ? score < than - minDelta : score > than + minDelta;
  }
}
