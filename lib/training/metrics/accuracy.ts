import { checkOptions } from '../../options.js';
import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';
import { checkClass, checkK, checkRules, decided, rankOf, readRows, valuesOf } from './rows.js';

export interface AccuracyOptions {
  /** A row is right when its class is among so many of the highest scores. Default 1. */
  topK?: number;
  /** Rows with this target don't count. Default -100, as in cross entropy. */
  ignoreIndex?: number;
  /** Where a label counts as given, for targets of zeros and ones: 0.5 (the default) for probabilities, 0 for logits. */
  threshold?: number;
}

/**
 * The share of rows whose highest score is their class's: scikit-learn's `accuracy_score`, with `topK` its
 * `top_k_accuracy_score`. For targets of the output's shape, zeros and ones, the share of labels that are right.
 *
 * @example
 * const trainer = new Trainer({ model, loss, optimizer, metrics: { accuracy: new metrics.Accuracy() } });
 */
export class Accuracy extends GatheredMetric<{ right: number; count: number }> {
  readonly #topK: number;
  readonly #ignoreIndex: number;
  readonly #threshold: number;

  /** @throws OptionError, ValueError */
  constructor(options?: AccuracyOptions) {
    super();
    const op = 'Accuracy';
    const given = checkOptions(op, options, ['topK', 'ignoreIndex', 'threshold']);
    const { topK = 1, ignoreIndex = -100, threshold = 0.5 } = given;
    this.#topK = checkK(op, 'topK', topK);
    checkRules(op, threshold, ignoreIndex);
    this.#ignoreIndex = ignoreIndex;
    this.#threshold = threshold;
  }

  protected override empty() {
    return { right: 0, count: 0 };
  }

  override update(batch: MetricBatch): void {
    const op = 'Accuracy';
    const found = readRows(op, batch);
    const { targets } = found;
    const count = (isRight: boolean) => {
      this.gathered.count++;
      if (isRight) this.gathered.right++;
    };
    const target = (i: number) => targets.array[targets.offset + i];
    if (found.kind === 'classes') {
      const { rows, classes, scores } = found;
      const best = this.#topK === 1 ? decided(found) : null;
      const all = valuesOf(scores);
      for (let row = 0; row < rows; row++) {
        const own = target(row);
        if (own === this.#ignoreIndex) continue;
        checkClass(op, own, classes);
        count(
          best === null
            ? rankOf(all, row * classes, classes, own) <= this.#topK
            : best.array[best.offset + row] === own,
        );
      }
    } else if (found.kind === 'labels') {
      const { array, offset } = valuesOf(found.scores);
      const length = found.rows * found.labels;
      for (let i = 0; i < length; i++) {
        if (target(i) === this.#ignoreIndex) continue;
        count(array[offset + i] > this.#threshold === target(i) > 0.5);
      }
    } else {
      const { array, offset } = found.predicted;
      for (let i = 0; i < found.rows; i++) if (target(i) !== this.#ignoreIndex) count(array[offset + i] === target(i));
    }
  }

  override compute(): number {
    return this.gathered.right / this.gathered.count;
  }
}
