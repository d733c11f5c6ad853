import type { Scored } from './predictor.js';

/** How well labels were found: null where there is nothing to divide by. */
export interface LabelMeasures {
  /** Of the labels that were given, the share that is right. */
  readonly precision: number | null;
  /** Of the labels that are right, the share that was given. */
  readonly recall: number | null;
  /** The harmonic mean of both. */
  readonly f1: number | null;
  /** How often the label is right, was given, and both. */
  readonly gold: number;
  readonly predicted: number;
  readonly correct: number;
}

export interface ClassifierTest extends LabelMeasures {
  /** Examples that have a label and features that the model knows. */
  readonly examples: number;
  /** Examples that have not. */
  readonly skipped: number;
  /** The same for each label, under its name without the prefix. */
  readonly labels: { readonly [label: string]: LabelMeasures };
}

class Tally {
  gold = 0;
  predicted = 0;
  correct = 0;

  measures(): LabelMeasures {
    const { gold, predicted, correct } = this;
    const precision = predicted === 0 ? null : correct / predicted;
    const recall = gold === 0 ? null : correct / gold;
    const f1 = gold + predicted === 0 ? null : (2 * correct) / (gold + predicted);
    return { precision, recall, f1, gold, predicted, correct };
  }
}

/** Counts what was predicted against what is right. */
export class Meter {
  readonly #all = new Tally();
  readonly #labels: readonly Tally[];
  /** Of each prediction: its label, its probability and whether it is right. */
  readonly #scores: { label: number; probability: number; right: boolean }[] = [];
  examples = 0;
  skipped = 0;

  constructor(private readonly names: readonly string[]) {
    this.#labels = names.map(() => new Tally());
  }

  add(gold: readonly number[], predicted: readonly Scored[]): void {
    this.examples++;
    this.#all.gold += gold.length;
    this.#all.predicted += predicted.length;
    for (const label of gold) this.#labels[label].gold++;
    for (const { label, probability } of predicted) {
      const right = gold.includes(label);
      this.#labels[label].predicted++;
      if (right) {
        this.#all.correct++;
        this.#labels[label].correct++;
      }
      this.#scores.push({ label, probability, right });
    }
  }

  result(): ClassifierTest {
    const labels: Record<string, LabelMeasures> = {};
    for (const [k, name] of this.names.entries()) labels[name] = this.#labels[k].measures();
    return { examples: this.examples, skipped: this.skipped, ...this.#all.measures(), labels };
  }

  /** The best precision at a recall of at least `least`, or the other way round, over all thresholds; of one label or all. */
  bestAt(what: 'precision' | 'recall', least: number, label: number | null): number {
    const scores = this.#scores
      .filter((score) => label === null || score.label === label)
      .sort((a, b) => b.probability - a.probability);
    const gold = label === null ? this.#all.gold : this.#labels[label].gold;
    let [right, best] = [0, 0];
    for (const [k, score] of scores.entries()) {
      if (score.right) right++;
      // Equal probabilities fall on one side of a threshold.
      if (k + 1 < scores.length && scores[k + 1].probability === score.probability) continue;
      const precision = right / (k + 1);
      const recall = gold === 0 ? 0 : right / gold;
      const [held, wanted] = what === 'precision' ? [recall, precision] : [precision, recall];
      if (held >= least) best = Math.max(best, wanted);
    }
    return best;
  }
}
