import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  allclose,
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  randn,
  ShapeError,
  setNumThreads,
  Tensor,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { PackedSequence, packPaddedSequence, packSequence, padPackedSequence, unpackSequence } = nn.utils.rnn;

const lengths = [2, 4, 1, 3, 4];
const [longest, batch] = [4, 5];

const forms: nn.LSTMOptions[] = [
  {},
  { bias: false },
  { bidirectional: true },
  { projSize: 2 },
  { numLayers: 2, batchFirst: true },
  { numLayers: 2, bidirectional: true, projSize: 2 },
  { numLayers: 3, bidirectional: true },
];

describe('LSTM over packed sequences', () => {
  for (const form of forms) {
    const stacked = (form.numLayers ?? 1) * (form.bidirectional ? 2 : 1);
    const width = form.projSize ?? 3;

    it(`gives each sequence what it gives it alone: ${JSON.stringify(form)}`, () => {
      const lstm = new nn.LSTM(2, 3, { ...form, dtype: 'float64' });
      const alone = new nn.LSTM(2, 3, { ...form, dtype: 'float64', batchFirst: false });
      alone.loadStateDict(lstm.stateDict());
      const [h0, c0] = [leaf(stacked, batch, width), leaf(stacked, batch, 3)];
      const sequences = lengths.map((length) => leaf(length, 2));
      const [output, [h, c]] = lstm.forward(packSequence(sequences, { enforceSorted: false }), [h0, c0]);
      output.data.square().sum().add(h.sum()).add(c.square().sum()).backward();
      const together = [h0, c0, ...sequences, ...lstm.parameters()].map((t) => t.grad!);
      for (const t of [h0, c0, ...sequences]) t.grad = null;
      for (const [b, part] of unpackSequence(output).entries()) {
        const state: nn.LSTMState = [h0.select(1, b), c0.select(1, b)];
        const [own, [ownH, ownC]] = alone.forward(sequences[b], state);
        expect(allclose(part, own)).toBe(true);
        expect(allclose(h.select(1, b), ownH)).toBe(true);
        expect(allclose(c.select(1, b), ownC)).toBe(true);
        own.square().sum().add(ownH.sum()).add(ownC.square().sum()).backward();
      }
      const apart = [h0, c0, ...sequences, ...alone.parameters()].map((t) => t.grad!);
      for (const [i, gradient] of together.entries()) expect(allclose(gradient, apart[i])).toBe(true);
    });

    for (const withStates of [false, true]) {
      it(`gradients, checked by differences: ${JSON.stringify(form)}, ${withStates ? 'with' : 'without'} states`, () => {
        const lstm = new nn.LSTM(2, 3, { ...form, dtype: 'float64' });
        const states = withStates ? [leaf(stacked, 3, width), leaf(stacked, 3, 3)] : [];
        const { batchFirst = false } = form;
        const run = (x: Tensor, ...hx: Tensor[]) => {
          const packed = packPaddedSequence(x, [1, 3, 2], { batchFirst, enforceSorted: false });
          const [output, [h, c]] = lstm.forward(packed, withStates ? [hx[0], hx[1]] : null);
          return [padPackedSequence(output, { batchFirst })[0], h, c];
        };
        const x = batchFirst ? leaf(3, 3, 2) : leaf(3, 3, 2);
        expect(autograd.gradcheck(run as never, [x, ...states, ...lstm.parameters()])).toBe(true);
      });
    }
  }

  it('reads no padding: NaN there reaches neither outputs nor gradients', () => {
    for (const options of [{}, { bidirectional: true, numLayers: 2 }]) {
      const lstm = new nn.LSTM(2, 3, { ...options, batchFirst: true });
      const x = randn([batch, longest, 2]);
      for (const [b, length] of lengths.entries())
        x.select(0, b)
          .narrow(0, length, longest - length)
          .fill_(Number.NaN);
      x.requiresGrad = true;
      const packed = packPaddedSequence(x, lengths, { batchFirst: true, enforceSorted: false });
      expect(packed.data.shape).toEqual([14, 2]);
      const [output, [h, c]] = lstm.forward(packed);
      expect(output.data.shape[0]).toBe(14);
      output.data.sum().add(h.sum()).add(c.sum()).backward();
      const all = [output.data, h, c, x.grad!, ...lstm.parameters().map((p) => p.grad!)];
      for (const t of all) expect(t.isfinite().all().item()).toBe(1);
      for (const [b, length] of lengths.entries()) {
        expect(
          x
            .grad!.select(0, b)
            .narrow(0, length, longest - length)
            .abs()
            .sum()
            .item(),
        ).toBe(0);
        expect(x.grad!.select(0, b).narrow(0, 0, length).abs().sum().item()).toBeGreaterThan(0);
      }
    }
  });

  it('is the plain LSTM when all sequences are equally long', () => {
    const lstm = new nn.LSTM(4, 7, { numLayers: 2, bidirectional: true });
    const x = randn([6, 5, 4]);
    const [plain, [h, c]] = lstm.forward(x);
    const [output, [packedH, packedC]] = lstm.forward(packPaddedSequence(x, [6, 6, 6, 6, 6]));
    expect(output.data.data).toEqual(plain.data);
    expect([packedH.data, packedC.data]).toEqual([h.data, c.data]);
  });

  it('keeps how the sequences were arranged, and orders states as the sequences were', () => {
    const lstm = new nn.LSTM(2, 3);
    const packed = packPaddedSequence(randn([4, 3, 2]), [2, 4, 3], { enforceSorted: false });
    const [output, [h]] = lstm.forward(packed);
    expectTypeOf(output).toEqualTypeOf<nn.utils.rnn.PackedSequence>();
    expectTypeOf(lstm.forward(packed.data)[0]).toEqualTypeOf<Tensor>();
    expect(output).toBeInstanceOf(PackedSequence);
    expect(lstm.forward(zeros([4, 3, 2]))[0]).toBeInstanceOf(Tensor);
    expect(output.batchSizes.tolist()).toEqual(packed.batchSizes.tolist());
    expect(output.sortedIndices?.tolist()).toEqual([1, 2, 0]);
    const padded = padPackedSequence(output, { batchFirst: true })[0];
    for (const [b, length] of [2, 4, 3].entries()) {
      expect(h.select(0, 0).select(0, b).tolist()).toEqual(
        padded
          .select(0, b)
          .select(0, length - 1)
          .tolist(),
      );
    }
  });

  it('gives the same with and without recording, on any number of threads', () => {
    const before = getNumThreads();
    const lstm = new nn.LSTM(20, 33, { numLayers: 2, bidirectional: true });
    const counts = Array.from({ length: 40 }, (_, i) => 1 + ((i * 11) % 12));
    const x = randn([12, 40, 20], { requiresGrad: true });
    const runs = [1, 2, 8].map((n) => {
      setNumThreads(n);
      x.grad = null;
      lstm.zeroGrad();
      const packed = packPaddedSequence(x, counts, { enforceSorted: false });
      const [output, [h, c]] = lstm.forward(packed);
      output.data.square().sum().backward();
      expect(noGrad(() => lstm.forward(packed)[0]).data.data).toEqual(output.data.data);
      return [output.data, h, c, x.grad!, ...lstm.parameters().map((p) => p.grad!)].map((t) => t.data);
    });
    setNumThreads(before);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('drops rows between layers in training only', () => {
    const lstm = new nn.LSTM(2, 6, { numLayers: 2, dropout: 0.5 });
    const packed = packPaddedSequence(randn([4, 3, 2]), [4, 3, 1]);
    const run = () => lstm.forward(packed)[0].data.data;
    manualSeed(1);
    const first = run();
    manualSeed(1);
    expect(run()).toEqual(first);
    expect(run()).not.toEqual(first);
    lstm.eval();
    expect(run()).toEqual(run());
  });

  it('trains behind an embedding of packed indices', () => {
    const embedding = new nn.Embedding(10, 4);
    const lstm = new nn.LSTM(4, 3);
    const indices = zeros([5, 3], { dtype: 'int32' });
    const packed = packPaddedSequence(indices, [2, 5, 3], { enforceSorted: false });
    const [output] = lstm.forward(packed.withData(embedding.forward(packed.data)));
    output.data.sum().backward();
    expect(embedding.weight.grad?.shape).toEqual([10, 4]);
    expect(output.data.shape).toEqual([10, 3]);
  });

  it('refuses what does not fit', () => {
    const lstm = new nn.LSTM(3, 4);
    const pack = (x: Tensor) => packPaddedSequence(x, [2, 1]);
    expect(() => lstm.forward(pack(zeros([2, 2, 4])))).toThrow('the last dimension of input must be inputSize 3');
    expect(() => lstm.forward(pack(zeros([2, 2])))).toThrow(ShapeError);
    expect(() => lstm.forward(pack(zeros([2, 2])))).toThrow(
      'LSTM: the data of a packed input must have shape [rows, 3], got [3]',
    );
    expect(() => lstm.forward(pack(zeros([2, 2, 1, 3])))).toThrow('must have shape [rows, 3], got [3, 1, 3]');
    expect(() => lstm.forward(pack(zeros([2, 2, 3], { dtype: 'float64' })))).toThrow(DTypeError);
    expect(() => lstm.forward(pack(zeros([2, 2, 3], { dtype: 'int32' })))).toThrow('input.data must be float32');
    const hx: nn.LSTMState = [zeros([1, 3, 4]), zeros([1, 3, 4])];
    expect(() => lstm.forward(pack(zeros([2, 2, 3])), hx)).toThrow(
      'h0 must have shape [1, 2, 4] (layers x directions, batch, size), got [1, 3, 4]',
    );
    expect(() => lstm.forward({} as never)).toThrow('LSTM: input must be a Tensor or a PackedSequence, got an object');
  });

  it('stays within its memory when batch sizes are changed behind its back', () => {
    const lstm = new nn.LSTM(3, 4);
    const packed = packPaddedSequence(zeros([3, 2, 3]), [3, 1]);
    packed.batchSizes.data[2] = 100;
    expect(() => lstm.forward(packed)).toThrow(RangeError);
    packed.batchSizes.data[2] = 2;
    expect(() => lstm.forward(packed)).toThrow(RangeError);
    expect(() => padPackedSequence(packed)).toThrow(RangeError);
    packed.batchSizes.data[2] = 1;
    const [output] = lstm.forward(packed);
    packed.batchSizes.data[1] = 2;
    expect(() => output.data.sum().backward()).toThrow(RangeError);
  });
});
