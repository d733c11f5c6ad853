/** Pearson's correlation coefficient; NaN where one side does not vary. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const meanA = a.reduce((x, y) => x + y, 0) / n;
  const meanB = b.reduce((x, y) => x + y, 0) / n;
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    ofA += (a[i] - meanA) ** 2;
    ofB += (b[i] - meanB) ** 2;
  }
  return both / Math.sqrt(ofA * ofB);
}

/** Ranks from 0; equals share their mean. */
function ranks(values: readonly number[]): number[] {
  const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const out = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let k = first; k <= last; k++) out[order[k]] = (first + last) / 2;
    first = last + 1;
  }
  return out;
}

/** Spearman's rank correlation: Pearson's of the ranks. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranks(a), ranks(b));
}
