import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  autograd,
  DTypeError,
  nn,
  OptionError,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const {
  invertPermutation,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
} = nn.utils.rnn;

const integers = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
const padded = integers([
  [1, 2, 0],
  [3, 0, 0],
  [4, 5, 6],
]);

describe('packPaddedSequence', () => {
  it('orders rows by step, the longest sequence first, and remembers how', () => {
    const packed = packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });
    expect(packed.data.tolist()).toEqual([4, 1, 3, 5, 2, 6]);
    expect(packed.batchSizes.tolist()).toEqual([3, 2, 1]);
    expect(packed.sortedIndices?.tolist()).toEqual([2, 0, 1]);
    expect(packed.unsortedIndices?.tolist()).toEqual([1, 2, 0]);
    const sorted = packPaddedSequence(padded.t(), [3, 2, 1]);
    expect(sorted.data.tolist()).toEqual([1, 3, 4, 2, 0, 0]);
    expect([sorted.sortedIndices, sorted.unsortedIndices]).toEqual([null, null]);
  });

  it('keeps equally long sequences as they came', () => {
    const lengths = [2, 3, 2, 3, 1, 3];
    const packed = packPaddedSequence(zeros([3, 6]), lengths, { enforceSorted: false });
    expect(packed.sortedIndices?.tolist()).toEqual([1, 3, 5, 0, 2, 4]);
    expect(packed.batchSizes.tolist()).toEqual([6, 5, 3]);
  });

  it('takes lengths as an array, an Int32Array or a tensor, and any dtype and number of dimensions', () => {
    const expected = packPaddedSequence(padded, [3, 2, 1], { batchFirst: true }).data.tolist();
    for (const lengths of [Int32Array.of(3, 2, 1), integers([3, 2, 1]), tensor([3, 2, 1], { dtype: 'uint8' })]) {
      expect(packPaddedSequence(padded, lengths, { batchFirst: true }).data.tolist()).toEqual(expected);
    }
    for (const dtype of ['bool', 'uint8', 'float16', 'bfloat16', 'float32', 'float64', 'int32'] as const) {
      const packed = packPaddedSequence(padded.to(dtype), [1, 1, 3], { batchFirst: true, enforceSorted: false });
      expect(packed.data.dtype).toBe(dtype);
      const back = padPackedSequence(packed, { batchFirst: true, paddingValue: 1 })[0];
      const values = [1, 1, 1, 3, 1, 1, 4, 5, 6].map((value) => (dtype === 'bool' ? 1 : value));
      expect(Array.from(back.to('float64').data)).toEqual(values);
    }
    const deep = randn([4, 2, 3, 2]);
    const packed = packPaddedSequence(deep, [4, 2]);
    expect(packed.data.shape).toEqual([6, 3, 2]);
    expect(packed.data.select(0, 4).tolist()).toEqual(deep.select(0, 2).select(0, 0).tolist());
  });

  it('lets gradients flow back to the steps that were packed, and zeros to the padding', () => {
    for (const batchFirst of [true, false]) {
      for (const [enforceSorted, lengths] of [
        [true, [3, 2, 2]],
        [false, [1, 4, 2]],
      ] as const) {
        const x = batchFirst ? leaf(3, 4, 2) : leaf(4, 3, 2);
        const run = (t: Tensor) => packPaddedSequence(t, lengths, { batchFirst, enforceSorted }).data;
        expect(autograd.gradcheck((t) => run(t as Tensor), [x])).toBe(true);
        expect(autograd.gradcheck((t) => run((t as Tensor).transpose(0, 2).contiguous().transpose(0, 2)), [x])).toBe(
          true,
        );
      }
    }
    const x = randn([3, 2], { requiresGrad: true });
    const { data } = packPaddedSequence(x, [2, 1]);
    expect(data.gradFn?.name).toBe('PackPaddedSequenceBackward0');
    data.sum().backward();
    expect(x.grad?.tolist()).toEqual([
      [1, 1],
      [1, 0],
      [0, 0],
    ]);
  });

  it('refuses what does not fit, and says what would', () => {
    const x = zeros([4, 3, 2]);
    const pack = (lengths: unknown, options?: object) => packPaddedSequence(x, lengths as number[], options);
    expect(() => pack([4, 2])).toThrow(ShapeError);
    expect(() => pack([4, 2])).toThrow(
      'packPaddedSequence: lengths must have one entry for each of 3 sequences (dimension 1 of input), got 2',
    );
    expect(() => pack([4, 3, 2, 1])).toThrow('got 4; that fits batchFirst: true');
    expect(() => pack([4, 3, 2], { batchFirst: true })).toThrow('dimension 0 of input), got 3');
    expect(() => pack([[4, 3, 2]])).toThrow('got shape [1, 3]');
    expect(() => pack([4, 0, 2])).toThrow(ValueError);
    expect(() => pack([4, 0, 2])).toThrow(
      'lengths[1] must be from 1 to the 4 steps of input, got 0; leave empty sequences out',
    );
    expect(() => pack([4, -1, 2])).toThrow('lengths[1] must be from 1 to the 4 steps of input, got -1');
    expect(() => pack([4, 3, 5])).toThrow('lengths[2] must be from 1 to the 4 steps of input, got 5 (dimension 0 of');
    expect(() => pack([4, 2, 3])).toThrow(ValueError);
    expect(() => pack([4, 2, 3])).toThrow(
      'with enforceSorted lengths must not grow, but lengths[2] is 3 after 2; sort the sequences from longest to ' +
        'shortest, or pass { enforceSorted: false }',
    );
    expect(() => pack([4, 2.5, 1])).toThrow('lengths must hold integers of 32 bits, got 2.5 at position 1');
    expect(() => pack(tensor([4, 2, 1]))).toThrow(DTypeError);
    expect(() => pack(Float64Array.of(4, 2, 1))).toThrow('lengths must be an Int32Array');
    expect(() => pack(undefined)).toThrow(ArgumentError);
    expect(() => packPaddedSequence(zeros([4, 0, 2]), [])).toThrow('at least one element to pack, got shape [4, 0, 2]');
    expect(() => packPaddedSequence(zeros([4]), [4])).toThrow('input must have shape [steps, batch, …], got [4]');
    expect(() => packPaddedSequence([[1]] as never, [1])).toThrow('input must be a Tensor');
    expect(() => pack([4, 3, 2], { enforce_sorted: false })).toThrow(OptionError);
    expect(() => pack([4, 3, 2], { enforce_sorted: false })).toThrow("did you mean 'enforceSorted'?");
    expect(() => pack([4, 3, 2], { enforceSorted: 0 })).toThrow('enforceSorted must be true or false, got 0');
    expect(() => pack([4, 3, 2], { batchFirst: 'yes' })).toThrow('batchFirst must be true or false');
  });
});

