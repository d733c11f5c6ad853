import { describe, expect, expectTypeOf, it } from 'vitest';
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
  optim,
  rand,
  randn,
  ShapeError,
  setNumThreads,
  stack,
  type Tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';
import { leaf } from '../double_leaves.js';
import { expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';

type Cell = nn.Module & { forward(x: Tensor, hx?: unknown): Tensor | [Tensor, Tensor] };
type CellClass = new (inputSize: number, hiddenSize: number, options?: object) => Cell;

const kinds: [name: string, Class: CellClass, Layer: new (...args: never[]) => nn.Module, options: object][] = [
  ['LSTMCell', nn.LSTMCell as never, nn.LSTM as never, {}],
  ['GRUCell', nn.GRUCell as never, nn.GRU as never, {}],
  ['RNNCell', nn.RNNCell as never, nn.RNN as never, {}],
  ['RNNCell with relu', nn.RNNCell as never, nn.RNN as never, { nonlinearity: 'relu' }],
];

/** The states that a cell gives, as a list. */
function statesOf(result: Tensor | [Tensor, Tensor]): Tensor[] {
  return Array.isArray(result) ? result : [result];
}

/** Those states as the cell takes them; nothing for none. */
function asHx(states: Tensor[]): unknown {
  return states.length > 1 ? states : (states[0] ?? null);
}

for (const [name, Class, Layer, options] of kinds) {
  const count = name === 'LSTMCell' ? 2 : 1;

  describe(name, () => {
    for (const bias of [true, false]) {
      for (const initial of [true, false]) {
        for (const lead of [[2], []]) {
          const form = `bias ${bias}, initial states ${initial}, ${lead.length === 0 ? 'unbatched' : 'batched'}`;
          it(`has the gradients that differences give: ${form}`, () => {
            manualSeed(1);
            const cell = new Class(3, 4, { ...options, bias, dtype: 'float64' });
            const states = initial ? Array.from({ length: count }, () => leaf(...lead, 4)) : [];
            const run = (x: Tensor, ...hx: Tensor[]) => statesOf(cell.forward(x, asHx(hx.slice(0, states.length))));
            const inputs = [leaf(...lead, 3), ...states, ...cell.parameters()];
            expect(autograd.gradcheck(run as never, inputs)).toBe(true);
          });
        }
      }
    }

    for (const hidden of [1, 7, 8, 16, 17, 33]) {
      it(`has the gradients that differences give: hidden size ${hidden}`, () => {
        manualSeed(2);
        const cell = new Class(2, hidden, { ...options, dtype: 'float64' });
        const run = (x: Tensor, ...hx: Tensor[]) => statesOf(cell.forward(x, asHx(hx)));
        const states = Array.from({ length: count }, () => leaf(3, hidden));
        expect(autograd.gradcheck(run as never, [leaf(3, 2), ...states])).toBe(true);
      });
    }

    it('has the gradients of each state alone', () => {
      const cell = new Class(2, 3, { ...options, dtype: 'float64' });
      const states = Array.from({ length: count }, () => leaf(2, 3));
      for (let k = 0; k < count; k++) {
        const run = (x: Tensor, ...hx: Tensor[]) => statesOf(cell.forward(x, asHx(hx)))[k];
        expect(autograd.gradcheck(run as never, [leaf(2, 2), ...states])).toBe(true);
      }
    });

    it('does step by step what the layer does at once, forward and backward', () => {
      const cell = new Class(3, 5, { ...options, dtype: 'float64' });
      const layer = new (Layer as never as CellClass)(3, 5, { ...options, dtype: 'float64' });
      const named = Object.entries(cell.stateDict()).map(([key, value]) => [`${key}_l0`, value]);
      layer.loadStateDict(Object.fromEntries(named));
      const x = leaf(4, 2, 3);
      const outputs: Tensor[] = [];
      let states: Tensor[] = [];
      for (let t = 0; t < 4; t++) {
        states = statesOf(cell.forward(x.select(0, t), asHx(states)));
        outputs.push(states[0]);
      }
      const [output, last] = layer.forward(x) as [Tensor, Tensor | [Tensor, Tensor]];
      expect(allclose(stack(outputs), output)).toBe(true);
      for (const [k, state] of statesOf(last).entries()) expect(allclose(states[k], state.squeeze(0))).toBe(true);
      stack(outputs).square().sum().add(states.at(-1)!.sum()).backward();
      const own = [x.grad!, ...cell.parameters().map((p) => p.grad!)];
      x.grad = null;
      output.square().sum().add(statesOf(last).at(-1)!.sum()).backward();
      const whole = [x.grad!, ...layer.parameters().map((p) => p.grad!)];
      for (const [i, gradient] of own.entries()) expect(allclose(gradient, whole[i])).toBe(true);
    });

    it('gives the same with and without recording, on any number of threads', () => {
      const before = getNumThreads();
      const cell = new Class(65, 130, options);
      const x = randn([64, 65], { requiresGrad: true });
      const states = Array.from({ length: count }, () => randn([64, 130]));
      const runs = [1, 2, 8].map((n) => {
        setNumThreads(n);
        x.grad = null;
        cell.zeroGrad();
        const after = statesOf(cell.forward(x, asHx(states)));
        after[0].square().sum().backward();
        const plain = noGrad(() => statesOf(cell.forward(x, asHx(states))));
        expect(plain.map((t) => t.data)).toEqual(after.map((t) => t.data));
        return [...after, x.grad!, ...cell.parameters().map((p) => p.grad!)].map((t) => t.data);
      });
      setNumThreads(before);
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[2]).toEqual(runs[0]);
    });

    it('starts from zeros without states, and takes batches of none', () => {
      const cell = new Class(3, 4, options);
      const x = randn([2, 3]);
      const given = Array.from({ length: count }, () => zeros([2, 4]));
      const [fresh, same] = [statesOf(cell.forward(x)), statesOf(cell.forward(x, asHx(given)))];
      for (const [k, state] of fresh.entries()) expect(state.tolist()).toEqual(same[k].tolist());
      const none = statesOf(cell.forward(zeros([0, 3])));
      expect(none.map((t) => t.shape)).toEqual(fresh.map(() => [0, 4]));
      none[0].sum().backward();
      expect(cell.getParameter('weight_ih').grad!.abs().sum().item()).toBe(0);
      expect(statesOf(cell.forward(zeros([3])))[0].shape).toEqual([4]);
    });

    it('gives frozen parameters and states no gradient', () => {
      const cell = new Class(3, 4, options);
      cell.getParameter('weight_hh').requiresGrad = false;
      cell.getParameter('bias_ih').requiresGrad = false;
      const states = Array.from({ length: count }, (_, k) => randn([2, 4], { requiresGrad: k === 0 }));
      const [first, ...rest] = statesOf(cell.forward(randn([2, 3]), asHx(states)));
      rest.reduce((total, state) => total.add(state.sum()), first.sum()).backward();
      expect(states.map((state) => state.grad !== null)).toEqual([true, false].slice(0, count));
      const named = cell.namedParameters().map(([key, p]) => [key, p.grad !== null]);
      expect(named).toEqual([
        ['weight_ih', true],
        ['weight_hh', false],
        ['bias_ih', false],
        ['bias_hh', true],
      ]);
    });

    it('can be copied, and turned to another dtype', () => {
      const cell = new Class(3, 4, { ...options, bias: false });
      const copy = nn.cloneModule(cell);
      const x = randn([2, 3]);
      const before = statesOf(cell.forward(x)).map((t) => t.tolist());
      expect(statesOf(copy.forward(x)).map((t) => t.tolist())).toEqual(before);
      noGrad(() => copy.getParameter('weight_ih').mul_(2));
      expect(statesOf(cell.forward(x)).map((t) => t.tolist())).toEqual(before);
      expect(statesOf(cell.double().forward(x.double())).map((t) => t.dtype)).toEqual(Array(count).fill('float64'));
    });

    it('refuses what does not fit, and says what would', () => {
      const cell = new Class(3, 4, options);
      const plain = name.replace(' with relu', '');
      const hx = (...shape: number[]) => asHx(Array.from({ length: count }, () => zeros(shape)));
      const state = count === 2 ? 'h0' : 'hx';
      expect(() => cell.forward(zeros([2, 4]))).toThrow(ShapeError);
      expect(() => cell.forward(zeros([2, 4]))).toThrow(
        `${plain}: input must have shape [batch, 3] or [3], got [2, 4]`,
      );
      expect(() => cell.forward(zeros([5, 2, 3]))).toThrow('got [5, 2, 3]; a cell takes one step at a time');
      expect(() => cell.forward(zeros([]))).toThrow('got []');
      expect(() => cell.forward(zeros([2, 3], { dtype: 'float64' }))).toThrow(DTypeError);
      expect(() => cell.forward(zeros([2, 3], { dtype: 'int32' }))).toThrow('input must be float32 or float64');
      expect(() => cell.forward([1, 2, 3] as never)).toThrow(ArgumentError);
      expect(() => cell.forward(zeros([2, 3]), hx(3, 4))).toThrow(
        `${state} must have shape [2, 4] (batch, size), got [3, 4]`,
      );
      expect(() => cell.forward(zeros([2, 3]), hx(4))).toThrow(`${state} must have shape [2, 4]`);
      expect(() => cell.forward(zeros([3]), hx(1, 4))).toThrow(`${state} must have shape [4] (size), got [1, 4]`);
      const doubles = Array.from({ length: count }, () => zeros([2, 4], { dtype: 'float64' }));
      expect(() => cell.forward(zeros([2, 3]), asHx(doubles))).toThrow('must be float32 like the input, got float64');
      const wrong = count === 2 ? zeros([2, 4]) : [zeros([2, 4]), zeros([2, 4])];
      expect(() => cell.forward(zeros([2, 3]), wrong)).toThrow(ArgumentError);
      expect(() => new Class(3, 0, options)).toThrow(ValueError);
      expect(() => new Class(-1, 4, options)).toThrow(`${plain}: inputSize must be an integer of at least 0, got -1`);
      expect(() => new Class(3, 4, { ...options, bais: false })).toThrow(OptionError);
      expect(() => new Class(3, 4, { ...options, bais: false })).toThrow("did you mean 'bias'?");
      expect(() => new Class(3, 4, { ...options, bias: 1 })).toThrow('bias must be true or false, got 1');
      expect(() => new Class(3, 4, { ...options, dtype: 'int32' })).toThrow('dtype must be float32 or float64');
    });
  });
}

