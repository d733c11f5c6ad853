import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  ArgumentError,
  allclose,
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  OptionError,
  ones,
  parseSafetensors,
  randn,
  ShapeError,
  serializeSafetensors,
  setNumThreads,
  type Tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

const { packPaddedSequence, packSequence, padPackedSequence, unpackSequence } = nn.utils.rnn;

type Layer = nn.GRU | nn.RNN;

const kinds: Record<string, (input: number, hidden: number, options?: nn.GRUOptions) => Layer> = {
  GRU: (input, hidden, options) => new nn.GRU(input, hidden, options),
  'RNN with tanh': (input, hidden, options) => new nn.RNN(input, hidden, options),
  'RNN with relu': (input, hidden, options) => new nn.RNN(input, hidden, { ...options, nonlinearity: 'relu' }),
};

const forms: nn.GRUOptions[] = [
  {},
  { batchFirst: true },
  { bias: false },
  { bidirectional: true },
  { numLayers: 2, bidirectional: true, batchFirst: true },
  { numLayers: 2, bidirectional: true, bias: false },
  { numLayers: 3 },
];

const stackedOf = (form: nn.GRUOptions) => (form.numLayers ?? 1) * (form.bidirectional ? 2 : 1);

/** Differences along relu mean nothing beside a kink: a fixed seed keeps away from those. */
beforeEach(() => {
  manualSeed(11);
});

