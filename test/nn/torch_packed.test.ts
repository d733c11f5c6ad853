import { describe, expect, it } from 'vitest';
import { manualSeed, nn, optim, type Tensor } from '../../lib/index.js';
import { expectGradient, expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';
import { weightedSum } from '../torch/replay.js';

const { packPaddedSequence, packSequence, padPackedSequence } = nn.utils.rnn;
type PackedSequence = nn.utils.rnn.PackedSequence;

interface PackedFixture {
  data: ArrayFixture;
  batchSizes: ArrayFixture;
  sortedIndices: ArrayFixture | null;
  unsortedIndices: ArrayFixture | null;
}

interface PackingCase {
  name: string;
  input: ArrayFixture;
  lengths: number[];
  pack: nn.utils.rnn.PackPaddedSequenceOptions;
  pad: nn.utils.rnn.PadPackedSequenceOptions;
  packed: PackedFixture;
  padded: ArrayFixture;
  paddedLengths: ArrayFixture;
  grad?: ArrayFixture;
  text?: string;
}

const EXACT = { relative: 0, absolute: 0 };

function expectPacked(actual: PackedSequence, expected: PackedFixture): void {
  expectTensor(actual.data, expected.data, 'data', EXACT);
  for (const name of ['batchSizes', 'sortedIndices', 'unsortedIndices'] as const) {
    const [tensor, array] = [actual[name], expected[name]];
    if (array === null) expect(tensor, name).toBeNull();
    else expectTensor(tensor!, array, name);
  }
}

describe('packing, against PyTorch', () => {
  const fixture = readFixture<{
    cases: PackingCase[];
    lists: { sequences: ArrayFixture[]; options: nn.utils.rnn.PackSequenceOptions; packed: PackedFixture }[];
  }>('packing');

  for (const { name, input, lengths, pack, pad, packed, padded, paddedLengths, grad, text } of fixture.cases) {
    it(name, () => {
      const x = toTensor(input, { requiresGrad: grad !== undefined });
      const actual = packPaddedSequence(x, lengths, pack);
      expectPacked(actual, packed);
      const [output, counts] = padPackedSequence(actual, pad);
      expectTensor(output, padded, 'padded', EXACT);
      expectTensor(counts, paddedLengths, 'lengths');
      if (text !== undefined) expect(String(actual)).toBe(text);
      if (grad === undefined) return;
      weightedSum([actual.data, output].map((t, k) => [k, t])).backward();
      expectGradient(x.grad, grad, 'gradient of the input');
    });
  }

  it('packs lists of sequences', () => {
    expect(fixture.lists.length).toBeGreaterThan(2);
    for (const { sequences, options, packed } of fixture.lists) {
      const list = sequences.map((sequence) => toTensor(sequence));
      expectPacked(packSequence(list, options), packed);
    }
  });
});

interface RecurrentCase {
  name: string;
  module: string;
  args: [number, number];
  options: object;
  pack: nn.utils.rnn.PackPaddedSequenceOptions;
  lengths: number[];
  /** Set before forward, where dropout draws. */
  seed?: number;
  state: Record<string, ArrayFixture>;
  inputs: ArrayFixture[];
  outputs: ArrayFixture[];
  grads: { inputs: ArrayFixture[]; parameters: Record<string, ArrayFixture> };
}

interface Training {
  module: string;
  options: object;
  state: Record<string, ArrayFixture>;
  x: ArrayFixture;
  target: ArrayFixture;
  lengths: number[];
  losses: number[];
  after: Record<string, ArrayFixture>;
}

type Layer = nn.Module & {
  forward(input: PackedSequence, hx?: unknown): [PackedSequence, Tensor | [Tensor, Tensor]];
};

function build({ module, options }: { module: string; options: object }, args: number[]): Layer {
  const classes = nn as unknown as Record<string, new (...args: unknown[]) => Layer>;
  return new classes[module](...args, options);
}

for (const family of ['packed_lstm', 'packed_gru', 'packed_rnn']) {
  const { cases, training } = readFixture<{ cases: RecurrentCase[]; training: Training }>(family);
  describe(`${family.replace('_', ' ')}, against PyTorch`, () => {
    for (const testCase of cases) {
      it(testCase.name, () => {
        const layer = build(testCase, testCase.args);
        layer.loadStateDict(toStateDict(testCase.state));
        const leaves = testCase.inputs.map((input) => toTensor(input, { requiresGrad: true }));
        const [x, ...hx] = leaves;
        const packed = packPaddedSequence(x, testCase.lengths, testCase.pack);
        if (testCase.seed !== undefined) manualSeed(testCase.seed);
        const [output, last] = layer.forward(packed, hx.length > 1 ? hx : (hx[0] ?? null));
        const outputs = [output.data, ...(Array.isArray(last) ? last : [last])];
        expect(outputs.length).toBe(testCase.outputs.length);
        for (const [k, expected] of testCase.outputs.entries()) expectTensor(outputs[k], expected, `output ${k}`);
        weightedSum([...outputs.entries()]).backward();
        for (const [i, expected] of testCase.grads.inputs.entries()) {
          expectGradient(leaves[i].grad, expected, `gradient of input ${i}`);
        }
        for (const [name, expected] of Object.entries(testCase.grads.parameters)) {
          expectGradient(layer.getParameter(name).grad, expected, `gradient of ${name}`);
        }
      });
    }

    it('trains as PyTorch does: ten losses, and the parameters at the end', () => {
      const layer = build(training, [3, 5]);
      layer.loadStateDict(toStateDict(training.state));
      const [x, target] = [toTensor(training.x), toTensor(training.target)];
      const optimizer = new optim.Adam(layer.parameters(), { lr: 0.02 });
      const losses = training.losses.map(() => {
        optimizer.zeroGrad();
        const packed = packPaddedSequence(x, training.lengths, { enforceSorted: false });
        const [output] = layer.forward(packed);
        const loss = nn.functional.mseLoss(padPackedSequence(output)[0], target);
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      expect(losses.length).toBe(10);
      expectNumbers(losses, { shape: [10], dtype: 'float64', data: training.losses }, LOSS, 'losses');
      for (const [name, expected] of Object.entries(training.after)) {
        expectTensor(layer.getParameter(name), expected, `${name} at the end`, { relative: 1e-4, absolute: 1e-5 });
      }
    });
  });
}
