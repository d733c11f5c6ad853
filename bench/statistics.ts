/** The value below which the fraction `q` of the sorted samples lies. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly p90: number;
}

/** Summary of one peer's samples over all rounds: the median of the rounds' medians resists a slow spell of the machine. */
export function summarise(rounds: readonly (readonly number[])[]): Summary {
  const sorted = rounds.map((samples) => [...samples].sort((a, b) => a - b));
  const all = sorted.flat().sort((a, b) => a - b);
  const medians = sorted.map((s) => quantile(s, 0.5)).sort((a, b) => a - b);
  return { median: quantile(medians, 0.5), min: all[0], p90: quantile(all, 0.9) };
}

/** Median over the rounds of b's median ÷ a's: pairs that ran next to each other. */
export function pairedRatio(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  const median = (samples: readonly number[]) =>
    quantile(
      [...samples].sort((x, y) => x - y),
      0.5,
    );
  const ratios = a.map((samples, i) => median(b[i]) / median(samples)).sort((x, y) => x - y);
  return quantile(ratios, 0.5);
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
}
