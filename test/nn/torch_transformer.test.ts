import { describe, expect, it } from 'vitest';
import { manualSeed, nn, rand, type Tensor } from '../../lib/index.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';
import { makeInputs, resolve, weightedSum } from '../torch/replay.js';

interface Made {
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  layer?: Made;
}

interface Case extends Made {
  name: string;
  function?: string;
  seed: number | null;
  state: Record<string, ArrayFixture>;
  inputs: ArrayFixture[];
  forward: unknown[];
  forwardOptions: Record<string, unknown>;
  outputs: ArrayFixture[];
  grads: { inputs: (ArrayFixture | null)[]; parameters: Record<string, ArrayFixture> };
}

type Outputs = Tensor | (Tensor | null)[];
type ModuleClass = new (...args: unknown[]) => nn.Module & { forward(...args: unknown[]): Outputs };

/** Builds a module; `norm: true` stands for a LayerNorm over 4. */
function build({ module, args, options, layer }: Made): InstanceType<ModuleClass> {
  const Class = (nn as unknown as Record<string, ModuleClass>)[module];
  const given = 'norm' in options ? { ...options, norm: new nn.LayerNorm(4) } : options;
  return new Class(...(layer ? [build(layer)] : []), ...args, given);
}

function run(testCase: Case): void {
  const { leaves, values } = makeInputs(testCase.inputs);
  const forward = resolve(testCase.forward, values) as unknown[];
  const forwardOptions = resolve(testCase.forwardOptions, values) as object;
  const more = Object.keys(forwardOptions).length > 0 ? [forwardOptions] : [];
  let module: nn.Module | null = null;
  let call: () => Outputs;
  if (testCase.function === undefined) {
    const made = build(testCase);
    made.loadStateDict(toStateDict(testCase.state));
    call = () => made.forward(...forward, ...more);
    module = made;
  } else {
    const functions = nn.functional as unknown as Record<string, (...args: unknown[]) => Tensor>;
    call = () => functions[testCase.function!](...forward, ...testCase.args, ...more);
  }
  if (testCase.seed !== null) manualSeed(testCase.seed);
  const result = call();
  const outputs = (Array.isArray(result) ? result : [result]).filter((output) => output !== null);
  expect(outputs.length).toBe(testCase.outputs.length);
  for (const [k, output] of testCase.outputs.entries()) expectTensor(outputs[k], output, `output ${k}`);

  weightedSum([...outputs.filter((output) => output.requiresGrad).entries()]).backward();
  for (const [i, gradient] of testCase.grads.inputs.entries()) {
    if (gradient === null) expect(leaves[i].grad, `gradient of input ${i}`).toBeNull();
    else expectGradient(leaves[i].grad, gradient, `gradient of input ${i}`);
  }
  if (module === null) return;
  const parameters = new Map(module.namedParameters());
  expect([...parameters.keys()]).toEqual(Object.keys(testCase.state));
  for (const [name, gradient] of Object.entries(testCase.grads.parameters)) {
    expectGradient(parameters.get(name)!.grad, gradient, `gradient of ${name}`);
  }
}

for (const family of ['norms', 'dot_products', 'multihead', 'layers']) {
  describe(`${family.replaceAll('_', ' ')}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: Case[] }>(`transformer_${family}`).cases) {
      it(`${testCase.function ?? testCase.module}: ${testCase.name}`, () => run(testCase));
    }
  });
}

interface SeededCase extends Made {
  name: string;
  state: Record<string, { shape: number[]; first: ArrayFixture }>;
  next: number;
  printed: string;
}

describe('modules made after manualSeed(0)', () => {
  const { cases, causalMask } = readFixture<{ cases: SeededCase[]; causalMask: ArrayFixture }>('transformer_seeded');
  for (const seeded of cases) {
    it(seeded.name, () => {
      manualSeed(0);
      const module = build(seeded);
      const state = module.stateDict();
      expect(Object.keys(state)).toEqual(Object.keys(seeded.state));
      for (const [key, { shape, first }] of Object.entries(seeded.state)) {
        expect(state[key].shape, key).toEqual(shape);
        expectTensor(state[key].flatten().narrow(0, 0, first.shape[0]), first, key, { relative: 0, absolute: 0 });
      }
      expect(rand([1]).item()).toBe(seeded.next);
      expect(String(module)).toBe(seeded.printed);
    });
  }

  it('makes the causal mask', () => {
    expectTensor(nn.Transformer.generateSquareSubsequentMask(3), causalMask, 'the mask');
    expect(nn.Transformer.generateSquareSubsequentMask(3).tolist()).toEqual(toTensor(causalMask).tolist());
  });
});
