import { describe, expect, it } from 'vitest';
import { ArgumentError, manualSeed, nn, optim, randn, type Tensor, ValueError, zeros } from '../../lib/index.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict } from '../torch/read.js';
import { makeInputs, weightedSum } from '../torch/replay.js';

const { parametersToVector, removeWeightNorm, vectorToParameters, weightNorm } = nn.utils;

interface WeightNormCase {
  name: string;
  module: string;
  args: unknown[];
  parameter: string;
  dim: number | null;
  state: Record<string, ArrayFixture>;
  shapes: Record<string, number[]>;
  input: ArrayFixture;
  out: ArrayFixture;
  grad: ArrayFixture;
  grads: Record<string, ArrayFixture>;
}

type ModuleClass = new (...args: unknown[]) => nn.Module & { forward(x: Tensor): Tensor | [Tensor, ...unknown[]] };

describe('weightNorm, against PyTorch', () => {
  for (const one of readFixture<{ cases: WeightNormCase[] }>('weight_norm').cases) {
    it(one.name, () => {
      const module = new (nn as unknown as Record<string, ModuleClass>)[one.module](...one.args);
      module.loadStateDict(toStateDict(one.state));
      weightNorm(module, one.parameter, one.dim);
      const shapes = Object.entries(module.stateDict()).map(([key, { shape }]) => [key, shape]);
      expect(Object.fromEntries(shapes)).toEqual(one.shapes);
      const { values } = makeInputs([{ ...one.input, requiresGrad: true } as ArrayFixture]);
      const result = module.forward(values[0]);
      const out = Array.isArray(result) ? result[0] : result;
      expectTensor(out, one.out, 'output');
      weightedSum([[0, out]]).backward();
      expectGradient(values[0].grad, one.grad, 'gradient of the input');
      for (const [name, parameter] of module.namedParameters()) {
        expectGradient(parameter.grad, one.grads[name], `gradient of ${name}`);
      }
    });
  }
});

describe('weightNorm', () => {
  it('trains direction and length, and is undone', () => {
    manualSeed(1);
    const layer = weightNorm(new nn.Linear(4, 3));
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    const before = layer.weight.detach().clone();
    layer
      .forward(randn([5, 4]))
      .pow(2)
      .sum()
      .backward();
    optimizer.step();
    const now = layer.weight.detach().clone();
    expect(now.allclose(before)).toBe(false);
    removeWeightNorm(layer);
    expect(layer.weight).toBeInstanceOf(nn.Parameter);
    expect(layer.weight.allclose(now)).toBe(true);
    expect(Object.keys(layer.stateDict()).sort()).toEqual(['bias', 'weight']);
    expect(() => weightNorm(layer)).not.toThrow();
  });

  it('is copied with a module, whose weights are its own', () => {
    const layer = weightNorm(new nn.Conv1d(2, 3, 2));
    const copy = nn.cloneModule(layer);
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(layer.stateDict()));
    expect(copy.weight.allclose(layer.weight)).toBe(true);
    const part = new Map(copy.namedParameters()).get('weight_g')!;
    part.detach().mul_(2);
    expect(copy.weight.allclose(layer.weight.mul(2))).toBe(true);
  });

  it('refuses what does not fit, and says what would', () => {
    const layer = new nn.Linear(2, 3);
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(() => weightNorm(layer, 'wait'), 'weightNorm: Linear has no parameter "wait"; it has weight, bias');
    refused(() => removeWeightNorm(layer), 'removeWeightNorm: Linear\'s "weight" has no weightNorm');
    weightNorm(layer);
    refused(() => weightNorm(layer), "weightNorm: Linear 'weight' is made of a direction and a length already");
    expect(() => {
      layer.weight = new nn.Parameter(zeros([3, 2]));
    }).toThrow('is made of weight_g and weight_v by weightNorm; set those');
    expect(() => weightNorm(zeros([2]) as never)).toThrow(ArgumentError);
    expect(() => weightNorm(new nn.Linear(2, 3), 'weight', 2)).toThrow('dim');
  });
});