describe('packSequence', () => {
  it('packs what padSequence and packPaddedSequence would', () => {
    const sequences = [randn([2, 3]), randn([4, 3]), randn([1, 3]), randn([4, 3])];
    const lengths = sequences.map((sequence) => sequence.shape[0]);
    const packed = packSequence(sequences, { enforceSorted: false });
    const other = packPaddedSequence(padSequence(sequences), lengths, { enforceSorted: false });
    expect(String(packed)).toBe(String(other));
    expect(unpackSequence(packed).map((part) => part.tolist())).toEqual(sequences.map((part) => part.tolist()));
    const one = packSequence([tensor([1, 2, 3])]);
    expect([one.data.tolist(), one.batchSizes.tolist(), one.sortedIndices]).toEqual([[1, 2, 3], [1, 1, 1], null]);
    expect(packSequence(padded, { enforceSorted: true }).batchSizes.tolist()).toEqual([3, 3, 3]);
  });

  it('lets gradients flow back to the sequences', () => {
    const sequences = [leaf(2, 2), leaf(3, 2), leaf(1, 2)];
    const run = (...xs: Tensor[]) => packSequence(xs, { enforceSorted: false }).data;
    expect(autograd.gradcheck(run as never, sequences)).toBe(true);
    expect(autograd.gradcheck(((x: Tensor) => packSequence([x]).data) as never, [leaf(3, 2)])).toBe(true);
  });

  it('refuses empty sequences and lengths that grow', () => {
    expect(() => packSequence([ones([2, 3]), ones([0, 3])])).toThrow(ValueError);
    expect(() => packSequence([ones([2, 3]), ones([0, 3])])).toThrow(
      'packSequence: sequences[1] must have at least one element, got shape [0, 3]; leave empty sequences out',
    );
    expect(() => packSequence([ones([2]), ones([3])])).toThrow(
      'lengths must not grow, but the length of sequences[1] is 3 after 2; sort the sequences',
    );
    expect(() => packSequence([])).toThrow('packSequence: needs at least one sequence, got none');
    expect(() => packSequence([ones([2, 3]), ones([1, 2])])).toThrow('sequences[1] must have shape [length, 3]');
    expect(() => packSequence([ones([2])], { batchFirst: true } as never)).toThrow(OptionError);
  });
});

