/** Numbers counted in bins. */
export interface Counts {
  /** One more than there are bins. A bin holds its lower end but not its upper, only the last holds both, as NumPy's. */
  readonly edges: Float64Array;
  readonly counts: Float64Array;
}

export function countIn(values: Float64Array, edges: Float64Array): Counts {
  const counts = new Float64Array(edges.length - 1);
  for (const value of values) {
    if (!(value >= edges[0] && value <= edges[edges.length - 1])) continue;
    let [low, high] = [0, counts.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value < edges[middle + 1]) high = middle;
      else low = middle + 1;
    }
    counts[low]++;
  }
  return { edges, counts };
}
