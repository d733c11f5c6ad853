import { describe, expect, it } from 'vitest';
import { manualSeed, nn, ones, optim, type Tensor } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface Trained {
  name: string;
  losses: number[];
  sums: Record<string, number>;
}

interface ModuleCase extends Trained {
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  inputs: ArrayFixture[];
  optimizer: 'Adam' | 'SGD';
  lr: number;
}

interface LossCase extends Trained {
  loss: string;
  options: Record<string, unknown>;
  head: 'sigmoid' | 'logSoftmax' | null;
  targets: (ArrayFixture | { signs: number[] })[];
}

interface Adaptive extends Trained {
  input: ArrayFixture;
  target: ArrayFixture;
}

type ModuleClass = new (...args: unknown[]) => nn.Module;

const fixture = readFixture<{ modules: ModuleCase[]; losses: LossCase[]; adaptive: Adaptive }>('trajectories');
const make = (name: string, ...args: unknown[]) => new (nn as unknown as Record<string, ModuleClass>)[name](...args);

function expectNear(actual: number, wanted: number, what: string): void {
  expect(Math.abs(actual - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)), `${what}: ${actual}, not ${wanted}`).toBe(
    true,
  );
}

/** Every loss on the way, and where the parameters end. */
function expectTraining(model: nn.Module, optimizer: optim.Optimizer, trained: Trained, loss: () => Tensor): void {
  for (const [step, wanted] of trained.losses.entries()) {
    optimizer.zeroGrad();
    const now = loss();
    now.backward();
    optimizer.step();
    expectNear(now.item(), wanted, `loss ${step}`);
  }
  const parameters = model.namedParameters();
  expect(parameters.map(([name]) => name)).toEqual(Object.keys(trained.sums));
  for (const [name, parameter] of parameters) {
    expectNear(parameter.detach().double().sum().item(), trained.sums[name], `sum of ${name}`);
  }
}

function first(output: unknown): Tensor {
  return Array.isArray(output) ? first(output[0]) : (output as Tensor);
}

describe('modules train for ten steps as in PyTorch', () => {
  for (const trained of fixture.modules) {
    it(trained.name, () => {
      manualSeed(0);
      const module = make(trained.module, ...trained.args, trained.options);
      const optimizer = new optim[trained.optimizer](module.parameters(), { lr: trained.lr });
      const inputs = trained.inputs.map((input) => toTensor(input));
      expectTraining(module, optimizer, trained, () => {
        const output = first(module.forward(...inputs));
        const lcg = { seed: 9000, scale: 1, shift: 0 };
        const weights = toTensor({ shape: output.shape.slice(), dtype: 'float32', lcg });
        return output.mul(weights).sum().add(output.square().mean());
      });
    });
  }

  it('AdaptiveLogSoftmaxWithLoss', () => {
    manualSeed(0);
    const module = new nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], { divValue: 2 });
    const [x, target] = [toTensor(fixture.adaptive.input), toTensor(fixture.adaptive.target)];
    const optimizer = new optim.Adam(module.parameters(), { lr: 0.05 });
    expectTraining(module, optimizer, fixture.adaptive, () => module.forward(x, target).loss);
  });
});

describe('losses train a layer for ten steps as in PyTorch', () => {
  const x = toTensor({ shape: [6, 4], dtype: 'float32', lcg: { seed: 300, scale: 1, shift: 0 } });
  for (const trained of fixture.losses) {
    it(trained.name, () => {
      manualSeed(0);
      const model = new nn.Linear(4, 5);
      const criterion = make(trained.loss, trained.options);
      const targets = trained.targets.map((target) => {
        if (!('signs' in target)) return toTensor(target);
        const signs = ones(target.signs);
        for (let i = 1; i < signs.numel; i += 2) signs.data[i] = -1;
        return signs;
      });
      expectTraining(model, new optim.SGD(model.parameters(), { lr: 0.1 }), trained, () => {
        const output = model.forward(x);
        const through =
          trained.head === null ? output : trained.head === 'sigmoid' ? output.sigmoid() : output.logSoftmax(1);
        return criterion.forward(through, ...targets) as Tensor;
      });
    });
  }
});
