import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  matmul,
  nn,
  optim,
  RowSparse,
  StateDictError,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { expectTensor, type Tolerance } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface LbfgsCase {
  name: string;
  problem: string;
  dtype: 'float32' | 'float64';
  options: Record<string, unknown>;
  parameters: ArrayFixture[];
  losses: ArrayFixture[];
  trajectory: ArrayFixture[][];
  counts: { n_iter: number; func_evals: number; history: number };
  state: object | null;
  later: ArrayFixture[];
}

/** The problems of test/torch/make_lbfgs.py. */
const problems: Record<string, (parameters: Tensor[]) => Tensor> = {
  rosenbrock([x]) {
    const [a, b] = [x.select(0, 0), x.select(0, 1)];
    return a
      .neg()
      .add(1)
      .pow(2)
      .add(b.sub(a.pow(2)).pow(2).mul(100));
  },
  leastSquares([weight, bias]) {
    const [x, y] = data(weight.dtype);
    return matmul(x, weight).add(bias).sub(y).pow(2).mean();
  },
  network([first, second]) {
    const [x, y] = data(first.dtype);
    return matmul(matmul(x, first).tanh(), second).sub(y).pow(2).mean();
  },
};

function data(dtype: Tensor['dtype']): Tensor[] {
  const rules = [
    { shape: [12, 4], dtype: 'float32', lcg: { seed: 61, scale: 1, shift: 0 } },
    { shape: [12, 3], dtype: 'float32', lcg: { seed: 62, scale: 1, shift: 0 } },
  ];
  return rules.map((rule) => toTensor(rule as unknown as ArrayFixture).to(dtype));
}

/** Rounding errors of two libraries, which each iteration carries on. */
const tolerances: Record<string, Tolerance> = {
  float64: { relative: 1e-6, absolute: 1e-8 },
  float32: { relative: 1e-3, absolute: 1e-4 },
};

function begin({ parameters: starts, options, dtype, problem }: LbfgsCase) {
  const parameters = starts.map((start) => toTensor(start).to(dtype).requiresGrad_());
  const given = Object.entries(options).map(([name, value]) => {
    const isTensor = typeof value === 'object' && value !== null;
    return [name, isTensor ? tensor((value as { tensor: number }).tensor) : value];
  });
  const optimizer = new optim.LBFGS(parameters, Object.fromEntries(given));
  const closure = () => {
    optimizer.zeroGrad();
    const loss = problems[problem](parameters);
    loss.backward();
    return loss;
  };
  return { parameters, optimizer, closure };
}

