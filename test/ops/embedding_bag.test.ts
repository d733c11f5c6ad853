import { describe, expect, it } from 'vitest';
import type { DenseRows } from '../../lib/autograd/dense_rows.js';
import {
  ArgumentError,
  autograd,
  DTypeError,
  getNumThreads,
  IndexError,
  nn,
  optim,
  RowSparse,
  randint,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';
import { weightedSum } from '../torch/replay.js';

const { embedding, embeddingBag } = nn.functional;
type Options = nn.functional.EmbeddingBagOptions;

interface BagCase {
  name: string;
  options: Options;
  weight: ArrayFixture;
  input: number[] | number[][];
  offsets: number[] | null;
  perSampleWeights: ArrayFixture | null;
  output: ArrayFixture;
  grads: { weight: ArrayFixture; perSampleWeights: ArrayFixture | null };
  after?: ArrayFixture;
}

describe('embeddingBag, against PyTorch', () => {
  for (const testCase of readFixture<{ cases: BagCase[] }>('embedding_bag').cases) {
    it(testCase.name, () => {
      const weight = toTensor(testCase.weight, { requiresGrad: true });
      const given = testCase.perSampleWeights;
      const perSampleWeights = given === null ? null : toTensor(given, { requiresGrad: true });
      const { offsets, options } = testCase;
      const output = embeddingBag(testCase.input, weight, { ...options, offsets, perSampleWeights });
      expectTensor(output, testCase.output, 'output');
      weightedSum([[0, output]]).backward();
      expectGradient(weight.grad, testCase.grads.weight, 'gradient of weight');
      if (perSampleWeights !== null) {
        expectGradient(perSampleWeights.grad, testCase.grads.perSampleWeights!, 'gradient of perSampleWeights');
      }
      if (testCase.after) expectTensor(weight.detach(), testCase.after, 'table afterwards');
    });
  }
});

/** Around the widths of the vector registers, and primes. */
const dims = [1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 67];
const layouts: [string, number[] | number[][], Options][] = [
  ['2-D', [[3, 0, 3], [2, 1, 0]], {}], // biome-ignore format: bags read best side by side
  ['offsets with an empty bag', [3, 0, 3, 2, 1, 0], { offsets: [0, 2, 2, 5] }],
  ['the last offset given', [3, 0, 3, 2, 1, 0], { offsets: [0, 2, 6], includeLastOffset: true }],
];

describe('embeddingBag gradients, checked by differences', () => {
  for (const [label, input, layout] of layouts) {
    for (const mode of ['sum', 'mean', 'max'] as const) {
      it(`${label}, ${mode}`, () => {
        for (const dim of dims) {
          for (const sparse of mode === 'max' ? [false] : [false, true]) {
            const bags = (w: Tensor) => embeddingBag(input, w, { ...layout, mode, sparse });
            expect(autograd.gradcheck(bags, [leaf(5, dim)])).toBe(true);
          }
        }
      });
    }
    it(`${label}, with weights`, () => {
      for (const dim of dims) {
        const shape = Array.isArray(input[0]) ? [2, 3] : [6];
        const weights = randn(shape, { dtype: 'float64', requiresGrad: true });
        const bags = (w: Tensor, p: Tensor) => embeddingBag(input, w, { ...layout, mode: 'sum', perSampleWeights: p });
        expect(autograd.gradcheck(bags, [leaf(5, dim), weights])).toBe(true);
      }
    });
  }
  it('does not pass a gradient that is wrong', () => {
    const wrong = (w: Tensor) => embeddingBag([[1, 2]], w, { mode: 'sum' }).add(embedding(1, w.detach()));
    expect(() => autograd.gradcheck(wrong, [leaf(4, 3)])).toThrow(/gradcheck/i);
  });
});

describe('embeddingBag', () => {
  it('agrees with lookup and reduction for long bags, whatever their length', () => {
    for (const length of [1, 7, 8, 9, 16, 23]) {
      for (const dim of dims) {
        const weight = randn([40, dim], { dtype: 'float64' });
        const ids = randint(0, 40, [5, length]);
        const rows = embedding(ids, weight);
        const expected = { sum: rows.sum(1), mean: rows.mean(1) };
        for (const mode of ['sum', 'mean'] as const) {
          expect(embeddingBag(ids, weight, { mode }).sub(expected[mode]).abs().max().item()).toBeLessThan(1e-12);
        }
      }
    }
  });

  it('has the same bits for any number of threads', () => {
    const threads = getNumThreads();
    const ids = randint(0, 3000, [300, 40]);
    const start = randn([3000, 64]);
    const factors = randn([300, 64]);
    try {
      for (const mode of ['sum', 'mean', 'max'] as const) {
        const [one, three] = [1, 3].map((n) => {
          setNumThreads(n);
          const weight = start.clone().requiresGrad_();
          const out = embeddingBag(ids, weight, { mode });
          out.mul(factors).sum().backward();
          return [out.detach().data, weight.grad!.data];
        });
        expect(three).toEqual(one);
      }
    } finally {
      setNumThreads(threads);
    }
  });

  it('lets a NaN win a maximum as the first token only', () => {
    const weight = tensor([[Number.NaN], [1], [2]]);
    const options: Options = { mode: 'max', offsets: [0, 2] };
    expect(embeddingBag([0, 1, 2, 0, 1], weight, options).tolist()).toEqual([[Number.NaN], [2]]);
  });

  it('refuses what does not fit, and writes nothing', () => {
    const weight = randn([4, 2]);
    const refused: [unknown[], new (...args: never[]) => Error, RegExp][] = [
      [[[[0, 1], [4, 2]]], IndexError, /index 4 at position 2 \(\[1, 0\]\).*4 rows/], // biome-ignore format: one case a line
      [[[1, 2], { offsets: [1] }], ValueError, /offsets must begin with 0, got 1/],
      [[[1, 2], { offsets: [0, 3] }], ValueError, /offset 3 at position 1 is beyond the input of 2 indices/],
      [[[1, 2], { offsets: [0, 2, 1] }], ValueError, /offsets must ascend, got 1 at position 2, after 2/],
      [[[1, 2]], ArgumentError, /1-D input needs offsets/],
      [[[[1, 2]], { offsets: [0] }], ArgumentError, /offsets are for 1-D input/],
      [[[[[1, 2]]]], ShapeError, /one dimension, with offsets, or two/],
      [[[1], { offsets: [[0]] }], ShapeError, /offsets must have one dimension/],
      [[[1], { offsets: [], includeLastOffset: true }], ValueError, /at least one offset/],
      [[[[1]], { mode: 'median' }], ValueError, /mode must be 'sum', 'mean' or 'max', got "median"/],
      [[[[1]], { mode: 'max', sparse: true }], ArgumentError, /'max' does not go with a sparse gradient/],
      [[[[1]], { mode: 'max', scaleGradByFreq: true }], ArgumentError, /'max' does not go with scaleGradByFreq/],
      [[[[1]], { perSampleWeights: [[2]] }], ArgumentError, /perSampleWeights go with mode 'sum' only/],
      [[[[1]], { mode: 'sum', perSampleWeights: [2] }], ShapeError, /input's shape \[1, 1\], got \[1\]/],
      [[[[1]], { mode: 'sum', perSampleWeights: tensor([[2]], { dtype: 'int32' }) }], DTypeError, /must be float32/],
      [[[1, 9], { offsets: [0], maxNorm: 0.1 }], IndexError, /index 9/],
    ];
    const before = weight.tolist();
    for (const [[input, options], kind, message] of refused) {
      const call = () => embeddingBag(input as number[], weight, options as Options);
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    }
    expect(weight.tolist()).toEqual(before);
  });
});

describe('the gradient of a large table', () => {
  const [ROWS, DIM] = [900, 37];
  for (const mode of ['sum', 'mean', 'max'] as const) {
    it(`is known by its rows until somebody looks: ${mode}`, () => {
      const weight = randn([ROWS, DIM]).requiresGrad_();
      const plain = weight.detach().clone().requiresGrad_();
      const ids = randint(0, ROWS, [9, 6]);
      const factors = randn([9, DIM]);
      embeddingBag(ids, weight, { mode }).mul(factors).sum().backward();
      const rows = embedding(ids, plain);
      const reduced = mode === 'max' ? rows.max(1)[0] : mode === 'sum' ? rows.sum(1) : rows.mean(1);
      reduced.mul(factors).sum().backward();
      expect((weight.grad as DenseRows).isPending).toBe(true);
      expect(weight.grad!.sub(plain.grad!).abs().max().item()).toBeLessThan(1e-5);
      expect((weight.grad as DenseRows).isPending).toBe(false);
    });
  }

  const makers: { [name: string]: (p: Tensor[]) => optim.Optimizer } = {
    SGD: (p) => new optim.SGD(p, { lr: 0.1 }),
    'SGD with momentum': (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }),
    Adam: (p) => new optim.Adam(p, { lr: 0.1 }),
    Adagrad: (p) => new optim.Adagrad(p, { lr: 0.1 }),
  };
  for (const [name, make] of Object.entries(makers)) {
    it(`${name} takes rows that share memory as it takes rows written out, to the bit`, () => {
      const start = randn([ROWS, DIM]);
      const batches = [1, 2, 3].map(() => ({ ids: randint(0, ROWS, [9, 6]), factors: randn([9, DIM]) }));
      for (const sparse of [false, true]) {
        const [shared, written] = [false, true].map((looks) => {
          const weight = start.clone().requiresGrad_();
          const optimizer = make([weight]);
          for (const { ids, factors } of batches) {
            optimizer.zeroGrad();
            embeddingBag(ids, weight, { sparse }).mul(factors).sum().backward();
            const grad = weight.grad as DenseRows | RowSparse;
            expect(grad.rowList.isPlain).toBe(false);
            if (looks) expect(grad.values.shape).toEqual([54, DIM]);
            optimizer.step();
          }
          return weight.data;
        });
        expect(shared).toEqual(written);
      }
    });
  }

  it('adds up over backward passes, and is clipped, without being written out', () => {
    const weight = randn([ROWS, DIM]).requiresGrad_();
    const plain = weight.detach().clone().requiresGrad_();
    const ids = randint(0, ROWS, [9, 6]);
    for (let i = 0; i < 2; i++) {
      embeddingBag(ids, weight).sum().backward();
      embedding(ids, plain).mean(1).sum().backward();
    }
    void plain.grad!.data;
    const norms = [weight, plain].map((p) => nn.utils.clipGradNorm_([p], 0.5).item());
    expect(norms[0]).toBeCloseTo(norms[1], 4);
    expect((weight.grad as DenseRows).isPending).toBe(true);
    expect(weight.grad!.sub(plain.grad!).abs().max().item()).toBeLessThan(1e-5);
  });

  it('of a bag that is row-sparse has one row a token, padding left out, and coalesces', () => {
    const weight = randn([6, 2]).requiresGrad_();
    embeddingBag([[1, 3, 1], [0, 0, 3]], weight, { sparse: true, paddingIdx: 0 }).sum().backward(); // biome-ignore format: bags
    const grad = weight.grad as RowSparse;
    expect(grad).toBeInstanceOf(RowSparse);
    expect(grad.indices.tolist()).toEqual([1, 3, 1, 3]);
    const coalesced = grad.coalesce();
    expect(coalesced.indices.tolist()).toEqual([1, 3]);
    expect(coalesced.values.at(0)).toBeCloseTo(2 / 3, 6);
    expect(coalesced.values.at(2)).toBeCloseTo(4 / 3, 6);
    expect(grad.toDense().data).toEqual(coalesced.toDense().data);
  });
});
