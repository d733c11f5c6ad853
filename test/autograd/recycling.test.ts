import { describe, expect, it } from 'vitest';
import { autograd, full, nn, noGrad, optim, type Tensor, tensor } from '../../lib/index.js';

/** Sizes on both sides of the pool's threshold: every backward below takes what the ones before gave back. */
const sizes = [2, 3000, 40_000];

function leaf(n: number, value: number): Tensor {
  return tensor(new Float64Array(n).fill(value), { requiresGrad: true });
}

/** Functions of x through which gradients meet, part and share memory; and their derivatives. */
const graphs: { name: string; f: (x: Tensor) => Tensor; slope: (x: number) => number }[] = [
  { name: 'one gradient for two inputs', f: (x) => x.add(x), slope: () => 2 },
  { name: 'the same through three', f: (x) => x.add(x).add(x.mul(x)), slope: (x) => 2 + 2 * x },
  {
    name: 'a sum on its way that another path reads',
    f: (x) => {
      const y = x.add(0);
      return y.add(x).mul(y);
    },
    slope: (x) => 4 * x,
  },
  { name: 'views', f: (x) => x.view(-1, 1).squeeze(1).unsqueeze(0).expand(3, x.numel).mul(x), slope: (x) => 6 * x },
  {
    name: 'views of one gradient, which meet again',
    f: (x) => {
      const y = x.mul(2);
      return y.view(1, -1).add(y.flip(0).flip(0).unsqueeze(0)).mul(x);
    },
    slope: (x) => 8 * x,
  },
  {
    name: 'a gradient that is copied on its way',
    f: (x) => x.mul(1).exp().add(x.neg()),
    slope: (x) => Math.exp(x) - 1,
  },
];

