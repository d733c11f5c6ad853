import { describe, expect, it } from 'vitest';
import { optim, RowSparse, Tensor, tensor } from '../../lib/index.js';
import { densified, expectTensor, FLOAT32, type Tolerance } from '../torch/compare.js';
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
  const given = Object.entries(options).map(([name, value]) => [name, asOption(value)]);
  return new Optimizer(argument, Object.fromEntries(given));
}

/** A rate may be a tensor, which JSON can't hold. */
function asOption(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'tensor' in value ? tensor(value.tensor as number) : value;
}

/** Options of PyTorch's that say how to compute, not what. */
const FOREIGN = ['foreach', 'fused', 'capturable', 'differentiable'];

/** A rate that was given as a tensor is a number here. */
function toRate(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value
    ? Math.fround((value.data as number[])[0])
    : value;
}

function expectState(optimizer: optim.Optimizer, { state, param_groups }: OptimizerCase['state']): void {
  const actual = optimizer.stateDict();
  expect(actual.param_groups.length).toBe(param_groups.length);
  for (const [i, group] of param_groups.entries()) {
    // Adam and AdamW say it by their names.
    const foreign = optimizer instanceof optim.Adam ? [...FOREIGN, 'decoupled_weight_decay'] : FOREIGN;
    const known = Object.entries(group)
      .filter(([option]) => !foreign.includes(option))
      .map(([option, value]) => [option, toRate(value)]);
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

const families = [
  'sgd',
  'adam',
  'adagrad',
  'rmsprop',
  'nadam',
  'radam',
  'adamax',
  'adadelta',
  'asgd',
  'rprop',
  'adafactor',
  'muon',
  'database',
];

/** Muon's updates are rounded to bfloat16: where a sum falls between two of its numbers, either may come out. */
function toleranceOf({ optimizer, options }: OptimizerCase): Tolerance {
  if (optimizer !== 'Muon') return FLOAT32;
  const rate = Number(typeof options.lr === 'number' ? options.lr : 1e-3);
  return { relative: FLOAT32.relative, absolute: FLOAT32.absolute + rate * 2 ** -7 };
}

for (const family of families) {
  describe(`${family}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: OptimizerCase[] }>(`optim_${family}`).cases) {
      it(testCase.name, () => {
        const parameters = testCase.parameters.map((array) => toTensor(array, { requiresGrad: true }));
        const optimizer = build(testCase, parameters);
        for (const [step, gradients] of testCase.gradients.entries()) {
          for (const [i, gradient] of gradients.entries()) parameters[i].grad = toGradient(gradient);
          optimizer.step();
          for (const [i, expected] of testCase.trajectory[step].entries()) {
            expectTensor(parameters[i], expected, `parameter ${i} after step ${step + 1}`, toleranceOf(testCase));
          }
        }
        expectState(optimizer, testCase.state);
      });
    }
  });
}
