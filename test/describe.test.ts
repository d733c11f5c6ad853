import { describe, expect, it } from 'vitest';
import { describe as inWords, withArticle } from '../lib/describe.js';
import { nn, tensor } from '../lib/index.js';

describe('what an error message calls a value', () => {
  const values: [value: unknown, words: string][] = [
    [null, 'null'],
    [undefined, 'nothing'],
    [-0.5, '-0.5'],
    ['text', '"text"'],
    ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
    [[1, 2], '[1, 2]'],
    [['a', 'b'], 'an array of 2'],
    [new Int32Array(2), 'an Int32Array of 8 bytes'],
    [new Uint8Array(3), 'a Uint8Array of 3 bytes'],
    [new Float32Array(1), 'a Float32Array of 4 bytes'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [tensor(1), 'a Tensor'],
    [new nn.Linear(1, 1), 'a Linear'],
    [new nn.Embedding(1, 1), 'an Embedding'],
    [new nn.LSTM(1, 1), 'an LSTM'],
    [new nn.ReLU(), 'a ReLU'],
    [Math.max, 'function max'],
  ];
  it.each(values)('%o', (value, words) => {
    expect(inWords(value)).toBe(words);
  });
});

it('an article is that of the sound that follows', () => {
  const an = ['array', 'object', 'int32', 'Int32Array', 'ExponentialLR', 'Adam', 'SGD', 'RNNCell', 'MSELoss', 'L1Loss'];
  const a = ['uint8', 'bool', 'Uint16Array', 'OneCycleLR', 'GRU', 'StepLR', 'LinearLR', 'number', 'typed array', 'Map'];
  for (const name of an) expect(withArticle(name)).toBe(`an ${name}`);
  for (const name of a) expect(withArticle(name)).toBe(`a ${name}`);
});