describe('padPackedSequence', () => {
  it('puts sequences back where they were', () => {
    const packed = packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });
    const [back, lengths] = padPackedSequence(packed, { batchFirst: true });
    expect(back.tolist()).toEqual(padded.tolist());
    expect([lengths.dtype, lengths.tolist()]).toEqual(['int32', [2, 1, 3]]);
    expect(padPackedSequence(packed, { paddingValue: -1, totalLength: 4 })[0].tolist()).toEqual([
      [1, 3, 4],
      [2, -1, 5],
      [-1, -1, 6],
      [-1, -1, -1],
    ]);
  });

  it('is undone by packing, for random lengths', () => {
    for (let batch = 1; batch <= 12; batch++) {
      const lengths = Array.from({ length: batch }, (_, i) => 1 + ((i * 7 + batch * 5) % 9));
      const steps = Math.max(...lengths) + (batch % 3);
      for (const batchFirst of [true, false]) {
        const x = randn(batchFirst ? [batch, steps, 3] : [steps, batch, 3]);
        const packed = packPaddedSequence(x, lengths, { batchFirst, enforceSorted: false });
        const [back, counts] = padPackedSequence(packed, { batchFirst, totalLength: steps, paddingValue: Number.NaN });
        expect(counts.tolist()).toEqual(lengths);
        const repacked = packPaddedSequence(back, counts, { batchFirst, enforceSorted: false });
        expect(repacked.data.data).toEqual(packed.data.data);
        for (const [b, part] of unpackSequence(packed).entries()) {
          const sequence = x.select(batchFirst ? 0 : 1, b).narrow(0, 0, lengths[b]);
          expect(part.tolist()).toEqual(sequence.tolist());
        }
      }
    }
  });

  it('lets gradients flow back from the sequences, not from the padding', () => {
    for (const options of [{}, { batchFirst: true }, { totalLength: 5, paddingValue: 2 }]) {
      const packed = packPaddedSequence(zeros([3, 3, 2]), [1, 3, 2], { enforceSorted: false });
      const run = (data: Tensor) => padPackedSequence(packed.withData(data), options)[0];
      expect(autograd.gradcheck(run as never, [leaf(6, 2)])).toBe(true);
    }
  });

  it('refuses what does not fit', () => {
    const packed = packPaddedSequence(padded, [3, 2, 1]);
    expect(() => padPackedSequence(padded as never)).toThrow('sequence must be a PackedSequence, got a Tensor');
    expect(() => padPackedSequence(packed, { totalLength: 2 })).toThrow(ValueError);
    expect(() => padPackedSequence(packed, { totalLength: 2 })).toThrow(
      'totalLength must be an integer of at least 3, the length of the longest sequence, got 2',
    );
    expect(() => padPackedSequence(packed, { totalLength: 3.5 })).toThrow('got 3.5');
    expect(() => padPackedSequence(packed, { paddingValue: '0' as never })).toThrow('paddingValue must be a number');
    expect(() => padPackedSequence(packed, { batchFirst: 1 as never })).toThrow('batchFirst must be true or false');
    expect(() => padPackedSequence(packed, { total_length: 9 } as never)).toThrow("did you mean 'totalLength'?");
  });
});

