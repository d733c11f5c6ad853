import { describe, expect, it } from 'vitest';
import { optim, RowSparse, Tensor } from '../../lib/index.js';
import { densified, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

type State = Record<string, ArrayFixture | number | null>;

interface OptimizerCase {
  name: string;
  optimizer: string;
  options: Record<string, unknown>;
  groups: Record<string, unknown>[] | null;
  parameters: ArrayFixture[];
  gradients: (ArrayFixture | null)[][];
  trajectory: ArrayFixture[][];
  state: { state: Record<string, State>; param_groups: Record<string, unknown>[] };
}

type OptimizerClass = new (parameters: unknown, options: Record<string, unknown>) => optim.Optimizer;

function toGradient(array: ArrayFixture | null): Tensor | null {
  if (array === null) return null;
  if (!array.sparse) return toTensor(array);
  return new RowSparse(toTensor(array.sparse.indices), toTensor(array.sparse.values), array.shape);
}

function build({ optimizer, options, groups }: OptimizerCase, parameters: Tensor[]): optim.Optimizer {
  const Optimizer = (optim as unknown as Record<string, OptimizerClass>)[optimizer];
  const argument = groups ? parameters.map((parameter, i) => ({ params: [parameter], ...groups[i] })) : parameters;
  return new Optimizer(argument, options);
}

/** Options of PyTorch's that say how to compute, not what. */
const FOREIGN = ['foreach', 'fused', 'capturable', 'differentiable', 'decoupled_weight_decay'];

function expectState(optimizer: optim.Optimizer, { state, param_groups }: OptimizerCase['state']): void {
  const actual = optimizer.stateDict();
  expect(actual.param_groups.length).toBe(param_groups.length);
  for (const [i, group] of param_groups.entries()) {
    const known = Object.entries(group).filter(([option]) => !FOREIGN.includes(option));
    expect(actual.param_groups[i]).toMatchObject(Object.fromEntries(known));
  }
  expect(Object.keys(actual.state)).toEqual(Object.keys(state));
  for (const [parameter, entries] of Object.entries(state)) {
    for (const [name, expected] of Object.entries(entries)) {
      const value = actual.state[parameter][name];
      const what = `${name} of parameter ${parameter}`;
      if (expected === null || typeof expected === 'number') {
        expect(value ?? null, what).toBe(expected);
      } else {
        if (!(value instanceof Tensor)) throw new Error(`${what} must be a tensor, is ${value}`);
        const dense = value instanceof RowSparse ? value.toDense() : value;
        expectTensor(dense, expected.sparse ? densified(expected) : expected, what);
      }
    }
  }
}

for (const family of ['sgd', 'adam', 'adagrad', 'rmsprop']) {
  describe(`${family}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: OptimizerCase[] }>(`optim_${family}`).cases) {
      it(testCase.name, () => {
        const parameters = testCase.parameters.map((array) => toTensor(array, { requiresGrad: true }));
        const optimizer = build(testCase, parameters);
        for (const [step, gradients] of testCase.gradients.entries()) {
          for (const [i, gradient] of gradients.entries()) parameters[i].grad = toGradient(gradient);
          optimizer.step();
          for (const [i, expected] of testCase.trajectory[step].entries()) {
            expectTensor(parameters[i], expected, `parameter ${i} after step ${step + 1}`);
          }
        }
        expectState(optimizer, testCase.state);
      });
    }
  });
}
