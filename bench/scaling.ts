import type { Workload } from './workloads/catalogue.js';

function lookupSparse(rows: number): Workload {
  const params = { rows, dim: 64, count: 8192 };
  return {
    name: `vocabulary ${rows}: lookup 8192x64 fwd+bwd sparse`,
    kind: 'lookupSparse',
    params,
    flops: 0,
    bytes: 0,
  };
}

function lstm(input: number, hidden: number, batch: number, steps: number): Workload {
  const flops = 3 * 2 * batch * steps * 4 * hidden * (input + hidden);
  const name = `LSTM(${input},${hidden}) ${batch}x${steps} fwd+bwd`;
  return { name, kind: 'lstmTrain', params: { input, hidden, batch, steps }, flops, bytes: 0 };
}

/** How cost grows along one size at a time. */
export const scaling: readonly { readonly title: string; readonly workloads: readonly Workload[] }[] = [
  { title: 'vocabulary', workloads: [1e3, 1e4, 1e5, 1e6, 1e7].map(lookupSparse) },
  { title: 'batch', workloads: [1, 4, 16, 64, 256].map((batch) => lstm(128, 128, batch, 20)) },
  { title: 'sequence length', workloads: [5, 20, 80, 320].map((steps) => lstm(128, 128, 32, steps)) },
  { title: 'hidden size', workloads: [16, 64, 128, 256, 512, 1024].map((hidden) => lstm(128, hidden, 32, 20)) },
];
