// What the fuzzers found, one case of each kind.
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  asTensor,
  cat,
  countTokens,
  DTypeError,
  KeyedVectors,
  metrics,
  nn,
  optim,
  parseTorch,
  ShapeError,
  serializeSafetensors,
  serializeTorch,
  type Tensor,
  tensor,
  ValueError,
  Vocabulary,
  zeros,
} from '../../lib/index.js';

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse.
type Anything = any;

describe('what is assigned to a tensor', () => {
  it('as its gradient must be one', () => {
    const x: Anything = zeros([2, 3]);
    expect(() => {
      x.grad = undefined;
    }).toThrow(new ArgumentError('grad: must be a Tensor or null, got nothing'));
    expect(() => {
      x.grad = { shape: [2, 3] };
    }).toThrow(ArgumentError);
    expect(() => {
      x.grad = zeros([3, 2]);
    }).toThrow(new ShapeError("grad: must have the tensor's shape [2, 3], got [3, 2]"));
    expect(() => {
      x.grad = zeros([2, 3], { dtype: 'float64' });
    }).toThrow(new DTypeError('grad: must be float32 like the tensor, got float64'));
    x.grad = zeros([2, 3]);
    expect(x.grad.shape).toEqual([2, 3]);
    x.grad = null;
    expect(x.grad).toBe(null);
  });

  it('as its data is refused with what to write instead', () => {
    expect(() => {
      (zeros([2]) as Anything).data = zeros([2]);
    }).toThrow(/^data: can't be replaced \(by a Tensor\); write the numbers in place/);
  });
});

it('windows on nothing that begin behind their memory are saved', () => {
  const x = zeros([3, 0]).narrow(0, 1, 2);
  expect(x.offset).toBe(1);
  expect((parseTorch(serializeTorch(x)) as Tensor).shape).toEqual([2, 0]);
  expect(() => serializeSafetensors({ x })).not.toThrow();
});

it('what says that it can be iterated, but can not, is no list', () => {
  const liar: Anything = { [Symbol.iterator]: 5 };
  expect(() => countTokens(liar)).toThrow(ArgumentError);
  expect(() => new Vocabulary(liar)).toThrow(ArgumentError);
  expect(() => Vocabulary.fromTokens(['a']).lookupTokens(liar)).toThrow(ArgumentError);
  expect(() => nn.utils.clipGradNorm_(liar, 1)).toThrow(ArgumentError);
});

it('numbers of a norm, a hook and sizes are looked at before they are kept', () => {
  const [x, any] = [tensor([1]) as Anything, (value: unknown) => value as Anything];
  x.grad = tensor([1]);
  expect(() => nn.utils.totalGradNorm(x, any({}))).toThrow(/^totalGradNorm: normType must be a number of at least 0/);
  expect(() => new nn.RemovableHandle(any(5))).toThrow(ArgumentError);
  expect(() => new nn.Unflatten(1, any(undefined))).toThrow(ValueError);
  expect(() => new nn.Unflatten(any('x'), [1])).toThrow('Unflatten: dim must be an integer, got "x"');
  expect(() => new nn.Flatten(any({ startDim: null, endDim: 'x' }))).toThrow(ValueError);
  expect(() => zeros([4]).unflatten(0, [-2, -2])).toThrow(ShapeError);
});

it('lists in messages are described, whatever is in them', () => {
  const cutoffs: Anything = [Symbol('s'), 'x'.repeat(5000)];
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(2, 5, cutoffs)).toThrow(/got an array of 2$/);
});

it('initialisers refuse elements that share memory, and write into parameters', () => {
  const shared = zeros([1, 1]).expand(3, 3);
  expect(() => nn.init.orthogonal_(shared)).toThrow(/^orthogonal_: several elements of this expanded tensor/);
  expect(() => nn.init.eye_(shared)).toThrow(/^eye_: several elements of this expanded tensor/);
  expect(() => nn.init.sparse_(shared, 0.5)).toThrow(/^sparse_: several elements of this expanded tensor/);
  expect(nn.init.eye_(new nn.Parameter(zeros([2, 2]))).tolist()).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

it('typed arrays whose memory is gone are no lists', () => {
  const gone = new Int32Array(2);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  expect(() => new optim.SGD(gone as Anything, { lr: 1 })).toThrow(ArgumentError);
  expect(() => new KeyedVectors(gone as Anything, zeros([2, 2]))).toThrow(ArgumentError);
  expect(() => new nn.Linear(1, 1).stateDict({ prefix: gone as Anything })).toThrow(
    'stateDict: prefix must be a string',
  );
});

it('powers of matrices go by the whole exponent, not by its last 32 bits', () => {
  expect(
    tensor([
      [1, 0],
      [0, -1],
    ])
      .matrixPower(2 ** 32 + 1)
      .tolist(),
  ).toEqual([
    [1, 0],
    [0, -1],
  ]);
});

it('messages do not grow with what was given', () => {
  expect(() => tensor(1).size('x'.repeat(5000) as Anything)).toThrow(/^.{1,200}$/);
});

it('tensors whose memory is gone are refused in the name of what was called', () => {
  const array = new Float32Array([1, 2]);
  const x = asTensor(array);
  const row = x.view(1, 2);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  for (const [name, call] of Object.entries({
    clone: () => x.clone(),
    add: () => tensor([1, 2]).add(x),
    matmul: () => tensor([[1]]).matmul(row),
    cat: () => cat([tensor([1]), x]),
    linear: () => nn.functional.linear(zeros([1, 2]), row),
  })) {
    expect(call, name).toThrow(ArgumentError);
    expect(call, name).toThrow(new RegExp(`^${name}: the memory of .* is gone`));
  }
});

it('numbers that an integer dtype can not hold are refused where they fill', () => {
  const bytes = tensor([1, 2], { dtype: 'uint8' });
  const first = tensor([0], { dtype: 'int32' });
  for (const value of [-1, 256]) {
    expect(() => bytes.indexFill(0, first, value)).toThrow(/^indexFill: uint8 holds integers from 0 to 255/);
    expect(() => bytes.clone().indexFill_(0, first, value)).toThrow(/^indexFill_: uint8 holds/);
    expect(() => nn.functional.pad(bytes, [1, 0], { value })).toThrow(/^pad: uint8 holds integers from 0 to 255/);
  }
  expect(bytes.indexFill(0, first, 255).tolist()).toEqual([255, 2]);
});

it('metrics look at what they are given', () => {
  expect(() => new metrics.Perplexity().update(undefined as Anything)).toThrow(
    /^Perplexity.update: batch must be an object/,
  );
  expect(() => new metrics.Perplexity().update({} as Anything)).toThrow(
    /^Perplexity.update: loss and weight must be numbers/,
  );
  expect(() => new metrics.Recall().update(null as Anything)).toThrow(ArgumentError);
});
