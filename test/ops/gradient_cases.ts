import { nn, ones, type Tensor, tensor } from '../../lib/index.js';

/** One op: what it computes of its inputs, and the inputs' shapes and domains to check its gradient at. */
export interface GradientCase {
  /** The Tensor method or functional that it checks. */
  op: string;
  detail?: string;
  run: (...inputs: Tensor[]) => Tensor | Tensor[];
  /** Shapes of the inputs, for each variant. */
  shapes: number[][][];
  /** The values lie between these; default ±2. */
  domain?: [number, number];
}

/**
 * Values that differ from each other and keep their distance from whole and half numbers, where some functions have
 * kinks or steps.
 */
export function smoothValues(count: number, seed: number, [low, high]: [number, number]): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const fraction = ((i + 1) * 0.6180339887498949 + seed * 0.3247179572447461) % 1;
    const value = low + (high - low) * fraction;
    const away = value * 2 - Math.round(value * 2);
    return Math.abs(away) < 0.02 ? value + 0.02 : value;
  });
}

/** Lengths around the widths of all vectors of doubles (2, 4, 8), empty and prime ones included. */
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17, 19];
const vectors = LENGTHS.map((n) => [[n]]);
const matrices = [
  [3, 5],
  [1, 9],
  [7, 1],
  [4, 4],
  [2, 0],
  [2, 3, 4],
].map((shape) => [shape]);
const oneInput = [[[]], ...vectors, ...matrices];
const pairs: number[][][] = [
  ...LENGTHS.map((n) => [[n], [n]]),
  [[3, 5], [5]],
  [[5], [3, 5]],
  [
    [3, 1],
    [1, 9],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[], [7]],
  [[7], []],
  [[4, 0], [1]],
  [
    [17, 1],
    [17, 1],
  ],
];
const triples = [...LENGTHS.map((n) => [[n], [n], [n]]), [[3, 5], [5], [3, 1]], [[1], [2, 3], []]];
/** Shapes with something in every dimension, for ops along one. */
const stacks = [[[5]], [[1]], [[9]], [[3, 5]], [[1, 8]], [[4, 1]], [[2, 3, 4]], [[17, 2]], [[2, 9, 2]]];

const indices = (...values: number[]) => tensor(Int32Array.from(values));
/** A bool mask of the input's shape with a bit of everything. */
function maskOf(x: Tensor): Tensor {
  return tensor(
    Uint8Array.from({ length: x.numel }, (_, i) => ((i * 7) % 3) & 1),
    { shape: x.shape },
  ).to('bool');
}
/** A table of indices below `size`, duplicates included. */
function tableOf(shape: readonly number[], size: number): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Int32Array.from({ length: count }, (_, i) => (i * 5 + 3) % size),
    { shape },
  );
}

const cases: GradientCase[] = [];
type Method = (...args: unknown[]) => Tensor;
const method = (x: Tensor, name: string, ...args: unknown[]) => (x as unknown as Record<string, Method>)[name](...args);

const elementwise: [domain: [number, number], names: string][] = [
  [
    [-2.3, 2.3],
    'abs atan ceil clone contiguous cos cosh exp erf expm1 floor neg relu round sigmoid sign sin sinh square tanh trunc',
  ],
  [[0.2, 2.3], 'log log10 log1p log2 reciprocal rsqrt sqrt'],
  [[-0.9, 0.9], 'acos asin'],
  [[-1.2, 1.2], 'tan'],
];
for (const [domain, names] of elementwise) {
  for (const op of names.split(' ')) cases.push({ op, run: (x) => method(x, op), shapes: oneInput, domain });
}

const { functional: F } = nn;
const activations: [op: string, run: (x: Tensor) => Tensor, detail?: string][] = [
  ['celu', (x) => F.celu(x, 0.6)],
  ['elu', (x) => F.elu(x)],
  ['elu', (x) => F.elu(x, 0.7), 'alpha 0.7'],
  ['gelu', (x) => F.gelu(x)],
  ['gelu', (x) => F.gelu(x, { approximate: 'tanh' }), 'tanh'],
  ['hardshrink', (x) => F.hardshrink(x, 0.7)],
  ['hardsigmoid', (x) => F.hardsigmoid(x.mul(2))],
  ['hardswish', (x) => F.hardswish(x.mul(2))],
  ['hardtanh', (x) => F.hardtanh(x, -0.7, 1.2)],
  ['leakyRelu', (x) => F.leakyRelu(x, 0.3)],
  ['logSigmoid', (x) => F.logSigmoid(x)],
  ['mish', (x) => F.mish(x)],
  ['relu6', (x) => F.relu6(x.mul(4))],
  ['selu', (x) => F.selu(x)],
  ['silu', (x) => F.silu(x)],
  ['softmin', (x) => F.softmin(x, -1)],
  ['softplus', (x) => F.softplus(x)],
  ['softplus', (x) => F.softplus(x, { beta: 2, threshold: 1 }), 'beta 2, threshold 1'],
  ['softshrink', (x) => F.softshrink(x, 0.7)],
  ['softsign', (x) => F.softsign(x)],
  ['tanhshrink', (x) => F.tanhshrink(x)],
  ['threshold', (x) => F.threshold(x, 0.3, -1)],
];
for (const [op, run, detail] of activations) cases.push({ op, detail, run, shapes: oneInput });

