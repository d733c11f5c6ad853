import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  noGrad,
  OptionError,
  optim,
  randn,
  StateDictError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { type Make, makers, parameter } from './optimizers.js';

describe('state dicts', () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`${name}: goes on from a loaded state as if nothing had happened`, () => {
      const gradients = Array.from({ length: 4 }, () => randn([3, 2], { dtype: 'float64' }));
      const run = (p: Tensor, optimizer: optim.Optimizer, from: number, to: number) => {
        for (let i = from; i < to; i++) {
          p.grad = gradients[i];
          optimizer.step();
        }
      };
      const whole = parameter([
        [1, -2],
        [3, 0.5],
        [-1, 2],
      ]);
      const first = make([whole]);
      run(whole, first, 0, 2);
      const resumed = whole.detach().clone().requiresGrad_();
      const second = make([resumed]);
      second.loadStateDict(first.stateDict());
      run(whole, first, 2, 4);
      run(resumed, second, 2, 4);
      expect(resumed.tolist()).toEqual(whole.tolist());
    });
  }

  it('are snapshots, to which a training can go back', () => {
    for (const make of Object.values(makers)) {
      const p = parameter([1, 2]);
      const optimizer = make([p]);
      const step = () => {
        p.grad = tensor([1, -1], { dtype: 'float64' });
        optimizer.step();
      };
      step();
      const kept = optimizer.stateDict();
      const weights = p.detach().clone();
      step();
      const once = p.tolist();
      optimizer.paramGroups[0].lr = 0.001;
      step();
      optimizer.loadStateDict(kept);
      noGrad(() => p.copy_(weights));
      step();
      expect(p.tolist()).toEqual(once);
    }
  });

  it('are wholly live when asked', () => {
    const p = parameter([1]);
    const optimizer = new optim.Adam([p]);
    const live = optimizer.stateDict({ live: true });
    expect(live).toEqual(optimizer.stateDict());
    for (const step of [1, 2]) {
      p.grad = tensor([1], { dtype: 'float64' });
      optimizer.step();
      expect((live.state[0].step as Tensor).item()).toBe(step);
      expect(live.state[0].exp_avg).toBe(optimizer.state.get(p)?.exp_avg);
      optimizer.paramGroups[0].lr = step;
      expect(live.param_groups[0].lr).toBe(step);
    }
    const other = new optim.Adam([parameter([1])]);
    other.loadStateDict(live);
    p.grad = tensor([1], { dtype: 'float64' });
    optimizer.step();
    expect((other.stateDict().state[0].step as Tensor).item()).toBe(2);
    expect(() => optimizer.stateDict({ live: 1 as never })).toThrow(/live must be true or false, got 1/);
    expect(() => optimizer.stateDict({ alive: true } as never)).toThrow(OptionError);
  });

  it('of another optimizer are refused, naming what this one does not know', () => {
    const stepped = (make: Make) => {
      const p = parameter([1, 2]);
      p.grad = tensor([1, 1], { dtype: 'float64' });
      const optimizer = make([p]);
      optimizer.step();
      return optimizer;
    };
    const kinds = Object.entries(makers).filter(([name]) => !name.includes(' with '));
    for (const [from, makeFrom] of kinds) {
      for (const [to, makeTo] of kinds) {
        // Adam and AdamW have the same names, and RAdam has none that they don't know.
        if (from.slice(0, 4) === to.slice(0, 4) || (from === 'RAdam' && to.startsWith('Adam'))) continue;
        const optimizer = stepped(makeTo);
        const before = optimizer.stateDict();
        expect(() => optimizer.loadStateDict(stepped(makeFrom).stateDict()), `${from} to ${to}`).toThrow(
          StateDictError,
        );
        expect(optimizer.stateDict()).toEqual(before);
      }
    }
    const sgd = stepped(makers.SGD);
    expect(() => sgd.loadStateDict(stepped(makers.Adam).stateDict())).toThrow(
      /state\[0\]\.step: is no part of the state of SGD\n[\s\S]*exp_avg[\s\S]*param_groups\[0\]\.betas: is no option of SGD/,
    );
    // Options of the user's own go through.
    const dict = sgd.stateDict();
    dict.param_groups[0].layer = 'top';
    sgd.loadStateDict(dict);
    expect(sgd.paramGroups[0].layer).toBe('top');
  });

  it('say which kind of decay PyTorch’s has, and are refused where it is the other', () => {
    const adam = new optim.Adam([parameter([1])]);
    const dict = adam.stateDict();
    const decoupled = (value: boolean) => ({
      ...dict,
      param_groups: [{ ...dict.param_groups[0], decoupled_weight_decay: value }],
    });
    adam.loadStateDict(decoupled(false));
    expect(() => adam.loadStateDict(decoupled(true))).toThrow(/decoupled_weight_decay: is true, for Adam always false/);
    new optim.AdamW([parameter([1])]).loadStateDict(decoupled(true));
  });

  it('have PyTorch’s structure and names', () => {
    const p = parameter([1]);
    const optimizer = new optim.Adam([p], { weightDecay: 0.5 });
    p.grad = tensor([1], { dtype: 'float64' });
    optimizer.step();
    const { state, param_groups } = optimizer.stateDict();
    expect(Object.keys(state['0'])).toEqual(['step', 'exp_avg', 'exp_avg_sq']);
    expect((state['0'].step as Tensor).item()).toBe(1);
    expect(param_groups).toEqual([
      { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.5, amsgrad: false, maximize: false, params: [0] },
    ]);
    const other = new optim.Adam([parameter([1])]);
    other.loadStateDict({ state, param_groups: [{ ...param_groups[0], fused: null, foreach: null }] });
    expect(other.paramGroups[0].weightDecay).toBe(0.5);
    expect(Object.keys(other.paramGroups[0])).not.toContain('fused');
  });

  it('are refused whole when they do not fit, with everything that is wrong', () => {
    const optimizer = new optim.Adam([parameter([1, 2]), parameter([3])]);
    const good = optimizer.stateDict();
    const wrong = tensor([1, 2, 3], { dtype: 'float64' });
    const state = { 0: { step: 1, exp_avg: wrong, exp_avg_sq: wrong }, 5: { step: 2 } };
    expect(() => optimizer.loadStateDict({ ...good, state })).toThrow(StateDictError);
    expect(() => optimizer.loadStateDict({ ...good, state })).toThrow(
      /state\[0\]\.exp_avg: .*\[2\], got shape \[3\]\n.*exp_avg_sq.*\n.*state\[5\]: there is no such parameter/,
    );
    expect(() => optimizer.loadStateDict({ ...good, param_groups: [] })).toThrow(/the optimizer has 1, got 0/);
    expect(() => optimizer.loadStateDict(null as never)).toThrow(ArgumentError);
    expect(optimizer.state.size).toBe(0);
  });

  it('are refused naming what is missing, no number, or out of range, and nothing is changed', () => {
    const makeStepped = (name: 'Adam' | 'AdamW' | 'RMSprop' | 'Adagrad' | 'SGD') => {
      const p = parameter([1, 2]);
      p.grad = tensor([1, 1], { dtype: 'float64' });
      const optimizer = new optim[name]([p], { lr: 0.5 });
      optimizer.step();
      return optimizer;
    };
    // biome-ignore lint/suspicious/noExplicitAny: what is tried is no state dict.
    const refused = (name: Parameters<typeof makeStepped>[0], spoil: (dict: any) => void, message: RegExp) => {
      const optimizer = makeStepped(name);
      const before = JSON.stringify([...optimizer.state.values()].map((own) => Object.entries(own).map(String)));
      const dict = optimizer.stateDict();
      dict.param_groups[0].lr = 0.25;
      spoil(dict);
      expect(() => optimizer.loadStateDict(dict)).toThrow(StateDictError);
      expect(() => optimizer.loadStateDict(dict)).toThrow(message);
      expect(optimizer.paramGroups[0].lr).toBe(0.5);
      expect(JSON.stringify([...optimizer.state.values()].map((own) => Object.entries(own).map(String)))).toBe(before);
    };
    refused('Adam', (d) => delete d.state[0].exp_avg, /Adam.loadStateDict: .*\n {2}state\[0\]\.exp_avg: is missing/);
    refused('AdamW', (d) => delete d.state[0].step, /state\[0\]\.step: is missing/);
    refused('RMSprop', (d) => delete d.state[0].square_avg, /state\[0\]\.square_avg: is missing/);
    refused('Adagrad', (d) => delete d.state[0].sum, /state\[0\]\.sum: is missing/);
    refused('Adam', (d) => (d.state[0].exp_avg_sq = null), /state\[0\]\.exp_avg_sq: is missing/);
    refused('Adam', (d) => (d.state[0].exp_avg = 3), /exp_avg: must be a Tensor, got 3/);
    refused('SGD', (d) => (d.state[0] = { momentum_buffer: 3 }), /momentum_buffer: must be a Tensor, got 3/);
    refused('Adam', (d) => (d.state[0].step = Number.NaN), /step: must be an integer of at least 0, got NaN/);
    refused('Adam', (d) => (d.state[0].step = tensor([1, 2])), /step: must be an integer of at least 0, got a Tensor/);
    refused('Adam', (d) => (d.state[0] = null), /state\[0\]: must be an object, got null/);
    refused('Adam', (d) => (d.param_groups[0].lr = 'x'), /param_groups\[0\]: lr must be .*, got "x"/);
    refused('Adam', (d) => (d.param_groups[0].betas = [1]), /param_groups\[0\]: betas must be two numbers/);
    refused('RMSprop', (d) => (d.param_groups[0].centered = 1), /centered must be true or false, got 1/);
    const sgd = makeStepped('SGD').stateDict();
    sgd.state[0] = { momentum_buffer: tensor([1, 2], { dtype: 'float64' }) };
    expect(() => makeStepped('Adam').loadStateDict(sgd)).toThrow(/step: is missing\n.*exp_avg: is missing/);
    const noStates = { state: null, param_groups: [] } as never;
    expect(() => makeStepped('Adam').loadStateDict(noStates)).toThrow(ArgumentError);
  });

  it('hold a state of their own shape for Adafactor', () => {
    const p = parameter([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    p.grad = p.detach().clone();
    const optimizer = new optim.Adafactor([p]);
    optimizer.step();
    const dict = optimizer.stateDict();
    const shapes = ['row_var', 'col_var'].map((name) => (dict.state[0][name] as Tensor).shape);
    expect(shapes).toEqual([
      [3, 1],
      [1, 2],
    ]);
    const { row_var, col_var } = dict.state[0];
    dict.state[0] = { ...dict.state[0], row_var: col_var, col_var: row_var };
    expect(() => optimizer.loadStateDict(dict)).toThrow(
      /state\[0\]\.row_var: must have shape \[3, 1\], got shape \[1, 2\]\n.*col_var: must have shape \[1, 2\]/,
    );
  });

  it('does not step from what is no tensor', () => {
    const p = parameter([1]);
    expect(() => {
      p.grad = 5 as never;
    }).toThrow('grad: must be a Tensor or null, got 5');
    p.heldGrad = 5 as never;
    expect(() => new optim.SGD([p]).step()).toThrow(/SGD.step: grad must be a Tensor or null, got 5/);
  });

  it('prints its groups', () => {
    expect(String(new optim.SGD([parameter([1])], { lr: 0.5 }))).toBe(
      'SGD (\n  Parameter Group 0\n    dampening: 0\n    lr: 0.5\n    maximize: false\n    momentum: 0\n    nesterov: false\n    weightDecay: 0\n)',
    );
  });
});
