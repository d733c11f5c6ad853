import { ArgumentError, describe } from '../../errors.js';

/** What a metric sees of a batch. */
export interface MetricBatch {
  /** What the model gave. */
  readonly output: unknown;
  readonly target: unknown;
  /** The batch's mean loss. */
  readonly loss: number;
  /** Over how much that is a mean. */
  readonly weight: number;
}

/** A number that is gathered over the batches of a pass. Any object of this form is one. */
export interface Metric {
  /** Whether a larger value is a better one; true unless set to false. */
  readonly higherIsBetter?: boolean;
  /** Whether it goes by the loss alone, so that steps need give no output for it. */
  readonly usesLossOnly?: boolean;
  /** Forgets everything. */
  reset(): void;
  update(batch: MetricBatch): void;
  /** The value over all batches since `reset`; NaN where it is not defined. */
  compute(): number;
  /** For checkpoints in the middle of a pass. */
  stateDict?(): unknown;
  loadStateDict?(state: unknown): void;
}

/** Metrics by the names that their values get. */
export type Metrics = Readonly<Record<string, Metric>>;

const metricNames = ['reset', 'update', 'compute'] as const;

/** @throws ArgumentError unless it is an object of metrics */
export function checkMetrics(op: string, option: string, metrics: unknown): Metrics {
  if (metrics === undefined) return {};
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) {
    throw new ArgumentError(
      `${op}: ${option} must be an object from name to metric, such as { accuracy: new metrics.Accuracy() }, got ${describe(metrics)}`,
    );
  }
  for (const [name, metric] of Object.entries(metrics)) {
    if (name === 'loss') throw new ArgumentError(`${op}: ${option} can't be named 'loss'; that is the loss itself`);
    const missing = metricNames.find((member) => typeof (metric as Metric | null)?.[member] !== 'function');
    if (missing === undefined) continue;
    throw new ArgumentError(
      `${op}: ${option}.${name} must be a metric, but has no ${missing}; got ${describe(metric)}`,
    );
  }
  return metrics as Metrics;
}
