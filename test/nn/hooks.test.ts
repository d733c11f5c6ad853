// Hooks on modules. The numbers are PyTorch 2.13's for the same modules, weights and inputs; they can be checked by hand.
import { describe, expect, it } from 'vitest';
import { ArgumentError, nn, noGrad, OptionError, ShapeError, type Tensor, tensor } from '../../lib/index.js';

/** y = x · [[1, 2], [3, 4]]ᵀ */
function linear(): nn.Linear {
  const layer = new nn.Linear(2, 2, { bias: false });
  layer.loadStateDict({
    weight: tensor([
      [1, 2],
      [3, 4],
    ]),
  });
  return layer;
}
const row = (...values: number[]) => tensor([values]);
const leaf = (...values: number[]) => row(...values).requiresGrad_();

describe('forward hooks', () => {
  it('see arguments and outputs, and may change both', () => {
    const layer = linear();
    const seen: unknown[] = [];
    const pre = layer.registerForwardPreHook((module, inputs) => {
      expect(module).toBe(layer);
      seen.push((inputs[0] as Tensor).tolist());
    });
    layer.registerForwardHook((module, inputs, output) => {
      expect(module).toBe(layer);
      seen.push((inputs[0] as Tensor).tolist(), (output as Tensor).tolist());
    });
    expect(layer.forward(row(1, 1)).tolist()).toEqual([[3, 7]]);
    expect(seen).toEqual([[[1, 1]], [[1, 1]], [[3, 7]]]);
    pre.remove();
    const double = layer.registerForwardPreHook((_, [x]) => (x as Tensor).mul(2));
    const plus = layer.registerForwardHook((_, __, y) => (y as Tensor).add(1));
    expect(layer.forward(row(1, 1)).tolist()).toEqual([[7, 15]]);
    double.remove();
    plus.remove();
    plus.remove();
    expect(layer.forward(row(1, 1)).tolist()).toEqual([[3, 7]]);
  });

  it('are called in order, with prepend before the others, inside containers and by layers, too', () => {
    const layer = linear();
    const order: string[] = [];
    layer.registerForwardHook(() => void order.push('a'));
    layer.registerForwardHook(() => void order.push('b'));
    layer.registerForwardHook(() => void order.push('first'), { prepend: true });
    layer.registerForwardPreHook(() => void order.push('pre'));
    new nn.Sequential(layer, new nn.Identity()).forward(row(1, 1));
    expect(order).toEqual(['pre', 'first', 'a', 'b']);
    const encoder = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 4, dropout: 0 });
    let calls = 0;
    for (const inner of [encoder.self_attn, encoder.linear1, encoder.norm2])
      inner.registerForwardHook(() => void calls++);
    encoder.forward(tensor([[[1, 2, 3, 4]]]));
    expect(calls).toBe(3);
  });

  it('leave a module as it was when they are gone', () => {
    const layer = linear();
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
    const keys = Object.keys(layer);
    const handle = layer.registerForwardHook(() => {});
    expect(Object.keys(layer)).toEqual(keys);
    expect(nn.cloneModule(layer).forward(row(1, 1)).tolist()).toEqual([[3, 7]]);
    handle.remove();
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
    const own = linear();
    own.forward = () => row(9, 9);
    own.registerForwardHook((_, __, y) => (y as Tensor).add(1)).remove();
    expect(own.forward(row(1, 1)).tolist()).toEqual([[9, 9]]);
  });

  it('with alwaysCall are called when forward throws, and the error comes through', () => {
    const layer = linear();
    const seen: unknown[] = [];
    layer.registerForwardHook((_, __, output) => void seen.push(output), { alwaysCall: true });
    layer.registerForwardHook(() => void seen.push('not this one'));
    expect(() => layer.forward(row(1, 2, 3))).toThrow(ShapeError);
    expect(seen).toEqual([undefined]);
  });

  it('may remove themselves', () => {
    const layer = linear();
    let calls = 0;
    const handle = layer.registerForwardHook(() => {
      calls++;
      handle.remove();
    });
    layer.forward(row(1, 1));
    layer.forward(row(1, 1));
    expect(calls).toBe(1);
  });
});

