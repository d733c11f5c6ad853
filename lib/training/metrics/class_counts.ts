import { describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';
import { checkClass, checkRules, decided, readRows, valuesOf } from './rows.js';

export interface ClassCountOptions {
  /**
   * How the values of several classes become one, as in scikit-learn: 'macro', their mean (the default); 'micro', that of
   * all decisions together; 'weighted', their mean by how often they occur.
   */
  average?: 'macro' | 'micro' | 'weighted';
  /** The value of this class (or label) alone. */
  label?: number;
  /** Rows with this target don't count. Default -100, as in cross entropy. */
  ignoreIndex?: number;
  /** Where a label counts as given, for targets of zeros and ones: 0.5 (the default) for probabilities, 0 for logits. */
  threshold?: number;
}

interface Counts {
  /** By class: rows rightly, wrongly, and not taken for it. */
  truePositive: number[];
  falsePositive: number[];
  falseNegative: number[];
}

/** The base of what follows from how often each class was taken for what it is. */
abstract class ClassCounts extends GatheredMetric<Counts> {
  readonly #average: 'macro' | 'micro' | 'weighted';
  readonly #label: number | null;
  readonly #ignoreIndex: number;
  readonly #threshold: number;

  /** @throws OptionError, ValueError */
  constructor(options?: ClassCountOptions) {
    super();
    const op = new.target.name;
    const given = checkOptions(op, options, ['average', 'label', 'ignoreIndex', 'threshold']);
    const { average = 'macro', label = null, ignoreIndex = -100, threshold = 0.5 } = given;
    if (!['macro', 'micro', 'weighted'].includes(average)) {
      throw new ValueError(`${op}: average must be 'macro', 'micro' or 'weighted', got ${describe(average)}`);
    }
    if (label !== null && !(Number.isSafeInteger(label) && label >= 0)) {
      throw new ValueError(`${op}: label must be a class's number, got ${describe(label)}`);
    }
    checkRules(op, threshold, ignoreIndex);
    this.#average = average;
    this.#label = label;
    this.#ignoreIndex = ignoreIndex;
    this.#threshold = threshold;
  }

  protected override empty(): Counts {
    return { truePositive: [], falsePositive: [], falseNegative: [] };
  }

  override update(batch: MetricBatch): void {
    const op = this.constructor.name;
    const found = readRows(op, batch);
    const { targets, rows } = found;
    const { truePositive, falsePositive, falseNegative } = this.gathered;
    const add = (counts: number[], at: number) => {
      while (counts.length <= at) counts.push(0);
      counts[at]++;
    };
    if (found.kind === 'labels') {
      const { labels } = found;
      const { array, offset } = valuesOf(found.scores);
      for (let i = 0; i < rows * labels; i++) {
        const target = targets.array[targets.offset + i];
        if (target === this.#ignoreIndex) continue;
        const isGiven = array[offset + i] > this.#threshold;
        if (isGiven && target > 0.5) add(truePositive, i % labels);
        else if (isGiven) add(falsePositive, i % labels);
        else if (target > 0.5) add(falseNegative, i % labels);
      }
      return;
    }
    const { array, offset } = found.kind === 'classes' ? decided(found) : found.predicted;
    for (let row = 0; row < rows; row++) {
      const target = targets.array[targets.offset + row];
      if (target === this.#ignoreIndex) continue;
      checkClass(op, target, found.kind === 'classes' ? found.classes : Number.POSITIVE_INFINITY);
      const taken = array[offset + row];
      if (taken === target) {
        add(truePositive, target);
      } else {
        add(falsePositive, taken);
        add(falseNegative, target);
      }
    }
  }

  /** The value from how often a class was rightly, wrongly, and not taken. */
  protected abstract rate(right: number, wrong: number, missed: number): number;

  override compute(): number {
    const { truePositive, falsePositive, falseNegative } = this.gathered;
    const length = Math.max(truePositive.length, falsePositive.length, falseNegative.length);
    const at = (i: number) => [truePositive[i] ?? 0, falsePositive[i] ?? 0, falseNegative[i] ?? 0] as const;
    if (this.#label !== null) return this.rate(...at(this.#label));
    // Classes that neither occur nor are taken have no value.
    const seen = Array.from({ length }, (_, i) => at(i)).filter((counts) => counts.some((count) => count > 0));
    if (seen.length === 0) return Number.NaN;
    const sum = (of: (counts: readonly [number, number, number]) => number) =>
      seen.reduce((total, counts) => total + of(counts), 0);
    if (this.#average === 'micro')
      return this.rate(
        sum(([a]) => a),
        sum(([, b]) => b),
        sum(([, , c]) => c),
      );
    if (this.#average === 'macro') return sum((counts) => this.rate(...counts)) / seen.length;
    const support = ([right, , missed]: readonly [number, number, number]) => right + missed;
    return sum((counts) => support(counts) * this.rate(...counts)) / sum(support);
  }
}

/** A share, 0 where nothing could be counted, as scikit-learn's `zero_division=0`. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The share of what was taken for a class that is of it: scikit-learn's `precision_score`. */
export class Precision extends ClassCounts {
  protected override rate(right: number, wrong: number): number {
    return share(right, right + wrong);
  }
}

/** The share of a class that was taken for it: scikit-learn's `recall_score`. */
export class Recall extends ClassCounts {
  protected override rate(right: number, _wrong: number, missed: number): number {
    return share(right, right + missed);
  }
}

/** The harmonic mean of precision and recall: scikit-learn's `f1_score`. */
export class F1 extends ClassCounts {
  protected override rate(right: number, wrong: number, missed: number): number {
    return share(2 * right, 2 * right + wrong + missed);
  }
}
