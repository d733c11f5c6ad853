// Mistakes that newcomers make: each error says what to do instead.
import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { nn, ones, optim, tensor } from '../../lib/index.js';

const F = nn.functional;
const model = new nn.Linear(2, 2);
const lstm = new nn.LSTM(2, 2);
const packed = nn.utils.rnn.packSequence([ones([2, 2])]);
const embedding = new nn.Embedding(3, 2);
// biome-ignore lint/suspicious/noExplicitAny: what is tried here must not compile.
const anyOf = (value: unknown) => value as any;

describe('an error says what to do', () => {
  const mistakes: [string, () => unknown, RegExp][] = [
    ['plain numbers as indices', () => embedding.forward(tensor([0, 1])), /tensor\(\[0, 1\], { dtype: 'int32' }\)/],
    ['plain numbers as classes', () => F.nllLoss(ones([2, 3]), tensor([0, 1])), /{ dtype: 'int32' }/],
    [
      'classes that a loader collated',
      () => F.crossEntropy(ones([2, 3]), lutra.defaultCollate([0, 1])),
      /class numbers, which must be integers, got float32; .*{ numberDType: 'int32' }/,
    ],
    ['float classes of [B, T]', () => F.crossEntropy(ones([2, 4, 3]), ones([2, 4])), /numberDType: 'int32'/],
    [
      'logits [B, T, C]',
      () => F.crossEntropy(ones([2, 4, 3]), lutra.zeros([2, 4], { dtype: 'int32' })),
      /input\.reshape\(\[-1, 3\]\), target\.reshape\(\[-1\]\)/,
    ],
    ['sizes as arguments', () => anyOf(lutra.zeros)(2, 3), /sizes are given as one array: zeros\(\[2, 3\]\)/],
    ['sizes as arguments of randn', () => anyOf(lutra.randn)(2, 3), /randn\(\[2, 3\]\)/],
    [
      'what an LSTM returns',
      () => model.forward(anyOf(lstm.forward(ones([3, 1, 2])))),
      /const \[output\] = lstm\.forward/,
    ],
    ['packed rows to a layer', () => model.forward(anyOf(packed)), /packed\.data, and padPackedSequence/],
    [
      'packed ids to an embedding',
      () => embedding.forward(anyOf(packed)),
      /packed\.withData\(embedding\.forward\(packed\.data\)\)/,
    ],
    ['a module for its result', () => model.forward(anyOf(lstm)), /call its forward/],
    ['a list', () => model.forward(anyOf([1, 2])), /tensor\(list\) makes one/],
    ['a typed array', () => model.forward(anyOf(Float32Array.of(1, 2))), /tensor\(array\) makes one/],
    ['a module to load', () => model.loadStateDict(anyOf(model)), /load its stateDict\(\)/],
    ['a tensor to load', () => model.loadStateDict(anyOf(ones([2]))), /got a Tensor/],
    ['a module to save', () => lutra.serializeSafetensors(anyOf(model)), /stateDict\(\)/],
    ['a module to train', () => new optim.SGD(anyOf(model), { lr: 1 }), /model\.parameters\(\)/],
    ['a method to train', () => new optim.SGD(anyOf(model.parameters), { lr: 1 }), /model\.parameters\(\)/],
    ['bigint indices', () => embedding.forward(anyOf(BigInt64Array.of(1n))), /Int32Array\.from\(array, Number\)/],
    ['a frozen model', () => ones([2]).sum().backward(), /is every parameter frozen\?/],
    ['several losses', () => model.forward(ones([3, 2])).backward(), /loss\.mean\(\)\.backward\(\)/],
    ['no body', () => anyOf(lutra.noGrad)(), /noGrad\(\(\) => { … }\)/],
    [
      'a shape that was written to',
      () => {
        const x = tensor([1, 2]);
        anyOf(x.shape).push(3);
        return x.exp();
      },
      /the shape of input was changed from outside to \[2, 3\]: it has 2 elements/,
    ],
  ];
  it.each(mistakes)('%s', (_, action, message) => {
    expect(action).toThrow(message);
    expect(action).toThrow(/^\w+: /);
  });
});
