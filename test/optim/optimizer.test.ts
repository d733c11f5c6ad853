import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AutogradError,
  DTypeError,
  nn,
  OptionError,
  optim,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { makers, parameter, rows } from './optimizers.js';

describe('row-sparse gradients', () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`${name}: a gradient that names every row does what the dense one does`, () => {
      const start = [
        [1, -2],
        [3, 0.5],
        [-1, 2],
      ];
      const dense = parameter(start);
      const sparse = parameter(start);
      const optimizers = [make([dense]), make([sparse])];
      for (let step = 1; step <= 3; step++) {
        const g = rows(
          [2, 0, 1, 2],
          [
            [1, step],
            [0.5, -1],
            [2, 2],
            [0.25, 3],
          ],
          [3, 2],
        );
        dense.grad = g.toDense();
        sparse.grad = g;
        for (const optimizer of optimizers) optimizer.step();
      }
      for (const [i, x] of (sparse.tolist() as number[][]).flat().entries()) {
        expect(x).toBeCloseTo((dense.tolist() as number[][]).flat()[i], 12);
      }
    });
  }

  for (const name of ['SGD', 'Adam', 'AdamW', 'Adagrad', 'RMSprop', 'NAdam', 'RAdam', 'Adamax', 'Adadelta', 'Rprop']) {
    it(`${name}: rows that are not named stay as they are, to the bit`, () => {
      const p = parameter([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const optimizer = makers[name]([p]);
      for (let step = 0; step < 3; step++) {
        p.grad = rows(
          [1, 1],
          [
            [1, 1],
            [2, 2],
          ],
          [3, 2],
        );
        optimizer.step();
      }
      const [first, second, third] = p.tolist() as number[][];
      expect([first, third]).toEqual([
        [1, 2],
        [5, 6],
      ]);
      expect(second[0]).not.toBe(3);
    });
  }

  it('SGD with momentum moves every row, as PyTorch does', () => {
    const p = parameter([[1], [2]]);
    const optimizer = new optim.SGD([p], { lr: 1, momentum: 0.5 });
    p.grad = rows([0], [[1]], [2, 1]);
    optimizer.step();
    p.grad = rows([1], [[1]], [2, 1]);
    optimizer.step();
    expect(p.tolist()).toEqual([[1 - 1 - 0.5], [2 - 1]]);
  });

  for (const name of ['ASGD', 'Adafactor', 'Muon'] as const) {
    it(`${name} does what the dense gradient with zeros does, to the bit`, () => {
      const start = [
        [1, 2],
        [3, 4],
        [5, 6],
      ];
      const [dense, sparse] = [parameter(start), parameter(start)];
      const optimizers = [dense, sparse].map((p) => new optim[name]([p], { lr: 0.1 }));
      for (let step = 1; step <= 3; step++) {
        const gradient = rows(
          [1, 1],
          [
            [1, step],
            [2, 2],
          ],
          [3, 2],
        );
        dense.grad = gradient.toDense();
        sparse.grad = gradient;
        for (const optimizer of optimizers) optimizer.step();
        expect(sparse.tolist()).toEqual(dense.tolist());
      }
      expect(sparse.tolist()).not.toEqual(start);
      expect(optimizers[1].stateDict()).toEqual(optimizers[0].stateDict());
    });
  }

  it('decay the rows that a sparse gradient names, with momentum every row', () => {
    const step = (optimizer: (p: Tensor[]) => optim.Optimizer) => {
      const p = parameter([[4], [8]]);
      p.grad = rows([0, 0], [[1], [1]], [2, 1]);
      optimizer([p]).step();
      return p.tolist();
    };
    expect(step((p) => new optim.SGD(p, { lr: 1, weightDecay: 0.25 }))).toEqual([[4 - 2 - 1], [8]]);
    expect(step((p) => new optim.SGD(p, { lr: 1, weightDecay: 0.25, maximize: true }))).toEqual([[4 + 2 - 1], [8]]);
    const momentum = { lr: 1, momentum: 0.5, weightDecay: 0.25 };
    expect(step((p) => new optim.SGD(p, momentum))).toEqual([[4 - 2 - 1], [8 - 2]]);
    // Adagrad's first step is lr in the direction of the gradient, decay included: 2 + 0.75 · 4.
    const adagrad = step((p) => new optim.Adagrad(p, { lr: 0.5, weightDecay: 0.75 })) as number[][];
    expect([adagrad[0][0], adagrad[1][0]]).toEqual([expect.closeTo(3.5, 9), 8]);
    const adamw = step((p) => new optim.AdamW(p, { lr: 0.5, weightDecay: 0.5 })) as number[][];
    expect([adamw[0][0], adamw[1][0]]).toEqual([expect.closeTo(4 * 0.75 - 0.5, 7), 8]);
  });

  it('SparseAdam refuses dense gradients before it changes anything', () => {
    const embedding = new nn.Embedding(4, 2, { sparse: true });
    const other = parameter([1, 2]);
    const optimizer = new optim.SparseAdam([embedding.weight, other]);
    const before = embedding.weight.tolist();
    embedding.forward([1]).sum().backward();
    other.grad = tensor([1, 1], { dtype: 'float64' });
    expect(() => optimizer.step()).toThrow(/row-sparse gradients only.*sparse: true/);
    expect(embedding.weight.tolist()).toEqual(before);
  });

  it('names a row that the parameter does not have', () => {
    const p = parameter([[1], [2]]);
    p.grad = rows([0, 7], [[1], [1]], [2, 1]);
    expect(() => new optim.Adam([p]).step()).toThrow(/row 7 at position 1.*2 rows/);
    expect(p.tolist()).toEqual([[1], [2]]);
  });
});