const binaries: [op: string, run: (a: Tensor, b: Tensor) => Tensor, domain?: [number, number], detail?: string][] = [
  ['add', (a, b) => a.add(b)],
  ['add', (a, b) => a.add(b, { alpha: -1.5 }), undefined, 'alpha -1.5'],
  ['sub', (a, b) => a.sub(b)],
  ['mul', (a, b) => a.mul(b)],
  ['div', (a, b) => a.div(b), [0.3, 2]],
  ['pow', (a, b) => a.pow(b), [0.3, 2]],
  ['maximum', (a, b) => a.maximum(b)],
  ['minimum', (a, b) => a.minimum(b)],
  ['remainder', (a, b) => a.mul(3).remainder(b), [0.9, 1.4]],
  ['fmod', (a, b) => a.mul(3).fmod(b), [0.9, 1.4]],
  ['where', (a, b) => a.where(maskOf(a), b)],
];
for (const [op, run, domain, detail] of binaries) cases.push({ op, detail, run, shapes: pairs, domain });
for (const exponent of [2, 3, -1.5, 0.5, 0, 1]) {
  cases.push({
    op: 'pow',
    detail: `exponent ${exponent}`,
    run: (x) => x.pow(exponent),
    shapes: vectors,
    domain: [0.3, 2],
  });
}
cases.push(
  { op: 'div', detail: 'by a number', run: (x) => x.div(3).sub(2).mul(1.5).add(4), shapes: vectors },
  { op: 'clamp', run: (x) => x.clamp(-0.7, 1.2), shapes: oneInput },
  { op: 'clamp', detail: 'one side', run: (x) => x.clamp(null, 0.3), shapes: vectors },
  { op: 'maskedFill', run: (x) => x.maskedFill(maskOf(x), 5), shapes: oneInput },
  { op: 'maskedSelect', run: (x) => x.maskedSelect(maskOf(x)), shapes: oneInput },
  { op: 'addcmul', run: (x, a, b) => x.addcmul(a, b, { value: 0.7 }), shapes: triples },
  { op: 'addcdiv', run: (x, a, b) => x.addcdiv(a, b, { value: 0.7 }), shapes: triples, domain: [0.4, 2] },
  { op: 'lerp', run: (x, a, b) => x.lerp(a, b), shapes: triples },
  { op: 'dropout', run: (x) => F.dropout(x, 0.4, false), shapes: vectors },
);

const reductions: [op: string, run: (x: Tensor) => Tensor, detail?: string][] = [
  ['sum', (x) => x.sum()],
  ['sum', (x) => x.sum(-1), 'dim -1'],
  ['sum', (x) => x.sum(0, { keepdim: true }), 'dim 0, keepdim'],
  ['mean', (x) => x.mean()],
  ['mean', (x) => x.mean(-1, { keepdim: true }), 'dim -1, keepdim'],
  ['mean', (x) => x.mean(0), 'dim 0'],
  ['prod', (x) => x.prod()],
  ['prod', (x) => x.prod(-1), 'dim -1'],
  ['var', (x) => x.var(null as never, { correction: 0 })],
  ['var', (x) => x.var(-1, { correction: 0, keepdim: true }), 'dim -1'],
  ['std', (x) => x.std(0, { correction: -1 }), 'dim 0'],
  ['norm', (x) => x.norm()],
  ['norm', (x) => x.norm(1, 0), 'p 1'],
  ['norm', (x) => x.norm(3, -1, { keepdim: true }), 'p 3'],
  ['norm', (x) => x.norm(Number.POSITIVE_INFINITY, -1), 'p ∞'],
  ['norm', (x) => x.norm(0.5, -1), 'p 0.5'],
  ['max', (x) => x.max()],
  ['max', (x) => x.max(-1).values, 'dim -1'],
  ['max', (x) => x.max(0, { keepdim: true }).values, 'dim 0, keepdim'],
  ['min', (x) => x.min()],
  ['min', (x) => x.min(0).values, 'dim 0'],
  ['cumsum', (x) => x.cumsum(-1)],
  ['cumsum', (x) => x.cumsum(0), 'dim 0'],
  ['sort', (x) => x.sort().values],
  ['sort', (x) => x.sort(0, { descending: true }).values, 'descending'],
  ['topk', (x) => x.topk(1).values],
  ['topk', (x) => x.topk(x.shape[0], 0, { largest: false }).values, 'smallest'],
  ['softmax', (x) => x.softmax(-1)],
  ['softmax', (x) => x.softmax(0), 'dim 0'],
  ['logSoftmax', (x) => x.logSoftmax(-1)],
  ['logSoftmax', (x) => x.logSoftmax(0), 'dim 0'],
];
for (const [op, run, detail] of reductions) cases.push({ op, detail, run, shapes: stacks });

