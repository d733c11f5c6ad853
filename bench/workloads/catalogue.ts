/**
 * Every workload by name: what kind it is, and its sizes. Peers read the same list (as JSON), so no size is said twice.
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

function lookup(rows: number, dim: number, count: number, goal?: number): Workload[] {
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

function bag(rows: number, dim: number, bags: number, length: number): Workload {
  return {
    name: `bag mean ${bags}x${length} of ${rows}x${dim}, fwd+bwd sparse`,
    kind: 'bag',
    params: { rows, dim, bags, length },
    flops: 0,
    bytes: 2 * bags * length * dim * float,
  };
}

function indexAdd(rows: number, dim: number, count: number): Workload {
  const bytes = 3 * count * dim * float;
  return {
    name: `indexAdd ${count} into ${rows}x${dim}`,
    kind: 'indexAdd',
    params: { rows, dim, count },
    flops: 0,
    bytes,
  };
}

function matmul(M: number, K: number, N: number, goal?: readonly [number, number]): Workload {
  const bytes = (M * K + K * N + M * N) * float;
  return { name: `matmul ${M}x${K}x${N}`, kind: 'matmul', params: { M, N, K }, flops: 2 * M * N * K, bytes, goal };
}

/** Blocks of weights, each as large as the hidden size, by recurrent layer. */
const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;

function recurrent(
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

function step(
  letter: string,
  kind: string,
  name: string,
  params: Workload['params'],
  goal?: [number, number],
): Workload {
  return { name: `step ${letter}: ${name}`, kind, params, flops: 0, bytes: 0, goal };
}

function pass(kind: string, name: string, n: number, bytesEach: number): Workload {
  return { name: `${name} of ${n}`, kind, params: { n }, flops: 0, bytes: n * bytesEach };
}

const rows = (kind: string, name: string, count: number, width: number): Workload => ({
  name: `${name} ${count}x${width}`,
  kind,
  params: { rows: count, width },
  flops: 0,
  bytes: 2 * count * width * float,
});

export const catalogue: readonly Workload[] = [
  ...lookup(100_000, 300, 10_000, 1.3),
  ...lookup(10_000, 300, 640, 1.3),
  ...lookup(50_000, 128, 4096),
  bag(100_000, 128, 256, 50),
  indexAdd(100_000, 300, 10_000),
  matmul(256, 256, 256, [1, 1]),
  matmul(512, 512, 512, [1, 1]),
  matmul(1024, 1024, 1024, [1, 1]),
  matmul(2048, 2048, 2048, [1, 1]),
  matmul(32, 300, 512, [1.15, 1.4]),
  matmul(32, 128, 512, [1.15, 1.4]),
  matmul(32, 512, 2048, [1.15, 1.4]),
  matmul(640, 300, 512),
  matmul(1120, 512, 10_000),
  matmul(8, 256, 1024),
  matmul(1, 512, 512),
  matmul(700, 700, 5),
  ...recurrent('LSTM', 300, 128, 32, 20, [
    [1.3, 1.6],
    [1.3, 1.6],
  ]),
  ...recurrent('LSTM', 512, 512, 64, 35, [
    [1.1, 1.1],
    [1.1, 1.1],
  ]),
  ...recurrent('LSTM', 10, 20, 48, 10, [
    [10, 10],
    [8, 8],
  ]),
  ...recurrent('LSTM', 64, 96, 16, 40),
  ...recurrent('GRU', 300, 128, 32, 20),
  ...recurrent('GRU', 10, 20, 48, 10),
  ...recurrent('RNN', 300, 128, 32, 20),
  step(
    'a',
    'stepCharLm',
    'char LM 22, 10, 20, 48x10, Adam',
    { vocabulary: 22, dim: 10, hidden: 20, batch: 48, steps: 10 },
    [8, 8],
  ),
  step(
    'b',
    'stepClassifier',
    'classifier 10000x100, 32x20, Adam',
    { rows: 10_000, dim: 100, classes: 5, batch: 32, steps: 20, optimizer: 'adam' },
    [2.5, 2.5],
  ),
  step(
    'b',
    'stepClassifier',
    'classifier 10000x100, 32x20, SparseAdam',
    { rows: 10_000, dim: 100, classes: 5, batch: 32, steps: 20, optimizer: 'sparseAdam' },
    [8, 8],
  ),
  step(
    'c',
    'stepTransfer',
    'frozen 10000x300, LSTM(300,128), 32x20',
    { rows: 10_000, dim: 300, hidden: 128, classes: 5, batch: 32, steps: 20, frozen: 1 },
    [1.3, 1.3],
  ),
  step(
    'c',
    'stepTransfer',
    'unfrozen 10000x300, LSTM(300,128), 32x20',
    { rows: 10_000, dim: 300, hidden: 128, classes: 5, batch: 32, steps: 20, frozen: 0 },
    [1.5, 1.5],
  ),
  step(
    'd',
    'stepClassifier',
    'pooled 1000000x128, 256x50, Adam',
    { rows: 1_000_000, dim: 128, classes: 2, batch: 256, steps: 50, optimizer: 'adam' },
    [2, 2],
  ),
  step(
    'd',
    'stepClassifier',
    'pooled 1000000x128, 256x50, SparseAdam',
    { rows: 1_000_000, dim: 128, classes: 2, batch: 256, steps: 50, optimizer: 'sparseAdam' },
    [5, 5],
  ),
  step(
    'd',
    'stepClassifier',
    'pooled 1000000x128, 256x50, sparse SGD',
    { rows: 1_000_000, dim: 128, classes: 2, batch: 256, steps: 50, optimizer: 'sparseSgd' },
    [2, 2],
  ),
  step(
    'e',
    'stepWordLm',
    'word LM 10000, 512, 512, 32x35, SGD',
    { vocabulary: 10_000, dim: 512, hidden: 512, batch: 32, steps: 35 },
    [1.2, 1.2],
  ),
  step('e', 'stepWordLm', 'word LM 5000, 128, 256, 20x35, SGD', {
    vocabulary: 5_000,
    dim: 128,
    hidden: 256,
    batch: 20,
    steps: 35,
  }),
  rows('crossEntropy', 'cross entropy fwd+bwd', 1120, 10_000),
  rows('crossEntropy', 'cross entropy fwd+bwd', 256, 50),
  rows('layerNorm', 'layer norm fwd+bwd', 1120, 512),
  pass('adam', 'Adam pass', 10_000_000, 28),
  pass('sgd', 'SGD pass', 10_000_000, 12),
  pass('gelu', 'gelu', 1_000_000, 8),
  pass('tanh', 'tanh', 1_000_000, 8),
  pass('dropout', 'dropout', 1_000_000, 8),
];