it('RNNCell refuses a nonlinearity that it does not know', () => {
  expect(() => new nn.RNNCell(3, 4, { nonlinearity: 'sigmoid' as never })).toThrow(
    /^RNNCell: nonlinearity must be .*got "sigmoid"/,
  );
});

it('cells have the types of their states', () => {
  const x = zeros([2, 3]);
  expectTypeOf(new nn.LSTMCell(3, 4).forward(x)).toEqualTypeOf<nn.LSTMCellState>();
  expectTypeOf(new nn.GRUCell(3, 4).forward(x)).toEqualTypeOf<Tensor>();
  expect(new nn.RNNCell(3, 4).forward(x).shape).toEqual([2, 4]);
});

interface Made {
  name: string;
  module: string;
  options: object;
}
interface Seeded extends Made {
  args: [number, number];
  state: Record<string, ArrayFixture>;
  next: number;
  printed: string;
}
interface Training extends Made {
  state: Record<string, ArrayFixture>;
  x: ArrayFixture;
  target: ArrayFixture;
  losses: number[];
  after: Record<string, ArrayFixture>;
}

const fixture = readFixture<{ seeded: Seeded[]; training: Training[] }>('cells');
const make = ({ module, options }: Made, inputSize: number, hiddenSize: number) =>
  new (nn as never as Record<string, CellClass>)[module](inputSize, hiddenSize, options);

