import { ArgumentError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { GatheredMetric } from './gathered.js';
import type { MetricBatch } from './metric.js';
import { checkClass, checkK, checkRules, rankOf, readRows, valuesOf } from './rows.js';

export interface RankingOptions {
  /** How far down the list is looked. */
  k?: number;
  /** Rows with this target don't count. Default -100. */
  ignoreIndex?: number;
}

/** A row's items that are wanted: their places in the list by score, from 1, ascending, and how much each is worth. */
interface Wanted {
  readonly ranks: readonly number[];
  readonly gains: readonly number[];
}

/**
 * The base of the metrics of lists by score. Output: scores [rows, items]; target: the one item that is wanted, [rows], or
 * what each item is worth, [rows, items]. Of equal scores the item with the lower number comes first.
 */
abstract class Ranking extends GatheredMetric<{ sum: number; rows: number }> {
  protected readonly k: number;
  readonly #ignoreIndex: number;

  /** @throws OptionError, ValueError */
  constructor(options: RankingOptions | undefined, k: number) {
    super();
    const op = new.target.name;
    const given = checkOptions(op, options, ['k', 'ignoreIndex']);
    const { ignoreIndex = -100 } = given;
    this.k = given.k === undefined ? k : checkK(op, 'k', given.k);
    checkRules(op, 0, ignoreIndex);
    this.#ignoreIndex = ignoreIndex;
  }

  protected override empty() {
    return { sum: 0, rows: 0 };
  }

  /** A row's value; null where it has none. */
  protected abstract rowValue(wanted: Wanted): number | null;

  override update(batch: MetricBatch): void {
    const op = this.constructor.name;
    const found = readRows(op, batch);
    if (found.kind === 'decided') throw new ArgumentError(`${op}: output must be scores, got item numbers`);
    const all = valuesOf(found.scores);
    const { targets, rows } = found;
    const items = found.kind === 'classes' ? found.classes : found.labels;
    for (let row = 0; row < rows; row++) {
      let wanted: Wanted;
      if (found.kind === 'classes') {
        const target = targets.array[targets.offset + row];
        if (target === this.#ignoreIndex) continue;
        checkClass(op, target, items);
        wanted = { ranks: [rankOf(all, row * items, items, target)], gains: [1] };
      } else {
        const worth: { rank: number; gain: number }[] = [];
        for (let i = 0; i < items; i++) {
          const gain = targets.array[targets.offset + row * items + i];
          if (gain > 0) worth.push({ rank: rankOf(all, row * items, items, i), gain });
        }
        worth.sort((a, b) => a.rank - b.rank);
        wanted = { ranks: worth.map(({ rank }) => rank), gains: worth.map(({ gain }) => gain) };
      }
      const value = this.rowValue(wanted);
      if (value === null) continue;
      this.gathered.sum += value;
      this.gathered.rows++;
    }
  }

  override compute(): number {
    return this.gathered.sum / this.gathered.rows;
  }
}

/** The share of the wanted items that are among the k highest scores, the mean over rows that want any. Default k: 10. */
export class RecallAtK extends Ranking {
  constructor(options?: RankingOptions) {
    super(options, 10);
  }

  protected override rowValue({ ranks }: Wanted): number | null {
    return ranks.length === 0 ? null : ranks.filter((rank) => rank <= this.k).length / ranks.length;
  }
}

/**
 * Normalised discounted cumulative gain of the k highest scores (all unless given): Σ gain / log2(rank + 1), divided by
 * what the best order would give. scikit-learn's `ndcg_score`; a row that wants nothing counts 0 there and here.
 */
export class Ndcg extends Ranking {
  constructor(options?: RankingOptions) {
    super(options, Number.POSITIVE_INFINITY);
  }

  protected override rowValue({ ranks, gains }: Wanted): number {
    const discounted = (gain: number, rank: number) => (rank <= this.k ? gain / Math.log2(rank + 1) : 0);
    const own = ranks.reduce((sum, rank, i) => sum + discounted(gains[i], rank), 0);
    const best = [...gains].sort((a, b) => b - a).reduce((sum, gain, i) => sum + discounted(gain, i + 1), 0);
    return best === 0 ? 0 : own / best;
  }
}

/** Mean reciprocal rank: 1 / the place of the first wanted item, 0 where it is beyond k (which is endless unless given). */
export class Mrr extends Ranking {
  constructor(options?: RankingOptions) {
    super(options, Number.POSITIVE_INFINITY);
  }

  protected override rowValue({ ranks }: Wanted): number {
    return ranks.length === 0 || ranks[0] > this.k ? 0 : 1 / ranks[0];
  }
}