describe('parametersToVector and vectorToParameters', () => {
  it('go there and back', () => {
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 1));
    const vector = parametersToVector(model.parameters());
    expect(vector.shape).toEqual([11]);
    const flat = [...model.parameters()].flatMap((parameter) => parameter.flatten().tolist() as number[]);
    expect(vector.tolist()).toEqual(flat);
    vector.mul(vector).sum().backward();
    for (const parameter of model.parameters()) expect(parameter.grad!.allclose(parameter.mul(2))).toBe(true);
    vectorToParameters(vector.detach().add(1), model.parameters());
    expect(parametersToVector(model.parameters()).allclose(vector.add(1))).toBe(true);
  });

  it('refuse what does not fit, and say what would', () => {
    const parameters = [zeros([2]), zeros([3])];
    const refused = (run: () => unknown, message: string) => expect(run).toThrow(message);
    refused(
      () => vectorToParameters(zeros([4]), parameters),
      'vectorToParameters: vector must have shape [5], got [4]',
    );
    refused(() => parametersToVector([]), 'parameters must hold at least one tensor, got none');
    refused(() => parametersToVector(zeros([2])), 'parameters must be a list of tensors');
    refused(() => parametersToVector([zeros([2]), zeros([2], { dtype: 'float64' })]), 'parameters must have one dtype');
    refused(() => parametersToVector([1] as never), 'parameters[0]');
  });
});

describe('ParameterDict', () => {
  it('holds parameters by name, which are its owner’s', () => {
    class Owner extends nn.Module {
      weights = new nn.ParameterDict({ left: randn([2]), right: new nn.Parameter(randn([3])) });
      override forward(x: Tensor): Tensor {
        return x.mul(this.weights.get('left'));
      }
    }
    const owner = new Owner();
    expect(Object.keys(owner.stateDict())).toEqual(['weights.left', 'weights.right']);
    expect([...owner.parameters()].length).toBe(2);
    const { weights } = owner;
    expect([weights.size, weights.has('left'), weights.has('up')]).toEqual([2, true, false]);
    expect([...weights.keys()]).toEqual(['left', 'right']);
    expect([...weights].map(([name, { shape }]) => [name, shape[0]])).toEqual([
      ...[
        ['left', 2],
        ['right', 3],
      ],
    ]);
    expect(weights.get('left').requiresGrad).toBe(true);
    expect(String(weights)).toContain('(left): Parameter containing: [torch.float32 of size 2]');
    const copy = nn.cloneModule(owner);
    expect(copy.weights.get('right').equal(weights.get('right'))).toBe(true);
    expect(copy.weights.get('right')).not.toBe(weights.get('right'));
    owner.loadStateDict({ 'weights.left': zeros([2]), 'weights.right': zeros([3]) }, { assign: true });
    expect(weights.get('left').tolist()).toEqual([0, 0]);
    expect(weights.delete('left')).toBe(true);
    expect(weights.delete('left')).toBe(false);
    expect(weights.set('up', zeros([1])).size).toBe(2);
  });

  it('refuses what does not fit, and says what would', () => {
    const dict = new nn.ParameterDict([['bias', zeros([2])]]);
    expect(() => dict.get('bais')).toThrow('ParameterDict.get: no parameter "bais"; did you mean \'bias\'?');
    expect(() => dict.set('get', zeros([2]))).toThrow(ValueError);
    expect(() => dict.set('a.b', zeros([2]))).toThrow(ValueError);
    expect(() => dict.set('a', 1 as never)).toThrow('ParameterDict.set: the value must be a Tensor, got 1');
    expect(() => new nn.ParameterDict(5 as never)).toThrow('parameters must be an object from name to tensor');
    expect(() => dict.forward()).toThrow('has no forward');
  });
});
