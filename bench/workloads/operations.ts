import { bag, pass, type Workload } from './kinds.js';

/** One operation on a matrix of rows × columns; `op` selects the code of lutra_operations.ts and its twins. */
function on(op: string, rows: number, columns: number, train = false): Workload {
  const name = `${op} of ${rows}x${columns}${train ? ', fwd+bwd' : ''}`;
  return { name, kind: 'operation', params: { op, rows, columns, train: train ? 1 : 0 }, flops: 0, bytes: 0 };
}

/** A product, a layer or a pass over gradients with sizes of its own. */
function layer(op: string, title: string, params: { readonly [key: string]: number | string }): Workload {
  return { name: title, kind: 'operation', params: { op, ...params }, flops: 0, bytes: 0 };
}

/** The loss of a projection and its three gradients: in chunks, or with all logits in memory. A step, so that its memory counts. */
function projection(rows: number, features: number, classes: number, how: string): Workload {
  const name = `loss of a projection ${rows}x${features} to ${classes}, ${how}`;
  const flops = 6 * rows * features * classes;
  return { name, kind: 'stepProjection', params: { rows, features, classes, how }, flops, bytes: 0 };
}

const cheap = ['relu', 'add', 'scale', 'clone', 'sigmoid', 'exp', 'sum', 'fourInARow'];
const large = [
  ...['addRow', 'subColumn', 'clamp', 'square', 'log', 'sin', 'greater', 'where', 'maskedFill', 'copyTransposed'],
  ...['joinColumns', 'narrowColumns', 'selectColumns', 'gatherColumns', 'matvec', 'cosineSimilarity'],
  ...['sumRows', 'sumColumns', 'maxRows', 'maxColumns', 'argmax', 'std', 'norm', 'softmax', 'cumsum', 'sort', 'topk'],
];
/** At places of an index, in order, by number: what a loop does element by element. */
const ordered = [
  ...[
    'scatterSum',
    'scatterSumRows',
    'scatterProd',
    'scatterMean',
    'scatterAmax',
    'scatterAmaxRows',
    'cumprod',
    'cumprodRows',
  ],
  ...['cummax', 'cummaxRows', 'uniqueConsecutive', 'uniqueConsecutiveCounts', 'bincount', 'bincountMany'],
  ...['clampTensors', 'atan2', 'lgamma', 'nansum', 'nansumRows'],
];
const trained = [
  'relu',
  'tanh',
  'gelu',
  'silu',
  'square',
  'dropout',
  'softmax',
  'meanRows',
  'sumColumns',
  'clampTensors',
  'scatterSum',
];
const losses = ['mse', 'bceWithLogits', 'cosineSimilarity', 'multiMargin', 'poissonNll', 'softMargin'];

/** Options and operations that the table has no row for. */
export const operations: readonly Workload[] = [
  ...cheap.flatMap((op) => [on(op, 100, 100), on(op, 640, 300), on(op, 1000, 1000)]),
  ...large.map((op) => on(op, 1000, 1000)),
  ...ordered.map((op) => on(op, 1000, 1000)),
  on('swapHeads', 1024, 128),
  on('attention', 8192, 32),
  ...[...trained, ...losses].map((op) => on(op, 640, 300, true)),
  ...['labelSmoothing', 'ignoreIndex', 'classWeights'].map((op) => on(op, 640, 5000, true)),
  layer('productOfTransposed', 'matmul 512x640x300, A transposed', { M: 512, K: 640, N: 300 }),
  layer('productOfTransposed', 'matmul 64x2000x64, A transposed', { M: 64, K: 2000, N: 64 }),
  layer('productWithTransposed', 'matmul 640x512x300, B transposed', { M: 640, K: 512, N: 300 }),
  layer('batchedProduct', 'matmul 64 x 32x64x32', { batch: 64, M: 32, K: 64, N: 32 }),
  layer('linear', 'Linear(100,10) on 32, fwd+bwd', { batch: 32, input: 100, output: 10 }),
  layer('linear', 'Linear(784,128) on 64, fwd+bwd', { batch: 64, input: 784, output: 128 }),
  layer('linear', 'Linear(64,256) on 1024, fwd+bwd', { batch: 1024, input: 64, output: 256 }),
  bag(50_000, 100, 256, 20, 'sum'),
  bag(50_000, 100, 256, 20, 'max'),
  {
    name: 'lookup 3200 of 20000x100, padded, fwd+bwd sparse',
    kind: 'lookupPadded',
    params: { rows: 20_000, dim: 100, count: 3200 },
    flops: 0,
    bytes: 0,
  },
  layer('lstm', 'LSTM(64,64) 2 layers, both directions, 32x25, fwd+bwd', {
    input: 64,
    hidden: 64,
    layers: 2,
    both: 1,
    project: 0,
    batch: 32,
    steps: 25,
  }),
  layer('lstm', 'LSTM(64,128) projected to 32, 32x25, fwd+bwd', {
    input: 64,
    hidden: 128,
    layers: 1,
    both: 0,
    project: 32,
    batch: 32,
    steps: 25,
  }),
  layer('lstm', 'LSTM(100,200) on 1x50, fwd+bwd', {
    input: 100,
    hidden: 200,
    layers: 1,
    both: 0,
    project: 0,
    batch: 1,
    steps: 50,
  }),
  layer('multiheadAttention', 'attention 128 of 4 heads on 16x32, fwd+bwd', {
    dim: 128,
    heads: 4,
    batch: 16,
    steps: 32,
  }),
  layer('transformerLayer', 'Transformer layer 128 of 4 heads on 16x64, fwd+bwd', {
    dim: 128,
    heads: 4,
    batch: 16,
    steps: 64,
  }),
  ...[100_000, 2_000_000].flatMap((n) => [
    pass('adamW', 'AdamW pass', n, 28),
    pass('momentum', 'SGD with momentum pass', n, 20),
    pass('rmsprop', 'RMSprop pass', n, 20),
    pass('adagrad', 'Adagrad pass', n, 20),
    pass('amsgrad', 'AMSGrad pass', n, 36),
  ]),
  ...['chunked', 'whole'].map((how) => projection(1024, 256, 100_000, how)),
  layer('ctcLoss', 'CTC of 16x150, 30 labels of 40 classes, fwd+bwd', {
    steps: 150,
    batch: 16,
    classes: 40,
    labels: 30,
  }),
  layer('clipGradNorm', 'clipGradNorm of 2000000', { n: 2_000_000 }),
];