for (const [kind, make] of Object.entries(kinds)) {
  describe(`${kind}: gradients, checked by differences`, () => {
    for (const form of forms) {
      for (const withState of [false, true]) {
        const title = `${JSON.stringify(form)}, ${withState ? 'with' : 'without'} a first state`;
        it(title, () => {
          const layer = make(3, 4, { ...form, dtype: 'float64' });
          const x = form.batchFirst ? leaf(2, 3, 3) : leaf(3, 2, 3);
          const states = withState ? [leaf(stackedOf(form), 2, 4)] : [];
          const run = (input: Tensor, h0?: Tensor) => layer.forward(input, withState ? h0 : null);
          expect(autograd.gradcheck(run as never, [x, ...states, ...layer.parameters()])).toBe(true);
        });

        it(`${title}, packed`, () => {
          const layer = make(2, 3, { ...form, dtype: 'float64' });
          const states = withState ? [leaf(stackedOf(form), 3, 3)] : [];
          const { batchFirst = false } = form;
          const run = (x: Tensor, h0?: Tensor) => {
            const packed = packPaddedSequence(x, [1, 3, 2], { batchFirst, enforceSorted: false });
            const [output, h] = layer.forward(packed, withState ? h0 : null);
            return [padPackedSequence(output, { batchFirst })[0], h];
          };
          expect(autograd.gradcheck(run as never, [leaf(3, 3, 2), ...states, ...layer.parameters()])).toBe(true);
        });
      }
    }

    it('for hidden sizes that fill vectors and that do not', () => {
      for (const hidden of [1, 7, 8, 16, 17, 33]) {
        const layer = make(2, hidden, { dtype: 'float64' });
        expect(
          autograd.gradcheck((x) => layer.forward(x as Tensor)[0], [leaf(4, 3, 2)]),
          `${hidden}`,
        ).toBe(true);
      }
    });

    it('through the final state alone, and through the output alone', () => {
      const layer = make(2, 3, { numLayers: 2, dtype: 'float64' });
      for (const k of [0, 1]) {
        const run = (x: Tensor) => layer.forward(x)[k];
        expect(autograd.gradcheck(run as never, [leaf(3, 2, 2), ...layer.parameters()])).toBe(true);
      }
    });

    it('with dropout between layers, from the same seed', () => {
      const layer = make(2, 3, { numLayers: 2, dropout: 0.4, batchFirst: true, dtype: 'float64' });
      const run = (x: Tensor) => {
        manualSeed(3);
        return layer.forward(x)[0];
      };
      expect(autograd.gradcheck(run as never, [leaf(3, 2, 2), ...layer.parameters()])).toBe(true);
    });
  });

  describe(kind, () => {
    it('gives the same with and without recording, in either layout, on any number of threads', () => {
      const before = getNumThreads();
      const layer = make(20, 33, { numLayers: 2, bidirectional: true });
      const first = make(20, 33, { numLayers: 2, bidirectional: true, batchFirst: true });
      first.loadStateDict(layer.stateDict());
      const x = randn([12, 40, 20], { requiresGrad: true });
      const runs = [1, 2, 8].map((n) => {
        setNumThreads(n);
        x.grad = null;
        layer.zeroGrad();
        const [output, h] = layer.forward(x);
        output.mul(output).sum().backward();
        const plain = noGrad(() => layer.forward(x)[0]);
        const turned = noGrad(() => first.forward(x.transpose(0, 1))[0].transpose(0, 1).contiguous());
        expect(plain.data).toEqual(output.data);
        expect(turned.data).toEqual(output.data);
        return [output, h, x.grad!, ...layer.parameters().map((p) => p.grad!)].map((t) => t.data);
      });
      setNumThreads(before);
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[2]).toEqual(runs[0]);
    });

    it('gives each packed sequence what it gives it alone', () => {
      const lengths = [2, 4, 1, 3, 4];
      for (const form of forms) {
        const layer = make(2, 3, { ...form, dtype: 'float64' });
        const alone = make(2, 3, { ...form, dtype: 'float64', batchFirst: false });
        alone.loadStateDict(layer.stateDict());
        const h0 = leaf(stackedOf(form), lengths.length, 3);
        const sequences = lengths.map((length) => leaf(length, 2));
        const [output, h] = layer.forward(packSequence(sequences, { enforceSorted: false }), h0);
        output.data.square().sum().add(h.sum()).backward();
        const together = [h0, ...sequences, ...layer.parameters()].map((t) => t.grad!);
        for (const t of [h0, ...sequences]) t.grad = null;
        for (const [b, part] of unpackSequence(output).entries()) {
          const [own, ownH] = alone.forward(sequences[b], h0.select(1, b));
          expect(allclose(part, own)).toBe(true);
          expect(allclose(h.select(1, b), ownH)).toBe(true);
          own.square().sum().add(ownH.sum()).backward();
        }
        const apart = [h0, ...sequences, ...alone.parameters()].map((t) => t.grad!);
        for (const [i, gradient] of together.entries()) expect(allclose(gradient, apart[i])).toBe(true);
      }
    });

    it('reads no padding: NaN there reaches neither outputs nor gradients', () => {
      const layer = make(2, 3, { bidirectional: true, numLayers: 2 });
      const x = randn([4, 2, 2]);
      x.select(1, 1).narrow(0, 2, 2).fill_(Number.NaN);
      x.requiresGrad = true;
      const [output, h] = layer.forward(packPaddedSequence(x, [4, 2]));
      output.data.sum().add(h.sum()).backward();
      const all = [output.data, h, x.grad!, ...layer.parameters().map((p) => p.grad!)];
      for (const t of all) expect(t.isfinite().all().item()).toBe(1);
    });

    it('passes NaN on', () => {
      const layer = make(2, 3);
      const x = zeros([2, 1, 2]);
      x.fill_(Number.NaN);
      expect(layer.forward(x)[0].isnan().all().item()).toBe(1);
    });

    it('gives a frozen input no gradient, and frozen weights none', () => {
      const layer = make(4, 3);
      layer.getParameter('weight_hh_l0').requiresGrad = false;
      layer.getParameter('bias_ih_l0').requiresGrad = false;
      const x = randn([5, 2, 4]);
      layer.forward(x)[0].sum().backward();
      expect(x.grad).toBeNull();
      expect(layer.getParameter('weight_hh_l0').grad).toBeNull();
      expect(layer.getParameter('bias_ih_l0').grad).toBeNull();
      expect(layer.getParameter('bias_hh_l0').grad).not.toBeNull();
      expect(layer.getParameter('weight_ih_l0').grad).not.toBeNull();
      const h0 = randn([1, 2, 3], { requiresGrad: true });
      noGrad(() => layer.forward(x, h0));
      layer.forward(x, h0)[1].sum().backward();
      expect(h0.grad!.shape).toEqual([1, 2, 3]);
    });

    it('drops between layers in training only', () => {
      const layer = make(4, 6, { numLayers: 2, dropout: 0.5, batchFirst: true });
      const x = randn([3, 5, 4]);
      manualSeed(1);
      const a = layer.forward(x)[0].data;
      manualSeed(1);
      expect(layer.forward(x)[0].data).toEqual(a);
      expect(layer.forward(x)[0].data).not.toEqual(a);
      layer.eval();
      expect(layer.forward(x)[0].data).toEqual(layer.forward(x)[0].data);
    });

    it('has the parameters of the names and shapes that PyTorch has', () => {
      const layer = make(3, 4, { numLayers: 2, bidirectional: true });
      const rows = kind === 'GRU' ? 12 : 4;
      const shapes = Object.fromEntries(layer.namedParameters().map(([name, p]) => [name, p.shape]));
      expect(shapes).toEqual(
        Object.fromEntries(
          ['l0', 'l0_reverse', 'l1', 'l1_reverse'].flatMap((suffix) => [
            [`weight_ih_${suffix}`, [rows, suffix.startsWith('l0') ? 3 : 8]],
            [`weight_hh_${suffix}`, [rows, 4]],
            [`bias_ih_${suffix}`, [rows]],
            [`bias_hh_${suffix}`, [rows]],
          ]),
        ),
      );
      expect(make(3, 4, { bias: false }).namedParameters().length).toBe(2);
      for (const p of layer.parameters()) for (const value of p.data) expect(Math.abs(value)).toBeLessThanOrEqual(0.5);
    });

    it('goes through a safetensors file', () => {
      const layer = make(3, 4, { numLayers: 2, bidirectional: true });
      const copy = make(3, 4, { numLayers: 2, bidirectional: true });
      copy.loadStateDict(parseSafetensors(serializeSafetensors(layer.stateDict())).tensors);
      const x = randn([5, 2, 3]);
      expect(copy.forward(x)[0].data).toEqual(layer.forward(x)[0].data);
    });

    it('runs an empty batch', () => {
      const layer = make(3, 4, { bidirectional: true });
      const [output, h] = layer.forward(zeros([5, 0, 3]));
      expect(output.shape).toEqual([5, 0, 8]);
      expect(h.shape).toEqual([2, 0, 4]);
      output.sum().backward();
      for (const p of layer.parameters()) expect(Array.from(p.grad!.data).every((value) => value === 0)).toBe(true);
    });

    it('reads an input that is not contiguous, and leaves its arguments as they are', () => {
      const layer = make(3, 4);
      const x = randn([3, 2, 5]).transpose(0, 2);
      const h0 = randn([2, 1, 4]).transpose(0, 1);
      const [before, state] = [x.clone().data.slice(), h0.clone().data.slice()];
      const [output] = layer.forward(x, h0);
      expect(output.data).toEqual(layer.forward(x.contiguous(), h0.contiguous())[0].data);
      expect([x.clone().data, h0.clone().data]).toEqual([before, state]);
    });

    it('takes one sequence without a batch dimension', () => {
      for (const batchFirst of [false, true]) {
        const layer = make(3, 4, { batchFirst, bidirectional: true });
        const x = randn([5, 3]);
        const h0 = randn([2, 4]);
        const [output, h] = layer.forward(x, h0);
        const [batched, batchedH] = layer.forward(x.unsqueeze(batchFirst ? 0 : 1), h0.unsqueeze(1));
        expect(output.shape).toEqual([5, 8]);
        expect(h.shape).toEqual([2, 4]);
        expect([output.data, h.data]).toEqual([batched.data, batchedH.data]);
      }
    });

    it('refuses what does not fit, and says what would', () => {
      const layer = make(3, 4, { batchFirst: true });
      const x = zeros([2, 5, 3]);
      expect(() => layer.forward(zeros([2, 5, 4]))).toThrow('the last dimension of input must be inputSize 3');
      expect(() => layer.forward(zeros([3]))).toThrow('input must have shape [batch, steps, 3] or [steps, 3], got [3]');
      expect(() => layer.forward(zeros([2, 0, 3]))).toThrow('at least one step');
      expect(() => layer.forward(zeros([2, 5, 3], { dtype: 'float64' }))).toThrow(DTypeError);
      expect(() => layer.forward(zeros([2, 5, 3], { dtype: 'int32' }))).toThrow(DTypeError);
      expect(() => layer.forward(x, zeros([1, 2, 4], { dtype: 'float64' }))).toThrow(
        'hx must be float32 like the input',
      );
      expect(() => layer.forward(x, zeros([1, 3, 4]))).toThrow(
        'hx must have shape [1, 2, 4] (layers x directions, batch, size), got [1, 3, 4]',
      );
      expect(() => layer.forward(x, zeros([1, 2, 5]))).toThrow(ShapeError);
      expect(() => layer.forward(zeros([5, 3]), zeros([1, 1, 4]))).toThrow('(layers x directions, size)');
      expect(() => layer.forward(x, [zeros([1, 2, 4]), zeros([1, 2, 4])] as never)).toThrow(
        'hx must be one tensor h0, got an array of 2',
      );
      expect(() => layer.forward(x, 0 as never)).toThrow(ArgumentError);
      expect(() => layer.forward([[1, 2, 3]] as never)).toThrow(ArgumentError);
      expect(() => make(3, 4, { batch_first: true } as never)).toThrow(OptionError);
      expect(() => make(3, 4, { batch_first: true } as never)).toThrow("did you mean 'batchFirst'");
      expect(() => make(3, 4, { projSize: 2 } as never)).toThrow(OptionError);
      expect(() => make(3, 0)).toThrow(ValueError);
      expect(() => make(3, 4, { dropout: 1.5 })).toThrow('dropout must be a probability');
      expect(() => make(3, 4, { bidirectional: 1 as never })).toThrow('bidirectional must be true or false');
      expect(() => make(3, 4, { dtype: 'int32' })).toThrow();
    });
  });
}

