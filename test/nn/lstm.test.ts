import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  OptionError,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';

interface Form {
  numLayers?: number;
  bias?: boolean;
  batchFirst?: boolean;
  bidirectional?: boolean;
  projSize?: number;
}

const forms: Form[] = [
  {},
  { batchFirst: true },
  { bias: false },
  { bidirectional: true },
  { projSize: 2 },
  { numLayers: 2, bidirectional: true, batchFirst: true },
  { numLayers: 2, projSize: 3, bidirectional: true, bias: false },
  { numLayers: 3 },
];

/** The layer's outputs as a function of the input, the states and every parameter. */
function asFunction(lstm: nn.LSTM, withStates: boolean) {
  const names = lstm.namedParameters().map(([name]) => name);
  return (...tensors: Tensor[]) => {
    const [x, h0, c0, ...values] = withStates ? tensors : [tensors[0], null, null, ...tensors.slice(1)];
    expect(values.length).toBe(names.length);
    const [output, [h, c]] = lstm.forward(x!, h0 && c0 ? [h0, c0] : null);
    return [output, h, c];
  };
}

describe('LSTM gradients, checked by differences', () => {
  for (const form of forms) {
    for (const withStates of [false, true]) {
      it(`${JSON.stringify(form)}, ${withStates ? 'with' : 'without'} first states`, () => {
        const lstm = new nn.LSTM(3, 5, { ...form, dtype: 'float64' });
        const stacked = (form.numLayers ?? 1) * (form.bidirectional ? 2 : 1);
        const x = form.batchFirst ? leaf(2, 3, 3) : leaf(3, 2, 3);
        const states = withStates ? [leaf(stacked, 2, form.projSize ?? 5), leaf(stacked, 2, 5)] : [];
        expect(autograd.gradcheck(asFunction(lstm, withStates), [x, ...states, ...lstm.parameters()])).toBe(true);
      });
    }
  }

  for (const hidden of [1, 7, 8, 16, 17, 33]) {
    it(`hidden size ${hidden}`, () => {
      const lstm = new nn.LSTM(2, hidden, { dtype: 'float64' });
      expect(autograd.gradcheck((x) => lstm.forward(x as Tensor)[0], [leaf(4, 3, 2)])).toBe(true);
    });
  }

  it('through the final states alone, and through the output alone', () => {
    const lstm = new nn.LSTM(2, 3, { numLayers: 2, dtype: 'float64' });
    const run = asFunction(lstm, false);
    for (const k of [0, 1, 2]) {
      expect(autograd.gradcheck((...t) => run(...(t as Tensor[]))[k], [leaf(3, 2, 2), ...lstm.parameters()])).toBe(
        true,
      );
    }
  });

  it('does not pass a gradient that is wrong', () => {
    const lstm = new nn.LSTM(2, 3, { dtype: 'float64' });
    const wrong = (x: Tensor) => lstm.forward(x.mul(2).sub(x.detach()))[0];
    expect(() => autograd.gradcheck((x) => wrong(x as Tensor), [leaf(3, 2, 2)])).toThrow('gradcheck');
  });
});