describe('PackedSequence', () => {
  it('prints as PyTorch does, and converts its data', () => {
    const packed = packPaddedSequence(padded, [2, 1, 3], { batchFirst: true, enforceSorted: false });
    const text =
      'PackedSequence(data=tensor([4, 1, 3, 5, 2, 6]), batch_sizes=tensor([3, 2, 1]), ' +
      'sorted_indices=tensor([2, 0, 1]), unsorted_indices=tensor([1, 2, 0]))';
    expect([String(packed), inspect(packed)]).toEqual([text, text]);
    expect(String(packSequence([tensor([1.5])]))).toBe(
      'PackedSequence(data=tensor([1.5000]), batch_sizes=tensor([1]), sorted_indices=None, unsorted_indices=None)',
    );
    expect(packed.to('int32')).toBe(packed);
    expect(packed.int()).toBe(packed);
    const dtypes = [packed.float(), packed.double(), packed.half(), packed.to('bool')].map(({ data }) => data.dtype);
    expect(dtypes).toEqual(['float32', 'float64', 'float16', 'bool']);
    expect(packed.double().sortedIndices?.tolist()).toEqual([2, 0, 1]);
    expect(() => packed.to('int64' as never)).toThrow('int64');
  });

  it('can be made by hand, from either permutation', () => {
    for (const args of [
      [[2, 0, 1], undefined],
      [null, [1, 2, 0]],
      [integers([2, 0, 1]), Int32Array.of(1, 2, 0)],
    ] as const) {
      const packed = new PackedSequence(zeros([6, 2]), [3, 2, 1], ...args);
      expect(packed.sortedIndices?.tolist()).toEqual([2, 0, 1]);
      expect(packed.unsortedIndices?.tolist()).toEqual([1, 2, 0]);
    }
    expect(invertPermutation(null)).toBeNull();
    expect(invertPermutation([3, 0, 2, 1]).tolist()).toEqual([1, 3, 2, 0]);
  });

  it('refuses parts that do not fit each other', () => {
    const make = (sizes: unknown, sorted?: unknown, unsorted?: unknown) =>
      new PackedSequence(zeros([6, 2]), sizes as number[], sorted as number[], unsorted as number[]);
    expect(() => make([3, 2])).toThrow('as many rows as batchSizes adds up to, 5, got shape [6, 2]');
    expect(() => make([3, 3, 0])).toThrow('batchSizes[2] must be from 1 to the 3 of the step before, got 0');
    expect(() => make([2, 4])).toThrow('batchSizes[1] must be from 1 to the 2 of the step before, got 4');
    expect(() => make([-6])).toThrow('batchSizes[0] must be at least 1, got -6');
    expect(() => make([])).toThrow('one number for each step, at least one, got shape [0]');
    expect(() => make([3, 3], [0, 1])).toThrow('sortedIndices must have one entry for each of 3 sequences');
    expect(() => make([3, 3], [0, 1, 1])).toThrow('each number from 0 to 2 once, but 1 is there twice');
    expect(() => make([3, 3], [0, 1, 3])).toThrow('but sortedIndices[2] is 3');
    expect(() => make([3, 3], [2, 0, 1], [2, 0, 1])).toThrow('unsortedIndices must be the inverse of sortedIndices');
    expect(() => new PackedSequence(zeros([]), [1])).toThrow('data must have shape [rows, …], got []');
    expect(() => new PackedSequence([1] as never, [1])).toThrow('data must be a Tensor');
    expect(() => invertPermutation([0, 2])).toThrow('but permutation[1] is 2');
    expect(() => invertPermutation(padded)).toThrow('permutation must have 1 dimension, got shape [3, 3]');
    expect(() => unpackSequence(padded as never)).toThrow('packed must be a PackedSequence, got a Tensor');
  });
});