describe('cells made after manualSeed(0) have the weights that PyTorch gives them', () => {
  for (const seeded of fixture.seeded) {
    it(seeded.name, () => {
      manualSeed(0);
      const cell = make(seeded, ...seeded.args);
      expect(Object.keys(cell.stateDict())).toEqual(Object.keys(seeded.state));
      for (const [key, value] of Object.entries(cell.stateDict())) {
        expectTensor(value, seeded.state[key], key, { relative: 0, absolute: 0 });
      }
      expect(rand([1]).item()).toBe(seeded.next);
      expect(String(cell)).toBe(seeded.printed);
    });
  }
});

describe('cells train as PyTorch does: ten losses, and the parameters at the end', () => {
  for (const training of fixture.training) {
    it(training.name, () => {
      const cell = make(training, 3, 6);
      const head = new nn.Linear(6, 2);
      const model = new nn.ModuleDict({ cell, head });
      model.loadStateDict(toStateDict(training.state));
      const [x, target] = [toTensor(training.x), toTensor(training.target)];
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const losses = training.losses.map(() => {
        optimizer.zeroGrad();
        let states: Tensor[] = [];
        for (const step of x.unbind(0)) states = statesOf(cell.forward(step, asHx(states)));
        const loss = nn.functional.mseLoss(head.forward(states[0]), target);
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      expect(losses.length).toBe(10);
      expectNumbers(losses, { shape: [10], dtype: 'float64', data: training.losses }, LOSS, 'losses');
      for (const [key, expected] of Object.entries(training.after)) {
        expectTensor(model.stateDict()[key], expected, `${key} at the end`, { relative: 1e-4, absolute: 1e-5 });
      }
    });
  }
});
