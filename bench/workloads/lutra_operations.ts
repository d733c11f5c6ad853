import { cat, nn, type Tensor, tensor, where, zeros } from 'lutra';
import { fingerprint, floats, integers } from './inputs.js';
import { cycle, evaluates, fillParameters, type Maker, matrix, type Numbers } from './lutra_inputs.js';

const { functional: F } = nn;

function vector(n: number, seed: number): Tensor {
  return tensor(floats(n, seed));
}

/** Runs forward, and backward with an upstream gradient that doesn't change; the result is the input's gradient. */
function trains(
  inputs: () => Tensor,
  apply: (x: Tensor) => Tensor,
  result: (grad: Tensor) => number[],
  module?: nn.Module,
) {
  let upstream: Tensor | null = null;
  let grad: Tensor | null = null;
  return {
    run: () => {
      const x = inputs();
      module?.zeroGrad();
      const out = apply(x);
      upstream ??= tensor(floats(out.numel, 77), { shape: out.shape });
      out.backward(upstream);
      grad = x.grad as Tensor;
      x.grad = null;
    },
    result: () => result(grad!),
  };
}

function crossEntropyWith(
  options: (columns: number) => ConstructorParameters<typeof nn.CrossEntropyLoss>[0],
): MatrixOperation {
  return ({ rows, columns }) => {
    const criterion = new nn.CrossEntropyLoss(options(columns));
    const targets = tensor(integers(rows, 7, columns));
    return (x) => criterion.forward(x, targets);
  };
}

type MatrixOperation = (sizes: Numbers) => (x: Tensor) => Tensor;

function scatters(reduce: 'sum' | 'prod' | 'mean' | 'amax', dim: number): MatrixOperation {
  return ({ rows, columns }) => {
    const index = tensor(integers(rows * columns, 5, dim === 0 ? rows : columns), { shape: [rows, columns] });
    const source = matrix(rows, columns, 6);
    return (x) => x.scatterReduce(dim, index, source, reduce);
  };
}

