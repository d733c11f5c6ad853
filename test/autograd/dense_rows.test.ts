import { describe, expect, it } from 'vitest';
import { DenseRows } from '../../lib/autograd/dense_rows.js';
import { autograd, nn, ones, optim, type RowSparse, randint, randn, type Tensor, tensor } from '../../lib/index.js';

const { embedding } = nn.functional;
const [ROWS, DIM] = [300, 67]; // large enough for the gradient to be kept by its rows

function setup() {
  const weight = randn([ROWS, DIM]).requiresGrad_();
  const ids = randint(0, ROWS, [20, 5]);
  const factors = randn([20, 5, DIM]);
  embedding(ids, weight).mul(factors).sum().backward();
  return { weight, ids, factors };
}

/** The gradient that a lookup's definition gives. */
function expected(ids: Tensor, factors: Tensor, padding = -1): Float32Array {
  const out = new Float32Array(ROWS * DIM);
  for (const [i, id] of (ids.data as Int32Array).entries()) {
    if (id === padding) continue;
    for (let j = 0; j < DIM; j++) out[id * DIM + j] += factors.data[i * DIM + j];
  }
  return out;
}

describe('a dense gradient known by its rows', () => {
  it('reads as the dense gradient', () => {
    const { weight, ids, factors } = setup();
    const grad = weight.grad as DenseRows;
    expect(grad).toBeInstanceOf(DenseRows);
    expect(grad.isPending).toBe(true);
    expect([grad.isSparse, grad.shape, grad.dtype]).toEqual([false, [ROWS, DIM], 'float32']);
    expect(grad.data).toEqual(expected(ids, factors));
    expect(grad.isPending).toBe(false);
  });

  it('can be an operand of any operation', () => {
    const { weight, ids, factors } = setup();
    const dense = tensor(expected(ids, factors), { shape: [ROWS, DIM] });
    expect(weight.mul(weight.grad!).data).toEqual(weight.mul(dense).data);
    const again = setup();
    const plain = tensor(expected(again.ids, again.factors), { shape: [ROWS, DIM] });
    expect(again.weight.grad!.add(again.weight).data).toEqual(plain.add(again.weight).data);
    const third = setup();
    third.weight.grad!.mul_(2);
    expect((third.weight.grad!.data as Float32Array)[5]).toBe(2 * expected(third.ids, third.factors)[5]);
  });

  it('leaves the padding row out', () => {
    const weight = randn([ROWS, DIM]).requiresGrad_();
    const ids = tensor([7, 3, 7, 299], { dtype: 'int32' });
    const factors = randn([4, DIM]);
    embedding(ids, weight, { paddingIdx: 7 }).mul(factors).sum().backward();
    expect(weight.grad!.data).toEqual(expected(ids, factors, 7));
  });

  it('adds up: over backward passes, over lookups of one graph, with dense and sparse gradients', () => {
    const { weight, ids, factors } = setup();
    embedding(ids, weight).mul(factors).sum().backward();
    expect((weight.grad as DenseRows).isPending).toBe(true);
    const twice = expected(ids, factors).map((x) => 2 * x);
    for (const [i, x] of (weight.grad!.data as Float32Array).entries()) expect(x).toBeCloseTo(twice[i], 4);
    weight.grad = null;
    const both = embedding(ids, weight).mul(factors).sum().add(embedding(ids, weight).mul(factors).sum());
    both.backward();
    for (const [i, x] of (weight.grad!.data as Float32Array).entries()) expect(x).toBeCloseTo(twice[i], 4);
    weight.grad = null;
    embedding(ids, weight).mul(factors).sum().backward();
    weight.sum().backward();
    const plusOne = expected(ids, factors).map((x) => x + 1);
    expect(weight.grad!.data).toEqual(plusOne);
    weight.grad = null;
    embedding(ids, weight).mul(factors).sum().backward();
    embedding(ids, weight, { sparse: true }).mul(factors).sum().backward();
    for (const [i, x] of (weight.grad!.data as Float32Array).entries()) expect(x).toBeCloseTo(twice[i], 4);
  });

  it('becomes dense when more rows are named than there are', () => {
    const { weight, ids, factors } = setup();
    for (let i = 0; i < 4; i++) embedding(ids, weight).mul(factors).sum().backward();
    const five = expected(ids, factors).map((x) => 5 * x);
    for (const [i, x] of (weight.grad!.data as Float32Array).entries()) expect(x).toBeCloseTo(five[i], 3);
  });

  it('does not change with what it was made from', () => {
    const weight = randn([ROWS, DIM]).requiresGrad_();
    const bias = randn([100, DIM]).requiresGrad_();
    const ids = randint(0, ROWS, [100]);
    const before = Int32Array.from(ids.data);
    const factors = randn([100, DIM]);
    embedding(ids, weight).add(bias).mul(factors).sum().backward();
    ids.data.fill(0);
    bias.grad!.fill_(9); // the same numbers as the rows of weight.grad, once
    factors.fill_(9);
    const kept = bias.grad!;
    expect(kept.data[0]).toBe(9);
    const sums = weight.grad!.data;
    expect((sums as Float32Array).includes(9)).toBe(false);
    expect((sums as Float32Array).subarray(before[0] * DIM, before[0] * DIM + 3).every((x) => x !== 0)).toBe(true);
  });

  it('is written out when it is asked for by name', () => {
    const { weight, ids, factors } = setup();
    const [gradient] = autograd.grad(embedding(ids, weight).mul(factors).sum(), weight);
    expect((gradient as DenseRows).isPending).toBe(false);
    expect(gradient!.data).toEqual(expected(ids, factors));
  });
});

