import { describe, expect, it } from 'vitest';
import { nn, type Tensor } from '../../lib/index.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict } from '../torch/read.js';
import { makeInputs, resolve, weightedSum } from '../torch/replay.js';

type Nest<T> = T | Nest<T>[];

interface ModuleCase {
  name: string;
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  state: Record<string, ArrayFixture>;
  inputs: ArrayFixture[];
  forward: unknown[];
  outputs: Nest<ArrayFixture>;
  grads?: { inputs: (ArrayFixture | null)[]; parameters: Record<string, ArrayFixture> };
  after?: Record<string, ArrayFixture>;
  /** Whether the module is in training mode, which modules are at first. */
  training?: boolean;
}

type ModuleClass = new (...args: unknown[]) => nn.Module & { forward(...args: unknown[]): Nest<Tensor> };

function flat<T>(nest: Nest<T>): T[] {
  return Array.isArray(nest) ? nest.flatMap(flat) : [nest];
}

function build(testCase: ModuleCase, inputs: Tensor[]) {
  const options = resolve(testCase.options, inputs) as Record<string, unknown>;
  const given = resolve(testCase.args, inputs) as unknown[];
  const args = Object.keys(options).length > 0 ? [...given, options] : given;
  const module = new (nn as unknown as Record<string, ModuleClass>)[testCase.module](...args);
  // Fixtures hold parameters; buffers are as the module made them.
  if (Object.keys(testCase.state).length > 0)
    module.loadStateDict({ ...module.stateDict(), ...toStateDict(testCase.state) });
  return module.train(testCase.training ?? true);
}

const families = [
  'embedding',
  'layers',
  'activations',
  'convolution',
  'channel_norms',
  'pools',
  'lstm_1_layer',
  'lstm_2_layers',
  'lstm_3_layers',
  'lstm_cell',
  'gru_cell',
  'rnn_cell',
  'classification_losses',
  'regression_losses',
  'pair_losses',
  'further_losses',
];
for (const family of families) {
  describe(`${family.replaceAll('_', ' ')}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: ModuleCase[] }>(`nn_${family}`).cases) {
      it(testCase.name, () => {
        const { leaves, values } = makeInputs(testCase.inputs);
        const module = build(testCase, values);
        const outputs = flat(module.forward(...(resolve(testCase.forward, values) as unknown[])));
        const expected = flat(testCase.outputs);
        expect(outputs.length).toBe(expected.length);
        for (const [k, output] of expected.entries()) expectTensor(outputs[k], output, `output ${k}`);

        if (testCase.grads) {
          weightedSum([...outputs.filter((output) => output.requiresGrad).entries()]).backward();
          for (const [i, gradient] of testCase.grads.inputs.entries()) {
            if (gradient === null) expect(leaves[i].grad, `gradient of input ${i}`).toBeNull();
            else expectGradient(leaves[i].grad, gradient, `gradient of input ${i}`);
          }
          const parameters = new Map(module.namedParameters());
          expect([...parameters.keys()]).toEqual(Object.keys(testCase.state));
          for (const [name, gradient] of Object.entries(testCase.grads.parameters)) {
            expectGradient(parameters.get(name)!.grad, gradient, `gradient of ${name}`);
          }
        }
        for (const [name, value] of Object.entries(testCase.after ?? {})) {
          expectTensor(module.stateDict()[name], value, `${name} afterwards`);
        }
      });
    }
  });
}
