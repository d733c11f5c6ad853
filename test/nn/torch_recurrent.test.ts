import { describe, expect, it } from 'vitest';
import { manualSeed, nn, optim, rand, type Tensor } from '../../lib/index.js';
import { expectGradient, expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';
import { weightedSum } from '../torch/replay.js';

interface LayerCase {
  name: string;
  module: 'GRU' | 'RNN' | 'LSTM';
  args: [number, number];
  options: Record<string, unknown>;
  state: Record<string, ArrayFixture>;
}

interface SequenceCase extends LayerCase {
  inputs: ArrayFixture[];
  lengths?: number[];
  enforceSorted?: boolean;
  batchSizes?: number[];
  seed: number | null;
  outputs: [output: ArrayFixture, h: ArrayFixture];
  grads: { inputs: ArrayFixture[]; parameters: Record<string, ArrayFixture> };
  losses: number[];
}

type Layer = nn.GRU | nn.RNN;

/** The layer of a case, its state loaded and the generator seeded. */
function start(testCase: SequenceCase): Layer {
  const layer = new nn[testCase.module as 'GRU' | 'RNN'](...testCase.args, testCase.options);
  layer.loadStateDict(toStateDict(testCase.state));
  if (testCase.seed !== null) manualSeed(testCase.seed);
  return layer;
}

/** Output and final state; a packed input's output is checked to be packed alike, and its data returned. */
function run(layer: Layer, testCase: SequenceCase, [x, hx]: Tensor[]): [Tensor, Tensor] {
  if (testCase.lengths === undefined) return layer.forward(x, hx);
  const { enforceSorted } = testCase;
  const packed = nn.utils.rnn.packPaddedSequence(x, testCase.lengths, {
    batchFirst: layer.batchFirst,
    enforceSorted,
  });
  const [output, h] = layer.forward(packed, hx);
  expect(output.batchSizes.tolist()).toEqual(testCase.batchSizes);
  expect(output.sortedIndices).toBe(packed.sortedIndices);
  return [output.data, h];
}

for (const family of ['gru', 'rnn_tanh', 'rnn_relu']) {
  describe(`${family.replace('_', ' ')}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: SequenceCase[] }>(`recurrent_${family}`).cases) {
      it(testCase.name, () => {
        const layer = start(testCase);
        const leaves = testCase.inputs.map((input) => toTensor(input));
        const outputs = run(layer, testCase, leaves);
        for (const [k, expected] of testCase.outputs.entries()) expectTensor(outputs[k], expected, `output ${k}`);
        weightedSum([...outputs.entries()]).backward();
        for (const [i, gradient] of testCase.grads.inputs.entries()) {
          expectGradient(leaves[i].grad, gradient, `gradient of input ${i}`);
        }
        const parameters = new Map(layer.namedParameters());
        expect([...parameters.keys()]).toEqual(Object.keys(testCase.state));
        for (const [name, gradient] of Object.entries(testCase.grads.parameters)) {
          expectGradient(parameters.get(name)!.grad, gradient, `gradient of ${name}`);
        }
      });

      it(`${testCase.name}: ten steps of training`, () => {
        const layer = start(testCase);
        const inputs = testCase.inputs.map((input) => toTensor(input, { requiresGrad: false }));
        const { shape } = testCase.outputs[0];
        const target = toTensor({ shape, dtype: 'float32', lcg: { seed: 40, scale: 1, shift: 0 } });
        const optimizer = new optim.SGD(layer.parameters(), { lr: 0.2, momentum: 0.9 });
        const losses = testCase.losses.map(() => {
          optimizer.zeroGrad();
          const loss = nn.functional.mseLoss(run(layer, testCase, inputs)[0], target);
          loss.backward();
          optimizer.step();
          return loss.item();
        });
        expectNumbers(losses, { shape: [10], dtype: 'float64', data: testCase.losses }, LOSS, 'the losses');
      });
    }
  });
}

describe('recurrent layers made after manualSeed(0)', () => {
  interface SeededCase extends LayerCase {
    next: ArrayFixture;
    printed: string;
  }
  for (const testCase of readFixture<{ cases: SeededCase[] }>('recurrent_seeded').cases) {
    it(testCase.name, () => {
      manualSeed(0);
      const layer = new nn[testCase.module](...testCase.args, testCase.options);
      const next = rand([1]);
      const state = layer.stateDict();
      expect(Object.keys(state)).toEqual(Object.keys(testCase.state));
      for (const [name, expected] of Object.entries(testCase.state)) {
        expectTensor(state[name], expected, name, { relative: 0, absolute: 0 });
      }
      expectTensor(next, testCase.next, 'the next random number', { relative: 0, absolute: 0 });
      expect(String(layer)).toBe(testCase.printed);
    });
  }
});
