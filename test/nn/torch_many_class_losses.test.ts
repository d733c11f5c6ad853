import { describe, expect, it } from 'vitest';
import { nn } from '../../lib/index.js';
import { expectGradient, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';
import { weightedSum } from '../torch/replay.js';

interface AdaptiveCase {
  name: string;
  args: [number, number, number[]];
  options: { divValue: number; headBias: boolean };
  state: Record<string, ArrayFixture>;
  input: ArrayFixture;
  target: ArrayFixture;
  output: ArrayFixture;
  loss: ArrayFixture;
  logProb?: ArrayFixture;
  predict?: ArrayFixture;
  gradient: ArrayFixture;
  gradients: Record<string, ArrayFixture>;
}

interface SampledCase {
  name: string;
  kind: 'negative' | 'softmax';
  options: { reduction: 'mean' | 'sum' | 'none'; removeAccidentalHits?: boolean };
  inputs: ArrayFixture[];
  output: ArrayFixture;
  gradients: ArrayFixture[];
}

const fixture = readFixture<{ adaptive: AdaptiveCase[]; sampled: SampledCase[] }>('many_class_losses');

describe('adaptive softmax, against PyTorch', () => {
  for (const testCase of fixture.adaptive) {
    it(testCase.name, () => {
      const module = new nn.AdaptiveLogSoftmaxWithLoss(...testCase.args, testCase.options);
      expect(Object.keys(module.stateDict())).toEqual(Object.keys(testCase.state));
      module.loadStateDict(toStateDict(testCase.state));
      const input = toTensor(testCase.input, { requiresGrad: true });
      const { output, loss } = module.forward(input, toTensor(testCase.target));
      expectTensor(output, testCase.output, 'output');
      expectTensor(loss, testCase.loss, 'loss');
      loss.backward();
      expectGradient(input.grad, testCase.gradient, 'gradient of the input');
      for (const [name, parameter] of module.namedParameters()) {
        const expected = testCase.gradients[name];
        if (expected === undefined) expect(parameter.grad, name).toBeNull();
        else expectGradient(parameter.grad, expected, `gradient of ${name}`);
      }
      if (testCase.logProb) expectTensor(module.logProb(input), testCase.logProb, 'logProb');
      if (testCase.predict) expectTensor(module.predict(input), testCase.predict, 'predict');
    });
  }
});

describe('sampled losses, against PyTorch', () => {
  for (const { name, kind, options, inputs, output, gradients } of fixture.sampled) {
    for (const sparse of [false, true]) {
      it(`${name}, sparse ${sparse}`, () => {
        const tensors = inputs.map((input, i) => toTensor(input, { requiresGrad: i < gradients.length }));
        const [x, table] = tensors;
        const run = () => {
          if (kind === 'negative') {
            const [, , target, negatives] = tensors;
            return nn.functional.negativeSamplingLoss(x, table, target, negatives, { ...options, sparse });
          }
          const [, , bias, target, sampled, counts] = tensors;
          const logExpectedCount = (index: number) => counts.at(index);
          const given = { ...options, bias, sampled, logExpectedCount, sparse };
          return nn.functional.sampledSoftmaxLoss(x, table, target, given);
        };
        const result = run();
        expectTensor(result, output, 'output');
        weightedSum([[0, result]]).backward();
        for (const [i, gradient] of gradients.entries()) {
          const grad = tensors[i].grad;
          expect(grad?.isSparse, `gradient ${i} is sparse`).toBe(sparse && i === 1);
          const dense = grad?.isSparse ? (grad as unknown as { toDense(): typeof x }).toDense() : grad;
          expectGradient(dense, gradient, `gradient ${i}`);
        }
      });
    }
  }
});
