import type { Workload } from './workloads/kinds.js';

/** One size of a sweep. */
export interface Point {
  readonly size: number;
  /** What the time is divided by. */
  readonly items: number;
  /** Arithmetic or traffic in units of the first size's: what the time would follow if nothing else cost. */
  readonly work: number;
  readonly workload: Workload;
}

/** How cost grows along one size. */
export interface Sweep {
  readonly title: string;
  /** What one item is. */
  readonly item: string;
  readonly points: readonly Point[];
}

const looked = 8192;

function lookupSparse(rows: number): Point {
  const name = `vocabulary ${rows}: lookup ${looked}x64 fwd+bwd sparse`;
  const params = { rows, dim: 64, count: looked };
  // A sparse gradient holds the looked-up rows alone: the vocabulary should cost nothing.
  return {
    size: rows,
    items: looked,
    work: 1,
    workload: { name, kind: 'lookupSparse', params, flops: 0, bytes: 0 },
  };
}

function lstm(size: number, input: number, hidden: number, batch: number, steps: number): Point {
  const flops = 3 * 2 * batch * steps * 4 * hidden * (input + hidden);
  const name = `LSTM(${input},${hidden}) ${batch}x${steps} fwd+bwd`;
  const params = { input, hidden, batch, steps };
  return { size, items: batch * steps, work: flops, workload: { name, kind: 'lstmTrain', params, flops, bytes: 0 } };
}

export const scaling: readonly Sweep[] = [
  { title: 'vocabulary', item: 'row', points: [1e3, 1e4, 1e5, 1e6, 1e7].map(lookupSparse) },
  { title: 'batch', item: 'token', points: [1, 4, 16, 64, 256].map((batch) => lstm(batch, 128, 128, batch, 20)) },
  {
    title: 'sequence length',
    item: 'token',
    points: [5, 20, 80, 320].map((steps) => lstm(steps, 128, 128, 32, steps)),
  },
  {
    title: 'hidden size',
    item: 'token',
    points: [16, 64, 128, 256, 512, 1024].map((hidden) => lstm(hidden, 128, hidden, 32, 20)),
  },
];