describe('a gradient that repeats rows', () => {
  const reductions: { [name: string]: (x: Tensor) => Tensor } = {
    'the last token dimension': (x) => x.mean(1),
    'the first token dimension': (x) => x.sum(0),
    'both token dimensions': (x) => x.mean([0, 1]),
    'one of three': (x) => x.sum(1),
    'the first and last of three': (x) => x.sum([0, 2]),
  };
  for (const [name, reduce] of Object.entries(reductions)) {
    for (const options of [{}, { sparse: true }, { paddingIdx: 7 }, { paddingIdx: 7, sparse: true }]) {
      it(`is right, and not written out: ${name}, ${JSON.stringify(options)}`, () => {
        const weight = randn([ROWS, DIM]).requiresGrad_();
        const plain = weight.detach().clone().requiresGrad_();
        const ids = randint(0, ROWS, name.includes('three') ? [4, 5, 5] : [20, 5]);
        ids.data[3] = 7;
        const reduced = reduce(embedding(ids, weight, options));
        const factors = randn(reduced.shape);
        reduced.mul(factors).sum().backward();
        // The same through a contiguous gradient: a product with ones writes it out.
        const rows = embedding(ids, plain, options);
        reduce(rows.mul(ones(rows.shape)))
          .mul(factors)
          .sum()
          .backward();
        const grad = weight.grad as DenseRows | RowSparse;
        expect(grad.rowList.base.shape[0]).toBeLessThan(grad.indices.numel);
        const other = plain.grad as DenseRows | RowSparse;
        expect(grad.indices.data).toEqual(other.indices.data);
        expect(grad.values.data).toEqual(other.values.data);
        expect(grad.values.shape).toEqual([grad.indices.numel, DIM]);
      });
    }
  }

  it('does not change with what it was made from', () => {
    const weight = randn([ROWS, DIM]).requiresGrad_();
    const bias = randn([20, DIM]).requiresGrad_();
    embedding(randint(0, ROWS, [20, 5]), weight)
      .sum(1)
      .add(bias)
      .mul(ones([20, DIM]))
      .sum()
      .backward();
    bias.grad!.fill_(9);
    expect((weight.grad!.data as Float32Array).includes(9)).toBe(false);
    expect(weight.grad!.sum().item()).toBe(100 * DIM);
  });
});