/** A state of a fixture as a file of PyTorch's would give it. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  if ('dtype' in value) return toTensor(value as ArrayFixture);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
}

const { cases } = readFixture<{ cases: LbfgsCase[] }>('optim_lbfgs');

describe('LBFGS, against PyTorch', () => {
  for (const testCase of cases) {
    it(testCase.name, () => {
      const { parameters, optimizer, closure } = begin(testCase);
      const tolerance = tolerances[testCase.dtype];
      for (const [step, expected] of testCase.trajectory.entries()) {
        expectTensor(optimizer.step(closure), testCase.losses[step], `loss of step ${step}`, tolerance);
        for (const [i, values] of expected.entries()) {
          expectTensor(parameters[i], values, `parameter ${i} after step ${step}`, tolerance);
        }
      }
      const own = optimizer.stateDict().state[0];
      const history = (own.old_dirs as unknown[] | undefined)?.length ?? 0;
      // In float32 rounding decides which iteration finds nothing better.
      const counts = { n_iter: own.n_iter, func_evals: own.func_evals, history };
      if (testCase.dtype === 'float64') expect(counts).toEqual(testCase.counts);
      for (let step = 0; step < 2; step++) optimizer.step(closure);
      for (const [i, values] of testCase.later.entries()) {
        expectTensor(parameters[i], values, `parameter ${i} later`, tolerance);
      }
    });
  }
});

describe('LBFGS goes on from PyTorch’s state, and from its own', () => {
  for (const testCase of cases.filter(({ state }) => state !== null)) {
    it(testCase.name, () => {
      const tolerance = tolerances[testCase.dtype];
      const state = revived(testCase.state) as optim.OptimizerStateDict;
      for (const crossed of [false, true]) {
        const { parameters, optimizer, closure } = begin(testCase);
        for (const [i, values] of testCase.trajectory[testCase.trajectory.length - 1].entries()) {
          parameters[i].detach().copy_(toTensor(values));
        }
        optimizer.loadStateDict(state);
        if (crossed) {
          const other = optimizer.stateDict();
          optimizer.step(closure);
          for (const [i, values] of testCase.trajectory[testCase.trajectory.length - 1].entries()) {
            parameters[i].detach().copy_(toTensor(values));
          }
          optimizer.loadStateDict(other);
        }
        for (let step = 0; step < 2; step++) optimizer.step(closure);
        for (const [i, values] of testCase.later.entries()) {
          expectTensor(parameters[i], values, `parameter ${i}`, tolerance);
        }
      }
    });
  }
});

describe('LBFGS', () => {
  const parameter = (values: number[], dtype: 'float32' | 'float64' = 'float64') =>
    tensor(values, { dtype, requiresGrad: true });

  it('finds the least of a valley', () => {
    const x = parameter([-1.2, 1]);
    const optimizer = new optim.LBFGS([x], { lineSearchFn: 'strong_wolfe', maxIter: 100 });
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = problems.rosenbrock([x]);
      loss.backward();
      return loss;
    });
    for (const value of x.tolist() as number[]) expect(value).toBeCloseTo(1, 4);
  });

  it('takes losses that are numbers, sparse gradients, missing ones and two dtypes', () => {
    const table = tensor([[1], [2], [3]], { dtype: 'float64', requiresGrad: true });
    const other = parameter([4], 'float32');
    const unused = parameter([5]);
    const optimizer = new optim.LBFGS([table, other, unused], { maxIter: 1, lr: 0.5 });
    const loss = optimizer.step(() => {
      const indices = tensor([2, 0, 2], { dtype: 'int32' });
      table.grad = new RowSparse(indices, tensor([[0.125], [0.25], [0.125]], { dtype: 'float64' }), [3, 1]);
      other.grad = tensor([0.5]);
      return 7;
    });
    expect(loss).toBe(7);
    // The gradient is of length 1 in sum, so that the step is lr times it.
    expect(table.tolist()).toEqual([[1 - 0.125], [2], [3 - 0.125]]);
    expect([other.item(), unused.item()]).toEqual([3.75, 5]);
  });

  it('does nothing where the gradient is zero already', () => {
    const x = parameter([3]);
    const optimizer = new optim.LBFGS([x]);
    optimizer.step(() => {
      x.grad = tensor([0], { dtype: 'float64' });
      return 1;
    });
    expect(x.item()).toBe(3);
    expect(optimizer.stateDict().state[0]).toEqual({ func_evals: 1, n_iter: 0 });
  });

  it('refuses what it can’t do, before anything is changed', () => {
    const x = parameter([3]);
    expect(() => new optim.LBFGS([{ params: [x] }, { params: [parameter([1])] }])).toThrow(/takes one group/);
    expect(() => new optim.LBFGS([x]).addParamGroup({ params: parameter([1]) })).toThrow(ArgumentError);
    expect(() => new optim.LBFGS([])).toThrow(/empty list/);
    expect(() => new optim.LBFGS([x], { lineSearchFn: 'armijo' as never })).toThrow(
      /'strong_wolfe' or null, got "armijo"/,
    );
    for (const name of ['maxIter', 'maxEval', 'historySize'] as const) {
      expect(() => new optim.LBFGS([x], { [name]: 0 })).toThrow(ValueError);
      expect(() => new optim.LBFGS([x], { [name]: 1.5 })).toThrow(`LBFGS: ${name} must be an integer of at least 1`);
    }
    expect(() => new optim.LBFGS([x], { toleranceGrad: -1 })).toThrow(/toleranceGrad/);
    const optimizer = new optim.LBFGS([x]);
    expect(() => optimizer.step()).toThrow(/LBFGS.step: needs a closure/);
    expect(() => optimizer.step(5 as never)).toThrow(/closure must be a function, got 5/);
    expect(() => optimizer.step(() => undefined)).toThrow(/closure must return the loss.*got nothing/);
    expect(() => optimizer.step(() => tensor([1, 2]))).toThrow(/closure must return the loss/);
    const bad = () => {
      x.grad = tensor([1, 2], { dtype: 'float64' });
      return 1;
    };
    expect(() => optimizer.step(bad)).toThrow(/grad: must have the tensor's shape \[1\], got \[2\]/);
    expect(x.item()).toBe(3);
  });

  it('refuses states that are not its own', () => {
    const x = parameter([3, 4]);
    const optimizer = new optim.LBFGS([x], { maxIter: 2 });
    optimizer.step(() => {
      x.grad = x.detach().clone();
      return 1;
    });
    const dict = optimizer.stateDict();
    const spoilt = (change: object) => () =>
      optimizer.loadStateDict({ ...dict, state: { 0: { ...dict.state[0], ...change } } });
    expect(spoilt({ d: tensor([1]) })).toThrow(
      /state\[0\]\.d: must have the shape of all parameters \[2\], got shape \[1\]/,
    );
    expect(spoilt({ old_dirs: 3 })).toThrow(/old_dirs: must be a list, got 3/);
    expect(spoilt({ ro: ['x'] })).toThrow(/ro: must be a number, got "x"/);
    expect(spoilt({ momentum_buffer: x })).toThrow(/momentum_buffer: is no part of the state of LBFGS/);
    const adam = new optim.Adam([x]);
    adam.step();
    expect(() => optimizer.loadStateDict(adam.stateDict())).toThrow(StateDictError);
    expect(() => adam.loadStateDict(dict)).toThrow(/func_evals: is no part of the state of Adam/);
    spoilt({})();
  });

  it('keeps snapshots', () => {
    const layer = new nn.Linear(3, 1);
    const optimizer = new optim.LBFGS(layer.parameters(), { maxIter: 3 });
    const input = tensor([[1, 2, 3]]);
    const step = () =>
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = layer.forward(input).pow(2).sum();
        loss.backward();
        return loss;
      });
    step();
    const kept = JSON.stringify(optimizer.stateDict().state[0].n_iter);
    const snapshot = optimizer.stateDict();
    step();
    expect(JSON.stringify(snapshot.state[0].n_iter)).toBe(kept);
    expect((snapshot.state[0].old_dirs as Tensor[])[0]).not.toBe(
      optimizer.state.get([...layer.parameters()][0])?.old_dirs,
    );
  });
});
