import type { Metric, MetricBatch } from './metric.js';

/** The base of the metrics: what they gather is one plain object, which checkpoints can hold. */
export abstract class GatheredMetric<State extends object> implements Metric {
  protected gathered: State;

  constructor() {
    this.gathered = this.empty();
  }

  protected abstract empty(): State;

  abstract update(batch: MetricBatch): void;

  abstract compute(): number;

  reset(): void {
    this.gathered = this.empty();
  }

  /** What was gathered so far, as a copy. */
  stateDict(): unknown {
    return structuredClone(this.gathered);
  }

  loadStateDict(state: unknown): void {
    this.gathered = structuredClone(state) as State;
  }
}