describe('GRU', () => {
  it('keeps its state where the update gate is shut, and takes the candidate where it is open', () => {
    const layer = new nn.GRU(2, 3);
    const h0 = randn([1, 2, 3]);
    const update = layer.getParameter('bias_ih_l0').detach().narrow(0, 3, 3);
    update.fill_(1000);
    expect(allclose(layer.forward(randn([4, 2, 2]), h0)[1], h0)).toBe(true);
    update.fill_(-1000);
    layer.getParameter('bias_hh_l0').detach().narrow(0, 6, 3).fill_(1000);
    layer.getParameter('bias_ih_l0').detach().narrow(0, 0, 3).fill_(1000);
    expect(allclose(layer.forward(randn([4, 2, 2]), h0)[1], ones([1, 2, 3]))).toBe(true);
  });

  it('refuses the nonlinearity of RNN', () => {
    expect(() => new nn.GRU(3, 4, { nonlinearity: 'relu' } as never)).toThrow(OptionError);
  });

  it('has a packed output for a packed input', () => {
    const layer = new nn.GRU(2, 3);
    const packed = packSequence([randn([2, 2])]);
    expectTypeOf(layer.forward(packed)[0]).toEqualTypeOf<nn.utils.rnn.PackedSequence>();
    expectTypeOf(layer.forward(packed.data)[0]).toEqualTypeOf<Tensor>();
  });
});

describe('RNN', () => {
  it('applies tanh unless it is told to apply relu', () => {
    const layer = new nn.RNN(2, 3);
    expect(layer.nonlinearity).toBe('tanh');
    const relu = new nn.RNN(2, 3, { nonlinearity: 'relu' });
    expect(relu.nonlinearity).toBe('relu');
    relu.loadStateDict(layer.stateDict());
    const x = randn([1, 4, 2]).mul(10);
    const sums = nn.functional
      .linear(x, layer.getParameter('weight_ih_l0'), layer.getParameter('bias_ih_l0'))
      .add(layer.getParameter('bias_hh_l0'));
    expect(allclose(layer.forward(x)[0], sums.tanh())).toBe(true);
    expect(allclose(relu.forward(x)[0], sums.relu())).toBe(true);
  });

  it('refuses another nonlinearity', () => {
    expect(() => new nn.RNN(3, 4, { nonlinearity: 'gelu' as never })).toThrow(
      "RNN: nonlinearity must be 'tanh' or 'relu', got \"gelu\"",
    );
    expect(() => new nn.RNN(3, 4, { nonlinearity: 1 as never })).toThrow(ValueError);
  });
});
