import { describe, expect, it } from 'vitest';
import { nn, optim, randn, ShapeError, tensor } from '../../lib/index.js';

describe('EmbeddingBag', () => {
  it('starts and prints as in PyTorch, and takes offsets by position or by name', () => {
    const bag = new nn.EmbeddingBag(10, 3, { mode: 'sum', paddingIdx: -1 });
    expect(bag.paddingIdx).toBe(9);
    expect(bag.toString()).toBe("EmbeddingBag(10, 3, mode='sum', padding_idx=9)");
    expect(bag.weight.narrow(0, 9, 1).tolist()).toEqual([[0, 0, 0]]);
    const ids = [1, 2, 9, 4];
    const named = bag.forward(ids, { offsets: [0, 2] });
    expect(bag.forward(ids, [0, 2]).tolist()).toEqual(named.tolist());
    expect(bag.forward(ids, Int32Array.of(0, 2)).tolist()).toEqual(named.tolist());
    const doubled = bag.forward(ids, [0, 2], tensor([2, 2, 2, 2]));
    expect(doubled.tolist()).toEqual(named.mul(2).tolist());
    expect(Object.keys(bag.stateDict())).toEqual(['weight']);
  });

  it('keeps the padding row zero through training, and restores it after an initialisation', () => {
    const bag = new nn.EmbeddingBag(6, 4, { paddingIdx: 2 });
    const optimizer = new optim.SGD(bag.parameters(), { lr: 0.1 });
    bag
      .forward([[1, 2, 3]])
      .sum()
      .backward();
    optimizer.step();
    expect(bag.weight.narrow(0, 2, 1).tolist()).toEqual([[0, 0, 0, 0]]);
    nn.init.uniform_(bag.weight, 1, 2);
    bag.zeroPaddingRow();
    expect(bag.weight.narrow(0, 2, 1).tolist()).toEqual([[0, 0, 0, 0]]);
    expect(bag.weight.at(0)).toBeGreaterThanOrEqual(1);
  });

  it('is frozen on a table made elsewhere, unless told otherwise', () => {
    const weights = randn([5, 2]);
    const frozen = nn.EmbeddingBag.fromPretrained(weights, { mode: 'max', includeLastOffset: true });
    expect([frozen.weight.requiresGrad, frozen.mode, frozen.includeLastOffset]).toEqual([false, 'max', true]);
    expect(frozen.forward([1, 2], [0, 2]).requiresGrad).toBe(false);
    expect(nn.EmbeddingBag.fromPretrained(weights, { freeze: false }).weight.requiresGrad).toBe(true);
    expect(() => nn.EmbeddingBag.fromPretrained(randn([5]))).toThrow(ShapeError);
  });
});
