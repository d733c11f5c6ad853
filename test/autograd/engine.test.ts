import { describe, expect, it } from 'vitest';
import { autograd, nn, noGrad, ones, type RowSparse, tensor } from '../../lib/index.js';

const leaf = (values: number[]) => tensor(values, { dtype: 'float64', requiresGrad: true });

describe('accumulation', () => {
  it('adds over uses and over backward calls', () => {
    const x = leaf([1, 2, 3]);
    x.mul(x).add(x).sum().backward();
    expect(x.grad!.tolist()).toEqual([3, 5, 7]);
    x.sum().backward();
    expect(x.grad!.tolist()).toEqual([4, 6, 8]);
  });

  it('gives two leaves that receive one gradient memory of their own', () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    a.add(b).sum().backward();
    a.grad!.data[0] = 100;
    expect(b.grad!.tolist()).toEqual([1, 1]);
  });

  it('does the same for row-sparse gradients', () => {
    const a = new nn.Embedding(4, 2, { sparse: true });
    const b = new nn.Embedding(4, 2, { sparse: true });
    a.forward([1, 2])
      .add(b.forward([1, 2]))
      .sum()
      .backward();
    (a.weight.grad as RowSparse).values.data[0] = 100;
    expect((b.weight.grad as RowSparse).values.tolist()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('never keeps the tensor that the user passed as gradient', () => {
    const x = leaf([1, 2]);
    const upstream = tensor([1, 1], { dtype: 'float64' });
    x.add(0).backward(upstream);
    upstream.data[0] = 7;
    expect(x.grad!.tolist()).toEqual([1, 1]);
  });

  it('adds a second gradient without touching what another path still reads', () => {
    // The gradient of y reaches x directly, and again through the product, within one walk.
    const x = leaf([2, 3]);
    const y = x.add(0);
    y.add(x).mul(y).sum().backward();
    expect(x.grad!.tolist()).toEqual([8, 12]);
  });

  it('joins row-sparse gradients of two lookups', () => {
    const table = new nn.Embedding(5, 1, { sparse: true });
    table
      .forward([1, 2])
      .sum()
      .add(table.forward([2, 4]).sum())
      .backward();
    const grad = table.weight.grad as RowSparse;
    expect(grad.isCoalesced).toBe(false);
    expect(grad.coalesce().indices.tolist()).toEqual([1, 2, 4]);
    expect(grad.toDense().tolist()).toEqual([[0], [1], [2], [0], [1]]);
  });
});

describe('the graph', () => {
  it('refuses a second backward, and allows it on request', () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad!.tolist()).toEqual([4, 8]);
    expect(() => y.backward()).toThrow(/was already run.*retainGraph: true/);
  });

  it('notices that a saved tensor was changed in place', () => {
    const x = leaf([1, 2]);
    const factor = tensor([3, 4], { dtype: 'float64' });
    const y = x.mul(factor).sum();
    factor.add_(1);
    expect(() => y.backward()).toThrow(/MulBackward0 saved was changed in place \(version 1, expected 0\)/);
  });

  it('refuses to change a leaf that requires a gradient in place, except without recording', () => {
    const x = leaf([1, 2]);
    expect(() => x.add_(1)).toThrow(/cannot change a leaf that requires a gradient in place/);
    noGrad(() => x.add_(1));
    expect(x.tolist()).toEqual([2, 3]);
  });

  it('stops at detach and records nothing inside noGrad, also after an exception', () => {
    const x = leaf([1, 2]);
    expect(x.mul(2).detach().requiresGrad).toBe(false);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(() =>
      noGrad(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(x.mul(2).gradFn!.name).toBe('MulBackward0');
  });

  it('walks a graph of 100,000 operations', () => {
    const x = leaf([1]);
    let y = x.add(0);
    for (let i = 0; i < 100_000; i++) y = y.add(1);
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });

  it('needs a gradient for tensors of several elements, of their shape and dtype', () => {
    const x = leaf([1, 2]);
    expect(() => x.add(0).backward()).toThrow(/one element, this one has shape \[2\]/);
    expect(() => x.add(0).backward(ones([3], { dtype: 'float64' }))).toThrow(/shape \[2\], got \[3\]/);
    expect(() => x.add(0).backward(ones([2]))).toThrow(/float64 like the tensor, got float32/);
    expect(() => tensor([1]).backward()).toThrow(/does not require a gradient/);
    expect(() => x.sum().backward(null, { retain: true } as never)).toThrow(/unknown option 'retain'/);
  });

  it('keeps the gradient of a non-leaf on request', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    y.retainGrad();
    y.mul(y).sum().backward();
    expect(y.grad!.tolist()).toEqual([6, 12]);
    expect(x.grad!.tolist()).toEqual([18, 36]);
  });
});

describe('autograd.grad', () => {
  it('gives gradients without touching grad', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const z = y.mul(y).sum();
    const [gx, gy] = autograd.grad(z, [x, y]);
    expect(gx!.tolist()).toEqual([18, 36]);
    expect(gy!.tolist()).toEqual([6, 12]);
    expect(x.grad).toBeNull();
  });

  it('reports inputs that were not used', () => {
    const x = leaf([1]);
    const unused = leaf([1]);
    expect(() => autograd.grad(x.sum(), [unused])).toThrow(/inputs\[0\] was not used/);
    expect(autograd.grad(x.sum(), [unused], null, { allowUnused: true })).toEqual([null]);
    expect(() => autograd.grad(x.sum(), [tensor([1])])).toThrow(/inputs\[0\] does not require a gradient/);
  });
});
