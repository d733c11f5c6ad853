// What may take the place of a parameter or module, and what a walk over a module says of members that it can't find.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArgumentError, nn, ones, optim, randn, type Tensor, zeros } from '../../lib/index.js';

class Net extends nn.Module {
  fc = new nn.Linear(2, 2);
  scale = new nn.Parameter(ones([2]));
  note: unknown = 'text';
  forward(x: Tensor): Tensor {
    return this.fc.forward(x).mul(this.scale);
  }
}

const assign = (module: nn.Module, name: string, value: unknown) => {
  (module as unknown as Record<string, unknown>)[name] = value;
};

describe('assigning to a member', () => {
  const layers: [string, () => nn.Module, string][] = [
    ['Linear', () => new nn.Linear(2, 2), 'weight'],
    ['Linear bias', () => new nn.Linear(2, 2), 'bias'],
    ['Embedding', () => new nn.Embedding(2, 2), 'weight'],
    ['EmbeddingBag', () => new nn.EmbeddingBag(2, 2), 'weight'],
    ['LayerNorm', () => new nn.LayerNorm(2), 'weight'],
    ['LSTM', () => new nn.LSTM(2, 2), 'weight_ih_l0'],
    ['GRUCell', () => new nn.GRUCell(2, 2), 'weight_ih'],
    ['MultiheadAttention', () => new nn.MultiheadAttention(2, 1), 'in_proj_weight'],
  ];
  it.each(layers)('refuses a plain tensor at once: %s', (_, make, name) => {
    const module = make();
    const before = (module as unknown as Record<string, nn.Parameter>)[name];
    const shape = before.shape;
    expect(() => assign(module, name, randn(shape))).toThrow(ArgumentError);
    expect(() => assign(module, name, randn(shape))).toThrow(
      /is a parameter and takes a Parameter or null, got a Tensor; give it/,
    );
    expect(() => assign(module, name, 3)).toThrow(ArgumentError);
    expect(new Map(module.namedParameters()).get(name)).toBe(before);
    const other = new nn.Parameter(randn(shape));
    assign(module, name, other);
    expect(new Map(module.namedParameters()).get(name)).toBe(other);
    expect(module.stateDict()[name].tolist()).toEqual(other.tolist());
    assign(module, name, null);
    expect(new Map(module.namedParameters()).has(name)).toBe(false);
    expect(() => assign(module, name, randn(shape))).toThrow(ArgumentError);
    assign(module, name, other);
    expect(new Map(module.namedParameters()).get(name)).toBe(other);
  });

  it('of one’s own class does so once it was walked over', () => {
    const net = new Net();
    const names = net.namedParameters().map(([name]) => name);
    expect(names).toEqual(['scale', 'fc.weight', 'fc.bias']);
    expect(() => assign(net, 'scale', ones([2]))).toThrow(/^Net\.scale: is a parameter/);
    expect(() => assign(net, 'fc', ones([2]))).toThrow(
      /^Net\.fc: is a module and takes a Module or null, got a Tensor/,
    );
    assign(net, 'note', ones([2]));
    assign(net, 'fc', new nn.Linear(2, 3));
    expect(net.namedParameters().map(([, p]) => p.shape)).toEqual([[2], [3, 2], [3]]);
    expect(Object.keys(net)).toEqual(Object.keys(new Net()));
  });

  it('shares parameters, is cloned, and replaced by a state dict', () => {
    const a = new nn.Linear(2, 2);
    const b = new nn.Linear(2, 2);
    b.weight = a.weight;
    const both = new nn.Sequential(a, b);
    expect(both.parameters()).toHaveLength(3);
    const copy = nn.cloneModule(both);
    expect(copy.parameters()).toHaveLength(3);
    expect(copy.stateDict()).toEqual(both.stateDict());
    expect(() => assign(copy[0], 'weight', randn([2, 2]))).toThrow(ArgumentError);
    copy.loadStateDict({ ...both.stateDict(), '0.bias': zeros([2]), '0.weight': ones([2, 2]) }, { assign: true });
    expect((copy[0] as nn.Linear).bias?.tolist()).toEqual([0, 0]);
  });
});

describe('members that a walk does not find', () => {
  const warnings: string[] = [];
  let original: typeof process.emitWarning;
  beforeEach(() => {
    warnings.length = 0;
    original = process.emitWarning;
    process.emitWarning = ((message: string) => warnings.push(message)) as never;
  });
  afterEach(() => {
    process.emitWarning = original;
  });

  abstract class Holder extends nn.Module {
    forward(): void {}
  }

  it('in plain arrays, Maps, Sets and objects: one warning for each class', () => {
    class InArray extends Holder {
      layers = [new nn.Linear(2, 2)];
    }
    class InMap extends Holder {
      heads = new Map([['a', new nn.Linear(2, 2)]]);
    }
    class InSet extends Holder {
      heads = new Set([new nn.Parameter(ones([2]))]);
    }
    class InObject extends Holder {
      parts = { deep: [[new nn.Linear(2, 2)]] };
    }
    for (const make of [InArray, InMap, InSet, InObject]) {
      new make().parameters();
      new nn.Sequential(new make() as unknown as nn.Linear).parameters();
    }
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toMatch(
      /^InArray\.layers is an array that holds modules: .* use nn\.ModuleList or nn\.ModuleDict$/,
    );
    expect(warnings[1]).toMatch(/^InMap\.heads is a Map/);
    expect(warnings[2]).toMatch(/^InSet\.heads is a Set that holds parameters: .* use nn\.ParameterList$/);
    expect(warnings[3]).toMatch(/^InObject\.parts is a plain object/);
  });

  it('are none where each is found elsewhere, too', () => {
    class Alias extends Holder {
      a = new nn.Linear(2, 2);
      all = [this.a, this.a.weight];
      sizes = [1, 2, 3];
      table = new Map([['x', 1]]);
      self = { me: null as unknown };
      constructor() {
        super();
        this.self.me = this;
      }
    }
    new Alias().parameters();
    new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 4 }).parameters();
    new nn.AdaptiveLogSoftmaxWithLoss(4, 10, [2, 5]).parameters();
    expect(warnings).toEqual([]);
  });

  it('in #private fields: a warning when the first of them gets a gradient that nobody uses', () => {
    class Private extends nn.Module {
      readonly #hidden = new nn.Linear(2, 2);
      seen = new nn.Linear(2, 2);
      forward(x: Tensor): Tensor {
        return this.seen.forward(this.#hidden.forward(x));
      }
    }
    const net = new Private();
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      net
        .forward(ones([1, 2]))
        .sum()
        .backward();
      optimizer.step();
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^a Parameter of shape \[2(, 2)?\] got a gradient, but no optimizer trains it/);
    expect(warnings[0]).toContain('(classes with such fields: Private)');
  });
});
