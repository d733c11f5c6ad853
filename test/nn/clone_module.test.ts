import { describe, expect, it } from 'vitest';
import { ArgumentError, nn, noGrad, ones, randn, type Tensor } from '../../lib/index.js';

describe('cloneModule', () => {
  it('copies containers, buffers and shared members', () => {
    class Tied extends nn.Module {
      first = new nn.Linear(2, 2);
      second = this.first;
      list = new nn.ModuleList([new nn.ReLU(), new nn.Linear(2, 3)]);
      named = new nn.ModuleDict({ a: new nn.Linear(1, 1) });
      sequence = new nn.Sequential({ x: new nn.Linear(2, 2), y: new nn.Tanh() });
      sizes = [1, 2];
      constructor() {
        super();
        this.registerBuffer('kept', ones([2]));
        this.registerBuffer('passing', ones([2]), { persistent: false });
        this.first.weight.requiresGrad = false;
      }
      forward(x: Tensor): Tensor {
        return this.sequence.forward(this.second.forward(x));
      }
    }
    const model = new Tied().eval();
    const copy = nn.cloneModule(model);
    expect(copy).toBeInstanceOf(Tied);
    expect(copy.first).toBe(copy.second);
    expect(copy.first).not.toBe(model.first);
    expect(copy.first.weight.requiresGrad).toBe(false);
    expect(copy.training).toBe(false);
    expect(String(copy)).toBe(String(model));
    expect(Object.keys(copy.stateDict())).toEqual(Object.keys(model.stateDict()));
    expect(copy.namedBuffers().map(([name]) => name)).toEqual(['kept', 'passing']);
    expect(copy.named.get('a').weight.tolist()).toEqual(model.named.get('a').weight.tolist());
    const x = randn([1, 2]);
    expect(copy.forward(x).tolist()).toEqual(model.forward(x).tolist());
    noGrad(() => copy.first.weight.zero_());
    expect(model.first.weight.abs().sum().item()).toBeGreaterThan(0);
    copy.sizes.push(3);
    expect(model.sizes).toEqual([1, 2]);
    expect(() => nn.cloneModule({} as never)).toThrow(ArgumentError);
  });
});