const rearrangements: [op: string, run: (x: Tensor) => Tensor | Tensor[], shapes?: number[][][]][] = [
  ['reshape', (x) => x.reshape(-1)],
  ['view', (x) => x.view([...x.shape].reverse())],
  ['viewAs', (x) => x.contiguous().viewAs(ones([x.numel]))],
  ['flatten', (x) => x.flatten()],
  ['unflatten', (x) => x.unflatten(-1, [1, -1])],
  ['permute', (x) => x.permute([...x.shape.keys()].reverse())],
  ['transpose', (x) => x.transpose(0, -1)],
  ['t', (x) => x.t(), [[[5]], [[3, 5]], [[1, 8]], [[9, 4]]]],
  ['T', (x) => x.T],
  ['H', (x) => x.H, [[[3, 5]], [[1, 8]]]],
  ['mT', (x) => x.mT, [[[3, 5]], [[2, 3, 4]]]],
  ['mH', (x) => x.mH, [[[3, 5]], [[2, 3, 4]]]],
  ['squeeze', (x) => x.squeeze()],
  ['unsqueeze', (x) => x.unsqueeze(-1)],
  ['select', (x) => x.select(0, -1)],
  ['select', (x) => x.select(-1, 0)],
  ['narrow', (x) => x.narrow(-1, x.shape.at(-1)! - 1, 1)],
  ['slice', (x) => x.slice(0, 0, null, 2)],
  ['slice', (x) => x.slice(-1, -3, 7)],
  ['expand', (x) => x.unsqueeze(0).expand(3, ...x.shape)],
  ['expandAs', (x) => x.unsqueeze(-1).expandAs(ones([...x.shape, 4]))],
  ['repeat', (x) => x.repeat(2, ...x.shape.map(() => 2))],
  ['split', (x) => x.split(2)],
  ['chunk', (x) => x.chunk(2, -1)],
  ['unbind', (x) => x.unbind(-1)],
  ['diagonal', (x) => x.diagonal(1), [[[3, 5]], [[4, 4]], [[5, 3]], [[2, 9]]]],
  ['flip', (x) => x.flip([0, -1].slice(0, x.ndim))],
  ['roll', (x) => x.roll(2, -1)],
  ['index', (x) => x.index(null, indices(0, 0))],
  ['index', (x) => x.index([0, null, 2])],
  ['index', (x) => x.index(tableOf([3, 2], x.shape[0]))],
  ['index', (x) => x.index(maskOf(x))],
  ['indexSelect', (x) => x.indexSelect(0, tableOf([6], x.shape[0]))],
  ['indexSelect', (x) => x.indexSelect(-1, tableOf([9], x.shape.at(-1)!))],
  ['gather', (x) => x.gather(-1, tableOf([...x.shape.slice(0, -1), 7], x.shape.at(-1)!))],
  ['gather', (x) => x.gather(0, tableOf(x.shape, x.shape[0]))],
];
for (const [op, run, shapes = stacks] of rearrangements) cases.push({ op, run, shapes });
cases.push({ op: 'double', run: (x) => x.double().typeAs(x).mul(2), shapes: vectors });

