import { describe, expect, it } from 'vitest';
import { autograd, nn, ones, Tensor, tensor, zeros } from '../../lib/index.js';

const { padSequence, unpadSequence } = nn.utils.rnn;

describe('padSequence', () => {
  const sequences = [tensor([1, 2, 3]), tensor([4]), tensor([5, 6])];

  it('puts sequences side by side, or one a row', () => {
    expect(padSequence(sequences).tolist()).toEqual([
      [1, 4, 5],
      [2, 0, 6],
      [3, 0, 0],
    ]);
    expect(padSequence(sequences, { batchFirst: true, paddingValue: -1 }).tolist()).toEqual([
      [1, 2, 3],
      [4, -1, -1],
      [5, 6, -1],
    ]);
    expect(padSequence(sequences, { batchFirst: true, paddingSide: 'left' }).tolist()).toEqual([
      [1, 2, 3],
      [0, 0, 4],
      [0, 5, 6],
    ]);
  });

  it('keeps the first dtype, further dimensions, views and empty sequences', () => {
    const indices = padSequence([tensor([1, 2], { dtype: 'int32' }), zeros([0], { dtype: 'int32' })], {
      paddingValue: 9,
    });
    expect([indices.dtype, indices.tolist()]).toEqual([
      'int32',
      [
        [1, 9],
        [2, 9],
      ],
    ]);
    const wide = padSequence([ones([2, 3]), zeros([4, 3], { dtype: 'float64' })], { batchFirst: true });
    expect([wide.dtype, wide.shape]).toEqual(['float32', [2, 4, 3]]);
    const table = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(padSequence(table.t()).tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('lets gradients flow back to the sequences', () => {
    const double = (values: number[][]) => tensor(values, { dtype: 'float64', requiresGrad: true });
    const inputs = [
      double([[1, 2]]),
      double([
        [3, 4],
        [5, 6],
        [7, 8],
      ]),
      double([
        [9, 1],
        [2, 3],
      ]),
    ];
    for (const batchFirst of [true, false]) {
      for (const paddingSide of ['left', 'right'] as const) {
        expect(autograd.gradcheck((...xs) => padSequence(xs, { batchFirst, paddingSide }), inputs)).toBe(true);
      }
    }
    expect(padSequence(inputs).gradFn?.name).toBe('CopySlices');
    const [x] = inputs;
    const constant = tensor([[1, 1]], { dtype: 'float64' });
    padSequence([constant, x]).backward(ones([1, 2, 2], { dtype: 'float64' }));
    expect([x.grad?.tolist(), constant.grad]).toEqual([[[1, 1]], null]);
  });

  it('refuses bad input by name', () => {
    expect(() => padSequence([])).toThrow('padSequence: needs at least one sequence, got none');
    expect(() => padSequence([ones([2, 3]), ones([2, 4])])).toThrow(
      'padSequence: sequences[1] must have shape [length, 3] like the first, got [2, 4]',
    );
    expect(() => padSequence([ones([])])).toThrow('sequences[0] must have shape [length] like the first, got []');
    expect(() => padSequence([[1, 2]] as unknown as Tensor[])).toThrow('sequences[0] must be a Tensor, got [1, 2]');
    expect(() => padSequence(5 as unknown as Tensor[])).toThrow('sequences must be an array of tensors, got 5');
    expect(() => padSequence(sequences, { paddingSide: 'top' as 'left' })).toThrow("'left' or 'right', got \"top\"");
    expect(() => padSequence(sequences, { padding_value: 1 } as object)).toThrow("did you mean 'paddingValue'?");
  });
});

describe('unpadSequence', () => {
  it('takes apart what padSequence put together', () => {
    const sequences = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([[5, 6]]),
      zeros([0, 2]),
    ];
    for (const batchFirst of [true, false]) {
      const parts = unpadSequence(padSequence(sequences, { batchFirst }), [2, 1, 0], { batchFirst });
      expect(parts.map((part) => part.tolist())).toEqual(sequences.map((sequence) => sequence.tolist()));
    }
    expect(unpadSequence(ones([3, 2]), tensor(Int32Array.of(3, 1)))[1]).toBeInstanceOf(Tensor);
  });

  it('refuses lengths that do not fit', () => {
    expect(() => unpadSequence(ones([3, 2]), [3])).toThrow('lengths must have one entry for each of 2 sequences');
    expect(() => unpadSequence(ones([3, 2]), [1, 4])).toThrow('lengths[1] must be from 0 to 3, got 4');
    expect(() => unpadSequence(ones([3]), [1])).toThrow('padded must have at least 2 dimensions, got shape [3]');
  });
});
