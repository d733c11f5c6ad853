import { ArgumentError, describe } from '../../errors.js';
import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';
import { checkBatch } from './rows.js';

/** The exponential of the mean loss, which is to be a cross entropy in nats: of how many words the model is in doubt. */
export class Perplexity extends GatheredMetric<{ sum: number; weight: number }> {
  readonly higherIsBetter: boolean = false;
  /** Steps need give no output for it. */
  readonly usesLossOnly: boolean = true;

  protected override empty() {
    return { sum: 0, weight: 0 };
  }

  override update(batch: MetricBatch): void {
    checkBatch('Perplexity', batch);
    const { loss, weight } = batch;
    if (typeof loss !== 'number' || typeof weight !== 'number') {
      throw new ArgumentError(
        `Perplexity.update: loss and weight must be numbers, got ${describe(loss)} and ${describe(weight)}`,
      );
    }
    this.gathered.sum += loss * weight;
    this.gathered.weight += weight;
  }

  override compute(): number {
    return Math.exp(this.gathered.sum / this.gathered.weight);
  }
}
