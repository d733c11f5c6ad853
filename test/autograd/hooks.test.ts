// Hooks of tensors and modules, against PyTorch: test/torch/make_hooks.py has the same programs.
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AutogradError,
  autograd,
  DTypeError,
  enableGrad,
  nn,
  OptionError,
  optim,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { readFixture } from '../torch/read.js';

type Log = unknown[][];
type Hook = autograd.TensorHook;

const { cases } = readFixture<{ cases: { name: string; events: Log }[] }>('hooks');

function numbers(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof autograd.RowSparse) return value.toDense().tolist();
  return value instanceof Tensor ? value.detach().tolist() : (value as unknown[]).map(numbers);
}

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true });

function spy(log: Log, name: string, then: Hook = () => null): Hook {
  return (grad) => {
    log.push([name, numbers(grad)]);
    return then(grad);
  };
}

class Scale extends nn.Module {
  forward(input: Tensor, factor: number | { plus?: number } = 1, options: { plus?: number } = {}): Tensor {
    const { plus = 0 } = typeof factor === 'number' ? options : factor;
    return input.mul(typeof factor === 'number' ? factor : 1).add(plus);
  }
}

const programs: Record<string, (log: Log) => void> = {
  on_a_result(log) {
    const x = leaf(1, 2);
    const y = x.mul(3);
    y.retainGrad();
    y.registerHook(spy(log, 'first', (grad) => grad.mul(2)));
    y.registerHook(spy(log, 'second'));
    y.registerHook(spy(log, 'third', (grad) => grad.add(1)));
    y.mul(y).sum().backward();
    log.push(['y.grad', numbers(y.grad)], ['x.grad', numbers(x.grad)]);
  },
  on_a_leaf(log) {
    const x = leaf(1, 2);
    x.registerHook(spy(log, 'hook', (grad) => grad.mul(10)));
    x.registerPostAccumulateGradHook((t) => log.push(['after', numbers(t.grad)]));
    for (let i = 0; i < 2; i++) x.mul(x).add(x).sum().backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  used_many_times(log) {
    const x = leaf(2);
    const y = x.mul(1);
    y.registerHook(spy(log, 'once'));
    y.mul(y).add(y.mul(3)).add(y.exp().mul(0)).sum().backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  one_gradient_for_two(log) {
    const [a, b] = [leaf(1), leaf(2)];
    a.registerHook(spy(log, 'a', (grad) => grad.mul(2)));
    a.registerPostAccumulateGradHook((t) => {
      t.grad = null;
    });
    b.registerHook(spy(log, 'b'));
    a.add(b).sum().backward();
    log.push(['a.grad', numbers(a.grad)], ['b.grad', numbers(b.grad)]);
  },
  several_outputs(log) {
    const x = leaf(1, 2, 3, 4);
    const [first, second] = x.split(2);
    first.registerHook(spy(log, 'first', (grad) => grad.mul(2)));
    second.registerHook(spy(log, 'second', (grad) => grad.mul(3)));
    first.mul(1).sum().backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  asked_for_by_grad(log) {
    const x = leaf(1, 2);
    const y = x.mul(3);
    y.registerHook(spy(log, 'y', (grad) => grad.mul(2)));
    x.registerHook(spy(log, 'x', (grad) => grad.add(1)));
    x.registerPostAccumulateGradHook(() => log.push(['after']));
    const loss = y.mul(y).sum();
    for (const [name, t] of [['gy', y] as const, ['gx', x] as const]) {
      const [grad] = autograd.grad(loss, t, null, { retainGraph: true });
      log.push([name, numbers(grad)]);
    }
    log.push(['x.grad', numbers(x.grad)]);
  },
  removed(log) {
    const y = leaf(1).mul(2);
    const handle = y.registerHook(spy(log, 'gone'));
    y.registerHook(spy(log, 'left'));
    handle.remove();
    handle.remove();
    y.sum().backward();
  },
  the_same_twice(log) {
    const x = leaf(1);
    const hook = spy(log, 'hook', (grad) => grad.mul(2));
    const first = x.registerHook(hook);
    x.registerHook(hook);
    x.mul(1).sum().backward();
    first.remove();
    x.mul(1).sum().backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  on_the_root(log) {
    const x = leaf(3);
    const loss = x.mul(x).sum();
    loss.registerHook(spy(log, 'loss', (grad) => grad.mul(5)));
    loss.backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  on_a_sparse_table(log) {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const table = nn.Embedding.fromPretrained(tensor(rows), { freeze: false, sparse: true });
    // Rows have no arithmetic of their own: what a hook gives may be dense.
    table.weight.registerHook(spy(log, 'table', (grad) => (grad as autograd.RowSparse).toDense().mul(2)));
    table
      .forward(tensor([2, 0, 2], { dtype: 'int32' }))
      .sum()
      .backward();
    log.push(['table.grad', numbers(table.weight.grad)]);
  },
  steps_while_backward_goes_on(log) {
    const [a, b] = [leaf(1), leaf(2)];
    for (const [name, parameter] of Object.entries({ a, b })) {
      const optimizer = new optim.SGD([parameter], { lr: 0.5 });
      parameter.registerPostAccumulateGradHook((t) => {
        log.push([name, numbers(t.grad)]);
        optimizer.step();
        optimizer.zeroGrad();
      });
    }
    a.mul(b).mul(b).sum().backward();
    log.push(['a', numbers(a), numbers(a.grad)], ['b', numbers(b), numbers(b.grad)]);
  },
  backward_inside_a_hook(log) {
    const [x, other] = [leaf(1), leaf(4)];
    const y = x.mul(2);
    y.registerHook(() => {
      enableGrad(() => other.mul(other).add(x.mul(0)).sum().backward());
      log.push(['other.grad', numbers(other.grad)]);
    });
    y.add(other).sum().backward();
    log.push(['x.grad', numbers(x.grad)], ['other.grad', numbers(other.grad)]);
  },
  modules_and_tensors(log) {
    const module = new Scale();
    const x = leaf(1, 2);
    x.registerHook(spy(log, 'x'));
    module.registerForwardPreHook((_, inputs) => void log.push(['forward pre-hook', numbers(inputs[0])]));
    module.registerForwardHook((_, __, output) => {
      log.push(['forward hook', numbers(output)]);
      (output as Tensor).registerHook(spy(log, 'output', (grad) => grad.mul(2)));
    });
    module.registerFullBackwardPreHook((_, out) => void log.push(['backward pre-hook', numbers(out)]));
    module.registerFullBackwardHook((_, given, out) => {
      log.push(['backward hook', numbers(given.slice(0, 1)), numbers(out)]);
    });
    const y = module.forward(x, 3);
    y.registerHook(spy(log, 'y', (grad) => grad.add(1)));
    y.sum().backward();
    log.push(['x.grad', numbers(x.grad)]);
  },
  keyword_arguments(log) {
    const module = new Scale();
    const x = leaf(1, 2);
    const plusOf = (options: unknown) => (options as { plus?: number }).plus ?? null;
    module.registerForwardPreHook(
      (_, inputs, options) => {
        log.push(['before', inputs.length, numbers(inputs[0]), plusOf(options)]);
        return [[(inputs[0] as Tensor).mul(2), ...inputs.slice(1)], { plus: (plusOf(options) ?? 0) + 1 }];
      },
      { withKwargs: true },
    );
    module.registerForwardPreHook(
      (_, inputs, options) => void log.push(['again', inputs.length, numbers(inputs[0]), plusOf(options)]),
      { withKwargs: true },
    );
    module.registerForwardHook(
      (_, inputs, options, output) => {
        log.push(['behind', inputs.length, plusOf(options), numbers(output)]);
        return (output as Tensor).mul(10);
      },
      { withKwargs: true },
    );
    log.push(['output', numbers(module.forward(x, 3, { plus: 5 }))]);
    log.push(['output', numbers(module.forward(x))]);
  },
};

describe('hooks are called in PyTorch’s order, with its gradients', () => {
  it.each(cases)('$name', ({ name, events }) => {
    const log: Log = [];
    programs[name](log);
    expect(log).toEqual(events);
  });

  it('by every program', () => {
    expect(Object.keys(programs)).toEqual(cases.map(({ name }) => name));
  });
});

describe('a hook on a tensor', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse.
  const any = (value: unknown) => value as any;

  it('must be a function, on what requires a gradient', () => {
    expect(() => leaf(1).registerHook(any(5))).toThrow(
      new ArgumentError('registerHook: hook must be a function, got 5'),
    );
    expect(() => tensor([1]).registerHook(() => {})).toThrow(
      new AutogradError('registerHook: this tensor does not require a gradient'),
    );
    const after = 'registerPostAccumulateGradHook: ';
    expect(() => leaf(1).registerPostAccumulateGradHook(any(null))).toThrow(`${after}hook must be a function`);
    expect(() => tensor([1]).registerPostAccumulateGradHook(() => {})).toThrow(`${after}this tensor does not require`);
    expect(() =>
      leaf(1)
        .mul(2)
        .registerPostAccumulateGradHook(() => {}),
    ).toThrow(`${after}this tensor is no leaf`);
  });

  it('must give a gradient like the one that it got', () => {
    const wrong: [unknown, new (...args: never[]) => Error][] = [
      [5, ArgumentError],
      [zeros([2]), ShapeError],
      [zeros([1], { dtype: 'float64' }), DTypeError],
    ];
    for (const [given, kind] of wrong) {
      const x = leaf(1);
      x.registerHook(() => any(given));
      expect(() => x.mul(2).sum().backward()).toThrow(kind);
      expect(x.grad).toBe(null);
    }
  });

  it('may keep its gradient, and give one that is its own', () => {
    const kept: Tensor[] = [];
    const mine = tensor([7]);
    const [a, b] = [leaf(1), leaf(2)];
    a.registerHook((grad) => void kept.push(grad));
    b.registerHook(() => mine);
    for (let i = 0; i < 3; i++) a.add(b).sum().backward();
    expect(kept.map((grad) => grad.tolist())).toEqual([[1], [1], [1]]);
    expect([a.grad!.tolist(), b.grad!.tolist(), mine.tolist()]).toEqual([[3], [21], [7]]);
  });

  it('sees the gradient in the tensor’s own dtype', () => {
    const x = tensor([1, 2]).half().requiresGrad_();
    const dtypes: string[] = [];
    x.registerHook((grad) => {
      dtypes.push(grad.dtype);
      return grad.float().mul(2).half();
    });
    x.float().mul(3).sum().backward();
    expect(dtypes).toEqual(['float16']);
    expect([x.grad!.dtype, x.grad!.tolist()]).toEqual(['float16', [6, 6]]);
  });

  it('that throws stops backward, which can be made again', () => {
    const x = leaf(1);
    const y = x.mul(2);
    const handle = y.registerHook(() => {
      throw new Error('mine');
    });
    expect(() => y.sum().backward(undefined, { retainGraph: true })).toThrow('mine');
    handle.remove();
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([2]);
  });

  it('that goes backward through the same nodes leaves the walk around it whole', () => {
    const x = leaf(3);
    const y = x.mul(2);
    const z = y.mul(y);
    z.registerHook(() => enableGrad(() => y.sum().backward(undefined, { retainGraph: true })));
    z.add(x).sum().backward();
    expect(x.grad!.tolist()).toEqual([2 + 4 * 6 + 1]);
  });

  it('stays out of retainsGrad', () => {
    const y = leaf(1).mul(2);
    expect(y.retainsGrad).toBe(false);
    y.retainGrad();
    expect(y.retainsGrad).toBe(true);
    expect(leaf(1).retainsGrad).toBe(false);
  });
});

it('a forward pre-hook with keyword arguments gives both or nothing', () => {
  const module = new Scale();
  module.registerForwardPreHook(() => [1], { withKwargs: true });
  expect(() => module.forward(leaf(1))).toThrow(
    /^Scale: a forward pre-hook with withKwargs must return nothing or \[inputs/,
  );
  // biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse.
  expect(() => module.registerForwardHook(() => {}, { withKwarg: true } as any)).toThrow(OptionError);
});
