/**
 * A workload by name: what kind it is, and its sizes. Peers are handed it as JSON, so no size is said twice.
 *
 * flops counts multiply-adds as two; bytes counts what must cross the memory bus at least once (reads and writes). Both
 * are 0 where they say nothing useful.
 */
export interface Workload {
  readonly name: string;
  /** Selects the code that runs it, in lutra.ts and in every peer. */
  readonly kind: string;
  readonly params: { readonly [key: string]: number | string };
  readonly flops: number;
  readonly bytes: number;
  /** The ratio to PyTorch that the project aims at, on one and two threads; absent for sizes beyond the list. */
  readonly goal?: readonly [number, number];
}

/** Whole steps, whose memory is of interest too. */
export function isStep(workload: Workload): boolean {
  return workload.kind.startsWith('step');
}

const float = 4;

export function lookup(rows: number, dim: number, count: number, goal?: number): Workload[] {
  const name = `lookup ${count} of ${rows}x${dim}`;
  const params = { rows, dim, count };
  const moved = count * dim * float;
  return [
    { name, kind: 'lookup', params, flops: 0, bytes: 2 * moved, goal: goal ? [goal, goal] : undefined },
    {
      name: `${name}, fwd+bwd dense`,
      kind: 'lookupDense',
      params,
      flops: 0,
      bytes: 4 * moved,
      goal: goal ? [4, 4] : undefined,
    },
    {
      name: `${name}, fwd+bwd sparse`,
      kind: 'lookupSparse',
      params,
      flops: 0,
      bytes: 4 * moved,
      goal: goal ? [1.5, 1.5] : undefined,
    },
  ];
}

export function bag(rows: number, dim: number, bags: number, length: number, mode = 'mean'): Workload {
  return {
    name: `bag ${mode} ${bags}x${length} of ${rows}x${dim}, fwd+bwd${mode === 'max' ? '' : ' sparse'}`,
    kind: 'bag',
    params: { rows, dim, bags, length, mode },
    flops: 0,
    bytes: 2 * bags * length * dim * float,
  };
}

export function indexAdd(rows: number, dim: number, count: number): Workload {
  const bytes = 3 * count * dim * float;
  return {
    name: `indexAdd ${count} into ${rows}x${dim}`,
    kind: 'indexAdd',
    params: { rows, dim, count },
    flops: 0,
    bytes,
  };
}

export function matmul(M: number, K: number, N: number, goal?: readonly [number, number]): Workload {
  const bytes = (M * K + K * N + M * N) * float;
  return { name: `matmul ${M}x${K}x${N}`, kind: 'matmul', params: { M, N, K }, flops: 2 * M * N * K, bytes, goal };
}

/** Blocks of weights, each as large as the hidden size, by recurrent layer. */
const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;

export function recurrent(
  layer: keyof typeof gates,
  input: number,
  hidden: number,
  batch: number,
  steps: number,
  goals?: [[number, number], [number, number]],
) {
  const name = `${layer}(${input},${hidden}) on ${batch}x${steps}`;
  const kind = layer.toLowerCase();
  const params = { input, hidden, batch, steps };
  const flops = 2 * batch * steps * gates[layer] * hidden * (input + hidden);
  return [
    { name: `${name}, forward`, kind: `${kind}Forward`, params, flops, bytes: 0, goal: goals?.[0] },
    { name: `${name}, fwd+bwd`, kind: `${kind}Train`, params, flops: 3 * flops, bytes: 0, goal: goals?.[1] },
  ] satisfies Workload[];
}

/** Conv1d on batch × input × steps, and the layer with relu and the largest of each channel, as text CNNs have it. */
export function convolution(input: number, outputs: number, kernel: number, batch: number, steps: number) {
  const name = `Conv1d(${input},${outputs},${kernel}) on ${batch}x${steps}`;
  const params = { input, outputs, kernel, batch, steps };
  const flops = 2 * batch * (steps - kernel + 1) * outputs * input * kernel;
  return [
    { name: `${name}, forward`, kind: 'convForward', params, flops, bytes: 0 },
    { name: `${name}, fwd+bwd`, kind: 'convTrain', params, flops: 3 * flops, bytes: 0 },
    { name: `${name}, relu, max over time, fwd+bwd`, kind: 'convMax', params, flops: 3 * flops, bytes: 0 },
  ] satisfies Workload[];
}

export function step(
  letter: string,
  kind: string,
  name: string,
  params: Workload['params'],
  goal?: [number, number],
): Workload {
  return { name: `step ${letter}: ${name}`, kind, params, flops: 0, bytes: 0, goal };
}

export function pass(kind: string, name: string, n: number, bytesEach: number): Workload {
  return { name: `${name} of ${n}`, kind, params: { n }, flops: 0, bytes: n * bytesEach };
}

export const rows = (kind: string, name: string, count: number, width: number): Workload => ({
  name: `${name} ${count}x${width}`,
  kind,
  params: { rows: count, width },
  flops: 0,
  bytes: 2 * count * width * float,
});