describe('backward hooks', () => {
  it('see the gradients of outputs and inputs', () => {
    const layer = linear();
    const x = leaf(1, 1);
    const order: unknown[] = [];
    layer.registerFullBackwardPreHook((_, [g]) => void order.push(['pre', g?.tolist()]));
    layer.registerFullBackwardHook((_, gradInput, gradOutput) => {
      order.push([gradInput.map((g) => g?.tolist()), gradOutput.map((g) => g?.tolist())]);
    });
    layer.forward(x).mul(row(1, 10)).sum().backward();
    expect(order).toEqual([
      ['pre', [[1, 10]]],
      [[[[31, 42]]], [[[1, 10]]]],
    ]);
    expect(x.grad?.tolist()).toEqual([[31, 42]]);
    expect(layer.weight.grad?.tolist()).toEqual([
      [1, 1],
      [10, 10],
    ]);
  });

  it('may change both', () => {
    const layer = linear();
    const x = leaf(1, 1);
    layer.registerFullBackwardPreHook((_, [g]) => [(g as Tensor).mul(2)]);
    layer.registerFullBackwardHook((_, [g]) => [(g as Tensor).add(0.5)]);
    layer.registerFullBackwardHook((_, [g]) => [(g as Tensor).mul(10)]);
    layer.forward(x).sum().backward();
    expect(layer.weight.grad?.tolist()).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(x.grad?.tolist()).toEqual([[85, 125]]);
  });

  it('are called without gradients of inputs where none requires one', () => {
    const layer = linear();
    const seen: unknown[] = [];
    const handle = layer.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradInput, gradOutput[0]?.tolist());
    });
    layer.forward(row(1, 1)).sum().backward();
    expect(seen).toEqual([[null], [[1, 1]]]);
    handle.remove();
    layer.registerFullBackwardHook(() => [row(1, 1)]);
    expect(() => layer.forward(row(1, 1)).sum().backward()).toThrow(/no input requires a gradient/);
  });

  it('know several inputs and outputs by their places, and what needs no gradient stays so', () => {
    class Two extends nn.Module {
      forward(a: Tensor, factor: number, b: Tensor): [Tensor, string, Tensor] {
        expect(b.requiresGrad).toBe(false);
        return [a.mul(factor), 'text', a.mul(b)];
      }
    }
    const two = new Two();
    const seen: unknown[] = [];
    two.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(
        gradInput.map((g) => g?.tolist() ?? null),
        gradOutput.map((g) => g?.tolist() ?? null),
      );
    });
    const a = leaf(1, 2);
    const [first, text, second] = two.forward(a, 3, row(5, 7));
    expect(text).toBe('text');
    first.sum().add(second.sum().mul(2)).backward();
    expect(seen).toEqual([
      [[[13, 17]], null, null],
      [[[1, 1]], null, [[2, 2]]],
    ]);
    const [, , only] = two.forward(a, 3, row(5, 7));
    only.sum().backward();
    expect(seen.slice(2)).toEqual([
      [[[5, 7]], null, null],
      [null, null, [[1, 1]]],
    ]);
  });

  it('keep what they were given: its memory is not used again', () => {
    const layer = linear();
    const kept: (Tensor | null)[] = [];
    layer.registerFullBackwardHook((_, [gradInput], [gradOutput]) => void kept.push(gradInput, gradOutput));
    for (let i = 1; i <= 20; i++) layer.forward(leaf(1, 1)).mul(i).sum().backward();
    expect(kept.map((g) => g?.tolist())).toEqual(
      Array.from({ length: 20 }, (_, i) => [[[4 * (i + 1), 6 * (i + 1)]], [[i + 1, i + 1]]]).flat(),
    );
  });

  it('work for layers with states and in stacks, and are silent without recording', () => {
    const lstm = new nn.LSTM(2, 3);
    let calls = 0;
    lstm.registerFullBackwardHook((_, gradInput) => {
      expect(gradInput[0]?.shape).toEqual([4, 1, 2]);
      calls++;
    });
    const x = tensor(new Float32Array(8), { shape: [4, 1, 2] }).requiresGrad_();
    const [output] = lstm.forward(x);
    output.sum().backward();
    expect(calls).toBe(1);
    noGrad(() => lstm.forward(x));
    expect(calls).toBe(1);
    const plain = new nn.LSTM(2, 3);
    plain.loadStateDict(lstm.stateDict());
    const y = tensor(new Float32Array(8), { shape: [4, 1, 2] }).requiresGrad_();
    plain.forward(y)[0].sum().backward();
    expect(x.grad).toEqual(y.grad);
  });

  it('must return gradients that fit', () => {
    const layer = linear();
    for (const [bad, message] of [
      [[], /must return 1 gradients, or nothing, got 0/],
      [[row(1, 1), row(1, 1)], /got 2/],
      [3, /got 3/],
      [[3], /gradient 0 must be a Tensor, got 3/],
      [[row(1)], /must have shape \[1, 2\], got \[1, 1\]/],
    ] as const) {
      const handle = layer.registerFullBackwardHook(() => bad);
      expect(() => layer.forward(leaf(1, 1)).sum().backward()).toThrow(message);
      handle.remove();
    }
  });
});

it('hooks are functions, with options that exist', () => {
  const layer = linear();
  for (const register of [
    'registerForwardPreHook',
    'registerForwardHook',
    'registerFullBackwardPreHook',
    'registerFullBackwardHook',
  ] as const) {
    expect(() => layer[register](3 as never)).toThrow(ArgumentError);
    expect(() => layer[register](() => {}, { prepend: 1 as never })).toThrow(ArgumentError);
    expect(() => layer[register](() => {}, { prepends: true } as never)).toThrow(OptionError);
  }
  expect(Object.hasOwn(layer, 'forward')).toBe(false);
});
