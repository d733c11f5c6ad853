import { ArgumentError, describe } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';
import { checkClass, checkRules, readRows, valuesOf } from './rows.js';

export interface RocAucOptions {
  /** Whether scores of three classes or more are logits, which become probabilities by softmax. Default true. */
  fromLogits?: boolean;
  /** Rows with this target don't count. Default -100. */
  ignoreIndex?: number;
}

/**
 * The area under the ROC curve: how probably a row of a class has a higher score for it than a row of another; equal scores
 * count half. scikit-learn's `roc_auc_score`: of two classes; of several, each against the rest, their mean; of labels,
 * their mean. A class that never or always occurs has none and is left out.
 *
 * All scores are kept until the end: 8 bytes for each row and class.
 */
export class RocAuc extends GatheredMetric<{ scores: number[][]; isOf: boolean[][] }> {
  readonly #fromLogits: boolean;
  readonly #ignoreIndex: number;

  /** @throws OptionError, ArgumentError, ValueError */
  constructor(options?: RocAucOptions) {
    super();
    const { fromLogits = true, ignoreIndex = -100 } = checkOptions('RocAuc', options, ['fromLogits', 'ignoreIndex']);
    if (typeof fromLogits !== 'boolean') {
      throw new ArgumentError(`RocAuc: fromLogits must be true or false, got ${describe(fromLogits)}`);
    }
    checkRules('RocAuc', 0, ignoreIndex);
    this.#fromLogits = fromLogits;
    this.#ignoreIndex = ignoreIndex;
  }

  protected override empty() {
    return { scores: [], isOf: [] };
  }

  override update(batch: MetricBatch): void {
    const op = 'RocAuc';
    const found = readRows(op, batch);
    if (found.kind === 'decided') throw new ArgumentError(`${op}: output must be scores, got class numbers`);
    const { array, offset } = valuesOf(found.scores);
    const { targets, rows } = found;
    if (found.kind === 'labels') {
      const { labels } = found;
      for (let i = 0; i < rows * labels; i++) {
        const target = targets.array[targets.offset + i];
        if (target !== this.#ignoreIndex) this.#add(i % labels, array[offset + i], target > 0.5);
      }
      return;
    }
    const { classes } = found;
    const own = new Float64Array(classes);
    for (let row = 0; row < rows; row++) {
      const target = targets.array[targets.offset + row];
      if (target === this.#ignoreIndex) continue;
      checkClass(op, target, classes);
      for (let k = 0; k < classes; k++) own[k] = array[offset + row * classes + k];
      if (classes === 2) {
        this.#add(0, own[1] - own[0], target === 1);
        continue;
      }
      if (this.#fromLogits) softmaxInPlace(own);
      for (let k = 0; k < classes; k++) this.#add(k, own[k], target === k);
    }
  }

  #add(label: number, score: number, isOf: boolean): void {
    const { gathered } = this;
    while (gathered.scores.length <= label) {
      gathered.scores.push([]);
      gathered.isOf.push([]);
    }
    gathered.scores[label].push(score);
    gathered.isOf[label].push(isOf);
  }

  override compute(): number {
    const { scores, isOf } = this.gathered;
    const areas = scores.map((own, label) => areaOf(own, isOf[label])).filter((area) => !Number.isNaN(area));
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  }
}

/** Mann and Whitney's statistic: the ranks of the class's scores, equal ones sharing theirs. */
function areaOf(scores: readonly number[], isOf: readonly boolean[]): number {
  if (scores.some(Number.isNaN)) return Number.NaN;
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let equal = 0;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++) if (isOf[order[end]]) equal++;
    ranks += equal * ((start + 1 + end) / 2);
    positives += equal;
    start = end;
  }
  const negatives = scores.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function softmaxInPlace(row: Float64Array): void {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] = Math.exp(row[k] - largest);
  for (let k = 0; k < row.length; k++) row[k] /= sum;
}
