/**
 * UMAP in float64, written down from the paper and umap-learn's documentation: exact neighbours by plain loops, membership, fuzzy union,
 * stochastic steps that move both ends of an edge, one edge after another. First positions are uniform.
 */

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

function nearest(rows: number[][], i: number, k: number): { j: number; d: number }[] {
  const all = rows.map((row, j) => ({ j, d: Math.hypot(...row.map((x, c) => x - rows[i][c])) }));
  return all
    .filter(({ j }) => j !== i)
    .sort((a, b) => a.d - b.d || a.j - b.j)
    .slice(0, k);
}

/** Membership of the k nearest others of a point. */
export function membership(distances: number[], meanOfAll: number): number[] {
  const k = distances.length;
  const rho = distances.find((d) => d > 0) ?? 0;
  const wanted = Math.log2(k + 1);
  let [low, high, sigma] = [0, Number.POSITIVE_INFINITY, 1];
  for (let step = 0; step < 64; step++) {
    const sum = distances.reduce((total, d) => total + (d > rho ? Math.exp(-(d - rho) / sigma) : 1), 0);
    if (Math.abs(sum - wanted) < 1e-5) break;
    if (sum > wanted) {
      high = sigma;
      sigma = (low + high) / 2;
    } else {
      low = sigma;
      sigma = high === Number.POSITIVE_INFINITY ? sigma * 2 : (low + high) / 2;
    }
  }
  const mean = rho > 0 ? distances.reduce((a, b) => a + b, 0) / (k + 1) : meanOfAll;
  sigma = Math.max(sigma, 1e-3 * mean);
  return distances.map((d) => (d > rho ? Math.exp(-(d - rho) / sigma) : 1));
}

function fuzzyGraph(rows: number[][], neighbors: number): Edge[] {
  const k = neighbors - 1;
  const found = rows.map((_, i) => nearest(rows, i, k));
  const mean = found.flat().reduce((sum, { d }) => sum + d, 0) / (rows.length * neighbors);
  const weights = new Map<number, number>();
  found.forEach((list, i) => {
    const of = membership(
      list.map(({ d }) => d),
      mean,
    );
    for (const [at, { j }] of list.entries()) weights.set(i * rows.length + j, of[at]);
  });
  const edges = new Map<number, Edge>();
  for (const [key, a] of weights) {
    const [from, to] = [Math.floor(key / rows.length), key % rows.length];
    const b = weights.get(to * rows.length + from) ?? 0;
    const weight = a + b - a * b;
    edges.set(key, { from, to, weight });
    edges.set(to * rows.length + from, { from: to, to: from, weight });
  }
  return [...edges.values()].sort((p, q) => p.from - q.from || p.to - q.to);
}

/** Numbers from 0 up to 1: Marsaglia's xorshift of 32 bits. */
function uniform(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Rows of [points, 2]. */
export function referenceUmap(rows: number[][], neighbors: number, epochs: number, seed: number): number[][] {
  const [a, b] = [1.5769434601962196, 0.8950608779914887];
  const draw = uniform(seed);
  const y = rows.map(() => [10 * draw(), 10 * draw()]);
  const edges = fuzzyGraph(rows, neighbors);
  const largest = edges.reduce((most, { weight }) => Math.max(most, weight), 0);
  const every = edges.map(({ weight }) => largest / weight);
  const next = every.slice();
  const nextNegative = every.map((e) => e / 5);
  const clip = (x: number) => Math.max(-4, Math.min(4, x));
  for (let n = 0; n < epochs; n++) {
    const rate = 1 - n / epochs;
    for (const [e, { from, to }] of edges.entries()) {
      if (every[e] > epochs || next[e] > n) continue;
      const [here, there] = [y[from], y[to]];
      let square = (here[0] - there[0]) ** 2 + (here[1] - there[1]) ** 2;
      if (square > 0) {
        const coefficient = (-2 * a * b * square ** (b - 1)) / (a * square ** b + 1);
        for (let c = 0; c < 2; c++) {
          const step = rate * clip(coefficient * (here[c] - there[c]));
          here[c] += step;
          there[c] -= step;
        }
      }
      next[e] += every[e];
      const negatives = Math.floor((n - nextNegative[e]) / (every[e] / 5));
      for (let p = 0; p < negatives; p++) {
        const other = Math.floor(draw() * rows.length);
        if (other === from) continue;
        square = (here[0] - y[other][0]) ** 2 + (here[1] - y[other][1]) ** 2;
        if (!(square > 0)) continue;
        const coefficient = (2 * b) / ((0.001 + square) * (a * square ** b + 1));
        for (let c = 0; c < 2; c++) here[c] += rate * clip(coefficient * (here[c] - y[other][c]));
      }
      nextNegative[e] += (negatives * every[e]) / 5;
    }
  }
  return y;
}