const onMatrices: { readonly [op: string]: MatrixOperation } = {
  relu: () => (x) => x.relu(),
  add: () => (x) => x.add(x),
  scale: () => (x) => x.mul(2),
  clone: () => (x) => x.clone(),
  fourInARow: () => (x) => x.relu().add(x).mul(2).sum(),
  sigmoid: () => (x) => x.sigmoid(),
  exp: () => (x) => x.exp(),
  tanh: () => (x) => x.tanh(),
  gelu: () => (x) => F.gelu(x),
  silu: () => (x) => F.silu(x),
  dropout: () => (x) => F.dropout(x, 0.3, true),
  clamp: () => (x) => x.clamp(-1, 1),
  square: () => (x) => x.pow(2),
  log: () => (x) => x.abs().log(),
  sin: () => (x) => x.sin(),
  greater: () => (x) => x.gt(0),
  where: () => (x) => where(x.gt(0), x, x.neg()),
  maskedFill: () => (x) => x.maskedFill(x.gt(0), 0),
  addRow: ({ columns }) => {
    const row = vector(columns, 3);
    return (x) => x.add(row);
  },
  subColumn: ({ rows }) => {
    const column = vector(rows, 3).reshape(rows, 1);
    return (x) => x.sub(column);
  },
  copyTransposed: () => (x) => x.t().contiguous(),
  joinColumns: () => (x) => cat([x, x], 1),
  narrowColumns:
    ({ columns }) =>
    (x) =>
      x.narrow(1, columns / 10, columns / 2).contiguous(),
  selectColumns: ({ columns }) => {
    const index = tensor(integers(columns / 2, 5, columns));
    return (x) => x.indexSelect(1, index);
  },
  gatherColumns: ({ rows, columns }) => {
    const index = tensor(integers(rows * 20, 5, columns), { shape: [rows, 20] });
    return (x) => x.gather(1, index);
  },
  matvec: ({ columns }) => {
    const v = vector(columns, 3);
    return (x) => x.matmul(v);
  },
  cosineSimilarity: ({ rows, columns }) => {
    const other = matrix(rows, columns, 3);
    return (x) => F.cosineSimilarity(x, other, { dim: 1 });
  },
  sum: () => (x) => x.sum(),
  sumRows: () => (x) => x.sum(0),
  sumColumns: () => (x) => x.sum(1),
  meanRows: () => (x) => x.mean(0),
  maxRows: () => (x) => x.max(0).values,
  maxColumns: () => (x) => x.max(1).values,
  argmax: () => (x) => x.argmax(1),
  std: () => (x) => x.std(),
  norm: () => (x) => x.norm(),
  softmax: () => (x) => x.softmax(1),
  cumsum: () => (x) => x.cumsum(1),
  sort: () => (x) => x.sort(1).values,
  topk: () => (x) => x.topk(10, 1).values,
  /** [batch 16, steps 64, heads 8, dim 16], as attention makes its heads. */
  swapHeads: () => (x) => x.reshape(16, 64, 8, 16).transpose(1, 2).contiguous(),
  attention: () => (x) => {
    const heads = x.reshape(16, 8, 64, 32);
    return F.scaledDotProductAttention(heads, heads, heads);
  },
  mse: ({ rows, columns }) => {
    const target = matrix(rows, columns, 3);
    return (x) => F.mseLoss(x, target);
  },
  bceWithLogits: ({ rows, columns }) => {
    const target = matrix(rows, columns, 3).abs();
    return (x) => F.binaryCrossEntropyWithLogits(x, target);
  },
  multiMargin: ({ rows, columns }) => {
    const targets = tensor(integers(rows, 7, columns));
    return (x) => F.multiMarginLoss(x, targets);
  },
  poissonNll: ({ rows, columns }) => {
    const target = matrix(rows, columns, 3, 9).abs();
    return (x) => F.poissonNllLoss(x, target, { full: true });
  },
  softMargin: ({ rows, columns }) => {
    const target = matrix(rows, columns, 3).sign();
    return (x) => F.softMarginLoss(x, target);
  },
  scatterSum: scatters('sum', 1),
  scatterSumRows: scatters('sum', 0),
  scatterProd: scatters('prod', 1),
  scatterMean: scatters('mean', 1),
  scatterAmax: scatters('amax', 1),
  scatterAmaxRows: scatters('amax', 0),
  cumprod: () => (x) => x.mul(0.001).add(1).cumprod(1),
  cumprodRows: () => (x) => x.mul(0.001).add(1).cumprod(0),
  cummax: () => (x) => x.cummax(1).values,
  cummaxRows: () => (x) => x.cummax(0).values,
  uniqueConsecutive: ({ rows, columns }) => {
    const repeated = tensor(integers(rows * columns, 5, 4));
    return () => repeated.uniqueConsecutive();
  },
  uniqueConsecutiveCounts: ({ rows, columns }) => {
    const repeated = tensor(integers(rows * columns, 5, 4));
    return () => repeated.uniqueConsecutive({ returnInverse: true, returnCounts: true })[2];
  },
  bincount: ({ rows, columns }) => {
    const numbers = tensor(integers(rows * columns, 5, 100));
    return () => numbers.bincount();
  },
  bincountMany: ({ rows, columns }) => {
    const numbers = tensor(integers(rows * columns, 5, 100_000));
    return () => numbers.bincount();
  },
  clampTensors: ({ rows, columns }) => {
    const low = matrix(rows, columns, 3).sub(1);
    const high = matrix(rows, columns, 4).add(1);
    return (x) => x.clamp(low, high);
  },
  atan2: ({ rows, columns }) => {
    const other = matrix(rows, columns, 3);
    return (x) => x.atan2(other);
  },
  lgamma: () => (x) => x.lgamma(),
  nansum: () => (x) => x.nansum(),
  nansumRows: () => (x) => x.nansum(0),
  labelSmoothing: crossEntropyWith(() => ({ labelSmoothing: 0.1 })),
  ignoreIndex: crossEntropyWith(() => ({ ignoreIndex: 0 })),
  classWeights: crossEntropyWith((columns) => ({ weight: vector(columns, 4).abs() })),
};

/** Random masks: only the number of values is compared. */
const random = new Set(['dropout']);

const onMatrix: Maker = ({ op, rows, columns, train }) => {
  const apply = onMatrices[op!]({ rows, columns });
  const inputs = cycle((seed) => matrix(rows, columns, seed, 3).requiresGrad_(train === 1));
  if (train === 0) return evaluates(inputs, apply);
  return trains(inputs, apply, ({ data }) => (random.has(op!) ? [data.length] : fingerprint(data)));
};

/** Two matrices as they are stored; `product` transposes what it likes. */
function product(stored: (p: Numbers) => [number[], number[]], multiply: (a: Tensor, b: Tensor) => Tensor): Maker {
  return (p) => {
    const [shapeA, shapeB] = stored(p);
    const fill = (shape: number[], seed: number) =>
      tensor(
        floats(
          shape.reduce((x, y) => x * y),
          seed,
        ),
        { shape },
      );
    const b = fill(shapeB, 99);
    return evaluates(
      cycle((seed) => fill(shapeA, seed)),
      (a) => multiply(a, b),
    );
  };
}

