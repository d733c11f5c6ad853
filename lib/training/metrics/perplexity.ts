import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';

/** The exponential of the mean loss, which is to be a cross entropy in nats: of how many words the model is in doubt. */
export class Perplexity extends GatheredMetric<{ sum: number; weight: number }> {
  readonly higherIsBetter: boolean = false;
  /** Steps need give no output for it. */
  readonly usesLossOnly: boolean = true;

  protected override empty() {
    return { sum: 0, weight: 0 };
  }

  override update(batch: MetricBatch): void {
    const { loss, weight } = batch;
    this.gathered.sum += loss * weight;
    this.gathered.weight += weight;
  }

  override compute(): number {
    return Math.exp(this.gathered.sum / this.gathered.weight);
  }
}