describe('parameters and groups', () => {
  it('take their options from the group, then from the optimizer, then from the defaults', () => {
    const [a, b] = [parameter([1]), parameter([2])];
    const optimizer = new optim.SGD([{ params: [a], lr: 0.5 }, { params: b }], { lr: 0.25, momentum: 0.5 });
    expect(optimizer.paramGroups.map((group) => [group.lr, group.momentum, group.dampening])).toEqual([
      [0.5, 0.5, 0],
      [0.25, 0.5, 0],
    ]);
    a.grad = tensor([1], { dtype: 'float64' });
    b.grad = tensor([1], { dtype: 'float64' });
    optimizer.paramGroups[1].lr = 1;
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 1]);
    const c = parameter([3]);
    optimizer.addParamGroup({ params: c, lr: 0.125 });
    expect(optimizer.paramGroups.length).toBe(3);
  });

  it('come with names, which the groups and their state dicts keep', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
    const optimizer = new optim.Adam(model.namedParameters(), { lr: 0.5 });
    const names = ['0.weight', '0.bias', '1.weight', '1.bias'];
    expect(optimizer.paramGroups[0].paramNames).toEqual(names);
    expect(optimizer.paramGroups[0].params).toEqual([...model.parameters()]);
    const dict = optimizer.stateDict();
    expect(dict.param_groups[0].param_names).toEqual(names);
    // As in PyTorch, loaded names take the place of one's own, and a dict without names leaves them.
    const plain = new optim.Adam(model.parameters());
    plain.loadStateDict(dict);
    expect(plain.paramGroups[0].paramNames).toEqual(names);
    optimizer.loadStateDict(new optim.Adam(model.parameters()).stateDict());
    expect(optimizer.paramGroups[0].paramNames).toEqual(names);
    dict.param_groups[0].param_names = ['a'];
    expect(() => plain.loadStateDict(dict)).toThrow(/param_names: must hold a name for each of the 4 parameters/);
    const groups = new optim.SGD([{ params: [['a', parameter([1])]], lr: 0.5 }, { params: [['b', parameter([1])]] }]);
    expect(groups.paramGroups.map((group) => group.paramNames)).toEqual([['a'], ['b']]);
  });

  it('have names all or none', () => {
    const [a, b] = [parameter([1]), parameter([2])];
    expect(() => new optim.SGD([['a', a], b] as never)).toThrow(/must all have names or none, but params\[1\] is/);
    expect(() => new optim.SGD([{ params: [['a', a]] }, { params: [b] }] as never)).toThrow(
      /the groups before have names for their parameters, this one lacks them/,
    );
    const optimizer = new optim.SGD([a]);
    expect(() => optimizer.addParamGroup({ params: [['b', b]] })).toThrow(/the groups before lack names.*has them/);
    expect(() => new optim.SGD([['a', a.mul(2)]] as never)).toThrow(/params\[0\] \(a\) is the result of MulBackward0/);
  });

  it('take a rate that is a tensor with one element', () => {
    const p = parameter([1]);
    for (const lr of [tensor(0.5), tensor([0.5]), tensor([[0.5]], { dtype: 'float64' })]) {
      expect(new optim.SGD([p], { lr }).paramGroups[0].lr).toBe(0.5);
      expect(new optim.Adam([{ params: [p], lr }]).paramGroups[0].lr).toBe(0.5);
    }
    const optimizer = new optim.SGD([p]);
    optimizer.paramGroups[0].lr = tensor(0.25) as never;
    p.grad = tensor([1], { dtype: 'float64' });
    optimizer.step();
    expect([p.item(), optimizer.paramGroups[0].lr]).toEqual([0.75, 0.25]);
    const dict = optimizer.stateDict();
    optimizer.loadStateDict({ ...dict, param_groups: [{ ...dict.param_groups[0], lr: tensor(0.125) }] });
    expect(optimizer.paramGroups[0].lr).toBe(0.125);
    expect(() => new optim.SGD([p], { lr: tensor([0.5, 0.5]) })).toThrow(
      /lr must be a number or a tensor with one element, got shape \[2\]/,
    );
    expect(() => new optim.SGD([p], { lr: tensor(-1) })).toThrow(/lr must be a finite number of at least 0, got -1/);
  });

  it('are checked', () => {
    const p = parameter([1]);
    expect(() => new optim.SGD([])).toThrow(/empty list/);
    expect(() => new optim.SGD(p as never)).toThrow(/pass \[tensor\]/);
    expect(() => new optim.SGD([1] as never)).toThrow(ArgumentError);
    expect(() => new optim.SGD([p, p])).toThrow(/given before/);
    expect(() => new optim.SGD([p.mul(2)])).toThrow(/result of MulBackward0; only leaves/);
    expect(() => new optim.SGD([tensor([1], { dtype: 'int32' })])).toThrow(DTypeError);
    expect(() => new optim.SGD([p], { lr: -1 })).toThrow(ValueError);
    expect(() => new optim.SGD([p], { learningRate: 1 } as never)).toThrow(OptionError);
    expect(() => new optim.SGD([p], { wieghtDecay: 1 } as never)).toThrow(/did you mean 'weightDecay'/);
    expect(() => new optim.SGD([p], { nesterov: true })).toThrow(/needs a momentum/);
    expect(() => new optim.Adam([p], { betas: [0.9, 1] })).toThrow(/betas/);
    expect(() => new optim.Adam([p], { amsgrad: 1 as never })).toThrow(ArgumentError);
    expect(() => new optim.Adagrad([p], { eps: Number.NaN })).toThrow(ValueError);
    expect(() => new optim.NAdam([p], { momentumDecay: -1 })).toThrow(/NAdam: momentumDecay must be a finite number/);
    expect(() => new optim.RAdam([p], { betas: [1, 0] })).toThrow(/RAdam: betas/);
    expect(() => new optim.Adamax([p], { betas: [0.9] as never })).toThrow(/Adamax: betas/);
    expect(() => new optim.Adadelta([p], { rho: 1.1 })).toThrow(/rho must be a number from 0 to 1, got 1.1/);
    expect(() => new optim.ASGD([p], { t0: Number.NaN })).toThrow(/t0 must be a finite number, got NaN/);
    expect(() => new optim.ASGD([p], { weightDecay: -0.5 })).toThrow(/weightDecay/);
    expect(() => new optim.Rprop([p], { etas: [1, 0.5] })).toThrow(
      /etas must be a number between 0 and 1 and one above 1/,
    );
    expect(() => new optim.Rprop([p], { stepSizes: [2, 1] })).toThrow(/stepSizes/);
    expect(() => new optim.Adafactor([p], { eps: [-1e-30, 1e-3] })).toThrow(/Adafactor: eps must be two numbers/);
    expect(() => new optim.Adafactor([p], { d: 0 })).toThrow(/d must be a finite number of at least 1, got 0/);
    expect(() => new optim.Adafactor([p], { beta2Decay: 0.8 })).toThrow(
      /beta2Decay must be a finite number of at most 0/,
    );
    expect(() => new optim.Muon([p])).toThrow(ShapeError);
    expect(() => new optim.Muon([p])).toThrow(/Muon: params\[0\] must be a matrix, got shape \[1\]/);
    const matrix = parameter([[1]]);
    expect(() => new optim.Muon([matrix], { adjustLrFn: 'arbitrary' as never })).toThrow(
      /adjustLrFn must be 'original'/,
    );
    expect(() => new optim.Muon([matrix], { nsSteps: 100 })).toThrow(
      /nsSteps must be an integer from 0 to 99, got 100/,
    );
    expect(() => new optim.Muon([matrix], { nsCoefficients: [1, 2] as never })).toThrow(/nsCoefficients must be three/);
    const optimizer = new optim.SGD([p]);
    expect(() => optimizer.addParamGroup({ params: [p] })).toThrow(/given before/);
    expect(() => optimizer.addParamGroup({ params: [parameter([2])], lr: -1 })).toThrow(ValueError);
    for (const bad of [5, null, {}, { params: 5 }, { params: null }]) {
      expect(() => optimizer.addParamGroup(bad as never)).toThrow(ArgumentError);
      expect(() => new optim.SGD([bad] as never)).toThrow(ArgumentError);
    }
    expect(optimizer.paramGroups.length).toBe(1);
  });

  it('refuse gradients that do not fit, before any parameter is changed', () => {
    const [a, b] = [parameter([1]), parameter([2])];
    const optimizer = new optim.SGD([a, b], { lr: 1 });
    a.grad = tensor([1], { dtype: 'float64' });
    for (const [bad, kind] of [
      [tensor([1, 1], { dtype: 'float64' }), ShapeError],
      [tensor([1], { dtype: 'float32' }), DTypeError],
    ] as const) {
      expect(() => {
        b.grad = bad;
      }).toThrow(kind);
      b.heldGrad = bad;
      expect(() => optimizer.step()).toThrow(kind);
    }
    expect(a.item()).toBe(1);
  });
});