describe('optimizers and clipping', () => {
  const makers: { [name: string]: (p: Tensor[]) => optim.Optimizer } = {
    SGD: (p) => new optim.SGD(p, { lr: 0.1 }),
    'SGD with weight decay': (p) => new optim.SGD(p, { lr: 0.1, weightDecay: 0.1 }),
    'SGD with momentum': (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.1 }),
    Adam: (p) => new optim.Adam(p, { lr: 0.1, amsgrad: true }),
    AdamW: (p) => new optim.AdamW(p, { lr: 0.1 }),
    Adagrad: (p) => new optim.Adagrad(p, { lr: 0.1 }),
    'Adagrad with weight decay': (p) => new optim.Adagrad(p, { lr: 0.1, weightDecay: 0.1 }),
    RMSprop: (p) => new optim.RMSprop(p, { lr: 0.1, momentum: 0.5, centered: true }),
  };
  for (const [name, make] of Object.entries(makers)) {
    it(`${name} does with the rows what it does with the dense gradient, to the bit`, () => {
      const start = randn([ROWS, DIM]);
      const batches = [1, 2, 3].map(() => ({ ids: randint(0, ROWS, [60]), factors: randn([60, DIM]) }));
      const [byRows, dense] = [false, true].map((written) => {
        const weight = start.clone().requiresGrad_();
        const optimizer = make([weight]);
        for (const { ids, factors } of batches) {
          optimizer.zeroGrad();
          embedding(ids, weight).mul(factors).sum().backward();
          if (written) expect(weight.grad!.data.length).toBe(ROWS * DIM);
          optimizer.step();
          expect((weight.grad as DenseRows).isPending).toBe(!written);
        }
        return weight.data;
      });
      expect(byRows).toEqual(dense);
    });
  }

  it('clipping scales the sums', () => {
    const { weight, ids, factors } = setup();
    const dense = tensor(expected(ids, factors), { shape: [ROWS, DIM] });
    const other = randn([ROWS, DIM]).requiresGrad_();
    other.grad = dense;
    const norms = [weight, other].map((p) => nn.utils.clipGradNorm_([p], 1).item());
    expect(norms[0]).toBeCloseTo(norms[1], 3);
    expect((weight.grad as DenseRows).isPending).toBe(true);
    nn.utils.clipGradValue_([weight, other], 0.01);
    for (const [i, x] of (weight.grad!.data as Float32Array).entries()) expect(x).toBeCloseTo(dense.data[i], 6);
  });
});

describe('the memory of a gradient known by its rows', () => {
  it('is not that of another leaf, which gets a view of it', () => {
    // The table and its flat double get the same gradient: one as its rows, the other as a view of them.
    const flat = randn([ROWS * DIM]).requiresGrad_();
    const table = randn([ROWS, DIM]).requiresGrad_();
    const ids = randint(0, ROWS, [40]);
    for (const first of [flat, table]) {
      const other = first === flat ? table : flat;
      const sum = first.view(ROWS, DIM).add(other.view(ROWS, DIM));
      flat.grad = null;
      table.grad = null;
      embedding(ids, sum).sum().backward();
      const before = flat.grad!.clone();
      table.grad!.mul_(3);
      expect(flat.grad!.data).toEqual(before.data);
      expect(table.grad!.data).toEqual(before.mul(3).view(ROWS, DIM).data);
    }
  });

  it('stays with the caller who passed it to backward', () => {
    const { weight } = setup();
    const given = weight.grad!;
    const flat = randn([ROWS * DIM]).requiresGrad_();
    flat.view(ROWS, DIM).backward(given);
    flat.grad!.mul_(2);
    expect(flat.grad!.view(ROWS, DIM).data).toEqual(given.mul(2).data);
  });

  it('is made once for all of its views', () => {
    const { weight, ids, factors } = setup();
    const grad = weight.grad as DenseRows;
    const view = grad.detach();
    expect(grad.isPending).toBe(true);
    view.mul_(2);
    expect(grad.isPending).toBe(false);
    expect(grad.data).toEqual(expected(ids, factors).map((x) => 2 * x));
  });
});