describe('LSTM', () => {
  it('gives the same with and without recording, in either layout, on any number of threads', () => {
    const before = getNumThreads();
    const lstm = new nn.LSTM(20, 33, { numLayers: 2, bidirectional: true });
    const first = new nn.LSTM(20, 33, { numLayers: 2, bidirectional: true, batchFirst: true });
    first.loadStateDict(lstm.stateDict());
    const x = randn([12, 40, 20], { requiresGrad: true });
    const runs = [1, 2, 8].map((n) => {
      setNumThreads(n);
      x.grad = null;
      lstm.zeroGrad();
      const [output, [h, c]] = lstm.forward(x);
      output.mul(output).sum().backward();
      const plain = noGrad(() => lstm.forward(x)[0]);
      const turned = noGrad(() => first.forward(x.transpose(0, 1))[0].transpose(0, 1).contiguous());
      expect(plain.data).toEqual(output.data);
      expect(turned.data).toEqual(output.data);
      return [output, h, c, x.grad!, ...lstm.parameters().map((p) => p.grad!)].map((t) => t.data);
    });
    setNumThreads(before);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('gives a frozen input no gradient, and frozen weights none', () => {
    const lstm = new nn.LSTM(4, 3);
    lstm.getParameter('weight_hh_l0').requiresGrad = false;
    const x = randn([5, 2, 4]);
    lstm.forward(x)[0].sum().backward();
    expect(x.grad).toBeNull();
    expect(lstm.getParameter('weight_hh_l0').grad).toBeNull();
    expect(lstm.getParameter('weight_ih_l0').grad).not.toBeNull();
    const biases = ['bias_ih_l0', 'bias_hh_l0'].map((name) => lstm.getParameter(name).grad!);
    expect(biases[0].data).toEqual(biases[1].data);
    expect(biases[0].storage).not.toBe(biases[1].storage);
  });

  it('drops between layers in training only', () => {
    const lstm = new nn.LSTM(4, 6, { numLayers: 2, dropout: 0.5, batchFirst: true });
    const x = randn([3, 5, 4]);
    manualSeed(1);
    const a = lstm.forward(x)[0].data;
    manualSeed(1);
    expect(lstm.forward(x)[0].data).toEqual(a);
    expect(lstm.forward(x)[0].data).not.toEqual(a);
    lstm.eval();
    expect(lstm.forward(x)[0].data).toEqual(lstm.forward(x)[0].data);
    const single = new nn.LSTM(2, 3, { numLayers: 2, dropout: 0.4, dtype: 'float64' });
    const seeded = (...t: Tensor[]) => {
      manualSeed(3);
      return asFunction(single, false)(...t);
    };
    const inputs = [leaf(3, 2, 2), ...single.parameters()];
    expect(autograd.gradcheck((...t) => seeded(...(t as Tensor[])), inputs)).toBe(true);
  });

  it('names and prints itself as PyTorch does', () => {
    const lstm = new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true, projSize: 2, dropout: 0.5, batchFirst: true });
    expect(String(lstm)).toBe(
      'LSTM(3, 4, proj_size=2, num_layers=2, batch_first=True, dropout=0.5, bidirectional=True)',
    );
    const shapes = Object.fromEntries(lstm.namedParameters().map(([name, p]) => [name, p.shape]));
    expect(Object.keys(shapes).slice(0, 10)).toEqual([
      'weight_ih_l0',
      'weight_hh_l0',
      'bias_ih_l0',
      'bias_hh_l0',
      'weight_hr_l0',
      'weight_ih_l0_reverse',
      'weight_hh_l0_reverse',
      'bias_ih_l0_reverse',
      'bias_hh_l0_reverse',
      'weight_hr_l0_reverse',
    ]);
    expect(shapes.weight_ih_l1).toEqual([16, 4]);
    expect(shapes.weight_hh_l1).toEqual([16, 2]);
    expect(shapes.weight_hr_l1).toEqual([2, 4]);
    for (const p of lstm.parameters()) for (const value of p.data) expect(Math.abs(value)).toBeLessThanOrEqual(0.5);
  });

  it('runs an empty batch', () => {
    const lstm = new nn.LSTM(3, 4);
    const [output, [h]] = lstm.forward(zeros([5, 0, 3]));
    expect(output.shape).toEqual([5, 0, 4]);
    expect(h.shape).toEqual([1, 0, 4]);
    output.sum().backward();
    expect(Array.from(lstm.getParameter('weight_hh_l0').grad!.data).every((value) => value === 0)).toBe(true);
  });

  it('refuses what does not fit, and says what would', () => {
    const lstm = new nn.LSTM(3, 4, { batchFirst: true });
    const x = zeros([2, 5, 3]);
    expect(() => lstm.forward(zeros([2, 5, 4]))).toThrow('the last dimension of input must be inputSize 3');
    expect(() => lstm.forward(zeros([3]))).toThrow('input must have shape [batch, steps, 3] or [steps, 3], got [3]');
    expect(() => lstm.forward(zeros([2, 0, 3]))).toThrow('at least one step');
    expect(() => lstm.forward(zeros([2, 5, 3], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => lstm.forward(x, [zeros([1, 3, 4]), zeros([1, 2, 4])])).toThrow(
      'h0 must have shape [1, 2, 4] (layers x directions, batch, size), got [1, 3, 4]',
    );
    expect(() => lstm.forward(x, [zeros([1, 2, 4]), zeros([1, 2, 5])])).toThrow(ShapeError);
    expect(() => lstm.forward(x, zeros([1, 2, 4]) as never)).toThrow(ArgumentError);
    expect(() => new nn.LSTM(3, 4, { batch_first: true } as never)).toThrow(OptionError);
    expect(() => new nn.LSTM(3, 4, { batch_first: true } as never)).toThrow("did you mean 'batchFirst'");
    expect(() => new nn.LSTM(3, 0)).toThrow(ValueError);
    expect(() => new nn.LSTM(3, 4, { projSize: 4 })).toThrow('projSize must be smaller than hiddenSize');
    expect(() => new nn.LSTM(3, 4, { dropout: 1.5 })).toThrow('dropout must be a probability');
    expect(() => new nn.LSTM(3, 4, { bidirectional: 1 as never })).toThrow('bidirectional must be true or false');
  });
});