describe('step and zeroGrad', () => {
  it('runs a closure with recording on and returns its loss', () => {
    const p = parameter([3]);
    const optimizer = new optim.SGD([p], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = p.mul(p).sum();
      value.backward();
      return value;
    });
    expect(loss.item()).toBe(9);
    expect(p.item()).toBe(0);
  });

  it('refuses what is no closure, before anything is changed', () => {
    const p = parameter([3]);
    p.grad = tensor([1], { dtype: 'float64' });
    const optimizer = new optim.SGD([p], { lr: 1 });
    for (const bad of [5, null, 'x', {}]) {
      expect(() => optimizer.step(bad as never)).toThrow(ArgumentError);
      expect(() => optimizer.step(bad as never)).toThrow(/SGD.step: closure must be a function, got/);
    }
    expect([p.item(), optimizer.stepsTaken]).toEqual([3, 0]);
  });

  it('sets gradients to null or to zero', () => {
    const p = parameter([3]);
    const optimizer = new optim.SGD([p]);
    p.mul(p).sum().backward();
    optimizer.zeroGrad({ setToNone: false });
    expect(p.grad!.tolist()).toEqual([0]);
    optimizer.zeroGrad();
    expect(p.grad).toBeNull();
  });

  it('is noticed by a graph that still needs the old weights', () => {
    const p = parameter([3]);
    const x = parameter([2]);
    const y = p.mul(x).sum();
    p.grad = tensor([1], { dtype: 'float64' });
    new optim.SGD([p]).step();
    expect(() => y.backward()).toThrow(AutogradError);
  });

  it('updates parameters that are views', () => {
    const base = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float64' },
    );
    const p = base.t().requiresGrad_();
    p.grad = tensor(
      [
        [1, 1],
        [2, 2],
      ],
      { dtype: 'float64' },
    );
    new optim.SGD([p], { lr: 1 }).step();
    expect(base.tolist()).toEqual([
      [0, 0],
      [2, 2],
    ]);
  });

  it('gives the same bits for 1, 2 and 8 threads', () => {
    const start = randn([300, 100]);
    const gradient = randn([300, 100]);
    const results = [1, 2, 8].map((threads) => {
      setNumThreads(threads);
      const p = start.clone().requiresGrad_();
      const optimizer = new optim.AdamW([p]);
      for (let i = 0; i < 3; i++) {
        p.grad = gradient.clone(); // clipping writes into it
        nn.utils.clipGradNorm_([p], 1);
        optimizer.step();
      }
      return Buffer.from(p.data.slice().buffer);
    });
    setNumThreads(2);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