function sequences(batch: number, steps: number, width: number): () => Tensor {
  return cycle((seed) =>
    tensor(floats(batch * steps * width, seed), { shape: [batch, steps, width], requiresGrad: true }),
  );
}

const layers: { readonly [op: string]: Maker } = {
  productOfTransposed: product(
    ({ M, N, K }) => [
      [K, M],
      [K, N],
    ],
    (a, b) => a.t().matmul(b),
  ),
  productWithTransposed: product(
    ({ M, N, K }) => [
      [M, K],
      [N, K],
    ],
    (a, b) => a.matmul(b.t()),
  ),
  batchedProduct: product(
    ({ batch, M, N, K }) => [
      [batch, M, K],
      [batch, K, N],
    ],
    (a, b) => a.matmul(b),
  ),
  linear: ({ batch, input, output }) => {
    const layer = new nn.Linear(input, output);
    fillParameters(layer);
    const inputs = cycle((seed) => matrix(batch, input, seed).requiresGrad_());
    return trains(
      inputs,
      (x) => layer.forward(x),
      () => fingerprint(layer.weight.grad!.data),
      layer,
    );
  },
  lstm: ({ input, hidden, layers: numLayers, both, project, batch, steps }) => {
    const lstm = new nn.LSTM(input, hidden, {
      numLayers,
      bidirectional: both === 1,
      projSize: project,
      batchFirst: true,
    });
    fillParameters(lstm);
    return trains(
      sequences(batch, steps, input),
      (x) => lstm.forward(x)[0],
      ({ data }) => fingerprint(data),
      lstm,
    );
  },
  multiheadAttention: ({ dim, heads, batch, steps }) => {
    const attention = new nn.MultiheadAttention(dim, heads, { batchFirst: true });
    fillParameters(attention);
    const inputs = sequences(batch, steps, dim);
    return trains(
      inputs,
      (x) => attention.forward(x, x, x)[0],
      ({ data }) => fingerprint(data),
      attention,
    );
  },
  transformerLayer: ({ dim, heads, batch, steps }) => {
    const layer = new nn.TransformerEncoderLayer(dim, heads, { dimFeedforward: 2 * dim, batchFirst: true, dropout: 0 });
    fillParameters(layer);
    return trains(
      sequences(batch, steps, dim),
      (x) => layer.forward(x),
      ({ data }) => fingerprint(data),
      layer,
    );
  },
  ctcLoss: ({ steps, batch, classes, labels }) => {
    const targets = tensor(integers(batch * labels, 5, classes - 1), { shape: [batch, labels] }).add(1);
    const stepsOfEach = new Int32Array(batch).fill(steps);
    const labelsOfEach = new Int32Array(batch).fill(labels);
    return trains(
      sequences(steps, batch, classes),
      (x) => F.ctcLoss(x.logSoftmax(2), targets, stepsOfEach, labelsOfEach),
      ({ data }) => fingerprint(data),
    );
  },
  clipGradNorm: ({ n }) => {
    const parameter = new nn.Parameter(vector(n, 1));
    parameter.grad = vector(n, 2);
    let norm: Tensor = zeros([]);
    return {
      run: () => {
        norm = nn.utils.clipGradNorm_([parameter], 1e9);
      },
      result: () => [norm.item()],
    };
  },
};

/** The loss of a projection with its gradients; `how`: in chunks, or through all logits. */
export const stepProjection: Maker = ({ rows, features, classes, how }) => {
  const layer = new nn.Linear(features, classes);
  fillParameters(layer);
  const inputs = cycle((seed) => matrix(rows, features, seed).requiresGrad_());
  const targets = cycle((seed) => tensor(integers(rows, seed, classes)));
  const { weight, bias } = layer;
  return trains(
    inputs,
    (x) =>
      how === 'chunked'
        ? F.linearCrossEntropy(x, weight, targets(), { linearBias: bias })
        : F.crossEntropy(layer.forward(x), targets()),
    () => fingerprint(weight.grad!.data),
    layer,
  );
};

/** An operation of operations.ts: on matrices, or with sizes of its own. */
export const operation: Maker = (p) => (p.op! in onMatrices ? onMatrix(p) : layers[p.op!](p));