describe('memory of gradients on their way', () => {
  it.each(graphs)('$name', ({ f, slope }) => {
    const kept: { grad: Tensor; expected: number }[] = [];
    for (let round = 0; round < 12; round++) {
      for (const n of sizes) {
        const value = 0.25 + round / 8;
        const x = leaf(n, value);
        const y = f(x);
        y.sum().backward();
        kept.push({ grad: x.grad!, expected: slope(value) });
        // A second backward, through the same leaf, while the first gradient is in use.
        f(x).sum().backward();
        expect(x.grad!.at(n - 1)).toBeCloseTo(2 * slope(value), 9);
        kept[kept.length - 1].expected *= 2;
      }
    }
    for (const { grad, expected } of kept) {
      for (const value of grad.data) if (Math.abs(value - expected) > 1e-9) expect(value).toBe(expected);
    }
  });

  it('of non-leaves that keep theirs, and of the gradient that was passed in', () => {
    const kept: { grad: Tensor; expected: number }[] = [];
    for (let round = 1; round <= 10; round++) {
      const x = leaf(3000, 1);
      const given = tensor(new Float64Array(3000).fill(round));
      const y = x.mul(3);
      y.retainGrad();
      y.add(y).backward(given);
      kept.push({ grad: y.grad!, expected: 2 * round }, { grad: x.grad!, expected: 6 * round });
      kept.push({ grad: given, expected: round });
    }
    for (const { grad, expected } of kept) expect(grad.data.every((v) => v === expected)).toBe(true);
  });

  it('when a graph is kept and runs twice', () => {
    const x = leaf(3000, 2);
    const y = x.mul(x).mul(x).sum();
    y.backward(null, { retainGraph: true });
    leaf(3000, 5).mul(7).sum().backward();
    y.backward();
    expect(x.grad!.data.every((v) => v === 24)).toBe(true);
  });

  it('of tables, whose gradients are rows of other gradients', () => {
    const kept: { grad: Tensor; rows: number[] }[] = [];
    for (let round = 1; round <= 10; round++) {
      const table = new nn.Embedding(300, 64, { dtype: 'float64' });
      const ids = tensor(new Int32Array([5, 7, 5]));
      table.forward(ids).mul(round).sum().backward();
      kept.push({ grad: table.weight.grad!, rows: [0, 2 * round, round] });
      // Other work of the same sizes.
      leaf(3 * 64, 1)
        .mul(2)
        .exp()
        .sum()
        .backward();
    }
    for (const { grad, rows } of kept) {
      expect([grad.at(0), grad.at(5 * 64), grad.at(7 * 64 + 63)]).toEqual(rows);
    }
  });

  it('of leaves that somebody holds when they are cleared', () => {
    const kept: { grad: Tensor; expected: number }[] = [];
    const layer = new nn.Linear(60, 50, { bias: false });
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0 });
    const x = full([1, 60], 1);
    const step = (scale: number) => layer.forward(x).mul(scale).sum().backward();
    for (let round = 1; round <= 8; round++) {
      const clear = [() => layer.zeroGrad(), () => optimizer.zeroGrad(), () => (layer.weight.grad = null)][round % 3];
      step(round);
      kept.push({ grad: layer.weight.grad!, expected: round });
      clear();
      expect(layer.weight.grad).toBeNull();
      step(100); // read by nobody but the optimizer
      optimizer.step();
      clear();
      // A gradient of the user's own: clearing forgets it, no more.
      const own = full([50, 60], -round);
      layer.weight.grad = own;
      step(round);
      kept.push({ grad: own, expected: 0 });
      clear();
    }
    for (const { grad, expected } of kept) expect(grad.data.every((v) => v === expected)).toBe(true);
  });

  it('of a loss that keeps its graph, while others come and go', () => {
    const targets = tensor(new Int32Array(32).map((_, i) => i % 10));
    const inputs = Array.from({ length: 6 }, (_, k) =>
      tensor(
        new Float32Array(320).map((_, i) => Math.sin(i + k)),
        { shape: [32, 10], requiresGrad: true },
      ),
    );
    const loss = (x: Tensor) => nn.functional.crossEntropy(x, targets);
    const expected = inputs.map((x) => {
      loss(x).backward();
      const grad = x.grad!.clone();
      x.grad = null;
      return grad;
    });
    const kept = inputs.map(loss);
    for (const [k, other] of kept.entries()) {
      other.backward(null, { retainGraph: true });
      loss(inputs[(k + 1) % 6]).item();
      noGrad(() => loss(inputs[(k + 2) % 6]));
      other.backward();
      const { grad } = inputs[k];
      for (let i = 0; i < 320; i++) expect(grad!.at(i)).toBeCloseTo(2 * expected[k].at(i), 7);
    }
    const each = nn.functional.crossEntropy(inputs[0], targets, { reduction: 'none' });
    const before = each.clone();
    for (let i = 0; i < 50; i++) loss(inputs[i % 6]).backward();
    expect(each.data).toEqual(before.data);
  });

  it('and of the seed that backward made: nobody shows it', () => {
    const kept: Tensor[] = [];
    for (let i = 0; i < 20; i++) {
      const table = full([3, 1], 1).requiresGrad_();
      const x = full([1], 1).requiresGrad_();
      nn.functional.embedding(1, table, { sparse: true }).backward();
      x.add(0).backward();
      x.backward();
      const [other] = autograd.grad(x.mul(1), x);
      const rows = table.grad as autograd.RowSparse;
      kept.push(rows.values, x.grad!.mul(0.5), other!);
    }
    for (const t of kept) expect(t.item()).toBe(1);
  });

  it('after a walk that failed: the next one starts from nothing', () => {
    const w = leaf(10, 2);
    const y = w.mul(w);
    const broken = y.mul(y).add(w);
    noGrad(() => y.fill_(0));
    expect(() => broken.sum().backward()).toThrow(/changed in place/);
    w.grad = null;
    for (let round = 1; round <= 3; round++) {
      w.mul(w).sum().backward();
      expect(Array.from(w.grad!.data)).toEqual(new Array(10).fill(4 * round));
    }
    expect(autograd.grad(w.mul(3).sum(), w)[0]!.at(0)).toBe(3);
  });

  it('is used again, so that a training step allocates less', () => {
    const layer = new nn.Linear(64, 64);
    const x = tensor(new Float32Array(64 * 64).fill(0.1), { shape: [64, 64] });
    const step = () => {
      layer.zeroGrad();
      layer
        .forward(layer.forward(layer.forward(x)))
        .sum()
        .backward();
    };
    for (let i = 0; i < 5; i++) step();
    const made: number[] = [];
    const Plain = globalThis.ArrayBuffer;
    globalThis.ArrayBuffer = new Proxy(Plain, {
      construct(target, args) {
        if (args[0] > 10_000) made.push(args[0]);
        return Reflect.construct(target, args) as ArrayBuffer;
      },
    });
    try {
      step();
    } finally {
      globalThis.ArrayBuffer = Plain;
    }
    // Twelve without recycling: outputs, the parameter's gradients, and what flows between the layers.
    expect(made.length).toBeLessThanOrEqual(6);
    noGrad(() => expect(layer.weight.grad!.sum().item()).not.toBeNaN());
  });
});