const scattered = stacks.map(([shape]) => [shape, shape]);
const rows = stacks.map(([shape]) => [shape, [4, ...shape.slice(1)]]);
cases.push(
  // A place that is written twice has no gradient to speak of, so each index occurs once.
  { op: 'scatter', run: (x, y) => x.scatter(0, rowsOf(x, true), y), shapes: scattered },
  { op: 'scatter', detail: 'a number', run: (x) => x.scatter(0, rowsOf(x, true).slice(0, 0, 1), 3), shapes: stacks },
  { op: 'scatterAdd', run: (x, y) => x.scatterAdd(0, rowsOf(x, false), y), shapes: scattered },
  { op: 'indexAdd', run: (x, y) => x.indexAdd(0, tableOf([4], x.shape[0]), y), shapes: rows },
);
/** Row numbers for every element: reversed, so that each occurs once a column, or with duplicates. */
function rowsOf(x: Tensor, once: boolean): Tensor {
  const n = x.shape[0];
  const width = x.numel / n;
  const place = (i: number) => (once ? n - 1 - Math.floor(i / width) : (i * 3) % n);
  return tensor(
    Int32Array.from({ length: x.numel }, (_, i) => place(i)),
    { shape: x.shape },
  );
}

const sizes = [
  [1, 1, 1],
  [2, 3, 4],
  [1, 8, 5],
  [3, 1, 9],
  [5, 7, 1],
  [4, 4, 4],
  [7, 9, 8],
  [0, 3, 2],
  [2, 0, 3],
  [17, 2, 3],
];
cases.push(
  {
    op: 'mm',
    run: (a, b) => a.mm(b),
    shapes: sizes.map(([m, k, n]) => [
      [m, k],
      [k, n],
    ]),
  },
  {
    op: 'mm',
    detail: 'transposed',
    run: (a, b) => a.t().mm(b.t()),
    shapes: sizes.map(([m, k, n]) => [
      [k, m],
      [n, k],
    ]),
  },
  {
    op: 'bmm',
    run: (a, b) => a.bmm(b),
    shapes: sizes.map(([m, k, n]) => [
      [2, m, k],
      [2, k, n],
    ]),
  },
  { op: 'mv', run: (a, b) => a.mv(b), shapes: sizes.map(([m, k]) => [[m, k], [k]]) },
  { op: 'dot', run: (a, b) => a.dot(b), shapes: LENGTHS.map((n) => [[n], [n]]) },
  {
    op: 'matmul',
    run: (a, b) => a.matmul(b),
    shapes: [
      ...sizes.map(([m, k, n]) => [
        [m, k],
        [k, n],
      ]),
      [[5], [5]],
      [[5], [5, 3]],
      [[3, 5], [5]],
      [
        [2, 3, 5],
        [5, 4],
      ],
      [
        [3, 5],
        [2, 5, 4],
      ],
      [
        [2, 1, 3, 2],
        [3, 2, 4],
      ],
      [[4], [2, 4, 3]],
    ],
  },
  {
    op: 'addmm',
    run: (x, a, b) => x.addmm(a, b, { beta: 0.5, alpha: 2 }),
    shapes: sizes.flatMap(([m, k, n]) => [
      [
        [m, n],
        [m, k],
        [k, n],
      ],
      [[n], [m, k], [k, n]],
    ]),
  },
  {
    op: 'linear',
    run: (x, w, b) => F.linear(x, w, b),
    shapes: sizes.flatMap(([m, k, n]) => [
      [[m, k], [n, k], [n]],
      [[2, m, k], [n, k], [n]],
    ]),
  },
);

const attended: number[][][] = [
  [
    [1, 1, 3],
    [1, 1, 3],
    [1, 1, 2],
  ],
  [
    [2, 3, 4],
    [2, 5, 4],
    [2, 5, 9],
  ],
  [
    [1, 2, 7, 8],
    [1, 2, 7, 8],
    [1, 2, 7, 8],
  ],
  [
    [5, 1],
    [9, 1],
    [9, 1],
  ],
];
cases.push(
  { op: 'layerNorm', run: (x, w, b) => F.layerNorm(x, w.shape, { weight: w, bias: b }), shapes: normalized(2) },
  { op: 'rmsNorm', run: (x, w) => F.rmsNorm(x, w.shape, { weight: w, eps: 1e-5 }), shapes: normalized(1) },
  { op: 'scaledDotProductAttention', run: (q, k, v) => F.scaledDotProductAttention(q, k, v), shapes: attended },
  {
    op: 'scaledDotProductAttention',
    detail: 'causal',
    run: (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true, scale: 0.3 }),
    shapes: attended,
  },
);
/** An input whose last dimension is normalised, with as many affine parameters. */
function normalized(affine: number): number[][][] {
  return LENGTHS.filter((n) => n > 1).map((n) => [[2, n], ...new Array<number[]>(affine).fill([n])]);
}

export const gradientCases: readonly GradientCase[] = cases;
