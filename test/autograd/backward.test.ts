import { describe, expect, it } from 'vitest';
import {
  AutogradError,
  autograd,
  DTypeError,
  enableGrad,
  isGradEnabled,
  nn,
  noGrad,
  ones,
  RowSparse,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });
const listOf = (grad: Tensor | null) => (grad === null ? null : grad.tolist());

describe('backward', () => {
  it('adds to the gradients of leaves, over calls and over uses', () => {
    const x = leaf([1, 2]);
    x.mul(x).sum().backward();
    expect(listOf(x.grad)).toEqual([2, 4]);
    x.mul(3).sum().backward();
    expect(listOf(x.grad)).toEqual([5, 7]);
    x.grad = null;
    x.add(x).add(x).sum().backward();
    expect(listOf(x.grad)).toEqual([3, 3]);
  });

  it('reaches leaves through every path of a diamond', () => {
    const x = leaf([2]);
    const y = x.mul(x);
    y.mul(3).add(y.mul(y)).sum().backward();
    expect(listOf(x.grad)).toEqual([2 * 2 * 3 + 4 * 2 ** 3]);
  });

  it('keeps apart what one sum of gradients is handed to', () => {
    // y's gradient is a sum that the walk made; add passes it to a and to b, and a has another path, recorded earlier.
    const a = leaf([1]);
    const b = leaf([1]);
    const other = a.mul(7);
    const y = a.add(b);
    y.mul(2).add(y.mul(3)).add(other).sum().backward();
    expect([listOf(a.grad), listOf(b.grad)]).toEqual([[12], [5]]);
    a.grad!.data[0] = 99;
    expect(listOf(b.grad)).toEqual([5]);
  });

  it('gives each leaf a gradient of its own, in memory of its own', () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    const c = leaf([[1, 2]]);
    a.add(b).add(c.reshape(2)).sum().backward();
    for (const x of [a, b, c]) expect(x.grad!.shape).toEqual(x.shape);
    a.grad!.data.fill(9);
    expect([listOf(b.grad), listOf(c.grad)]).toEqual([[1, 1], [[1, 1]]]);
    const second = leaf([5, 6]);
    const seed = tensor([1, 2]);
    second.mul(1).backward(seed);
    seed.data.fill(0);
    expect(listOf(second.grad)).toEqual([1, 2]);
  });

  it('takes the gradient of the output, and needs it unless there is one element', () => {
    const x = leaf([1, 2]);
    x.mul(2).backward(tensor([10, 100]));
    expect(listOf(x.grad)).toEqual([20, 200]);
    expect(() => x.mul(2).backward()).toThrow('a gradient can be left out only for a tensor with one element');
    expect(() => x.mul(2).backward(ones([3]))).toThrow("gradient must have the tensor's shape [2], got [3]");
    expect(() => x.mul(2).backward(ones([2], { dtype: 'float64' }))).toThrow('gradient must be float32');
    expect(() => tensor([1]).backward()).toThrow('does not require a gradient and has no gradFn');
    expect(() => x.sum().backward(null, { retaingraph: true } as object)).toThrow("did you mean 'retainGraph'?");
    const y = leaf(3);
    y.backward();
    expect(listOf(y.grad)).toBe(1);
  });

  it('runs twice only with retainGraph', () => {
    const x = leaf([3]);
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(listOf(x.grad)).toEqual([12]);
    expect(() => y.backward()).toThrow(AutogradError);
    expect(() => y.backward()).toThrow('was already run and its saved tensors are freed; pass { retainGraph: true }');
    expect(listOf(x.grad)).toEqual([12]);
  });

  it('notices a saved tensor that was changed in place', () => {
    const x = leaf([1, 2]);
    const factor = tensor([3, 4]);
    const y = x.mul(factor).sum();
    factor.mul_(2);
    expect(() => y.backward()).toThrow(
      /shape \[2\] that MulBackward0 saved was changed in place \(version 1, expected 0\)/,
    );
    const z = x.mul(factor.narrow(0, 0, 1)).sum();
    factor.uniform_();
    expect(() => z.backward()).toThrow('changed in place');
    // add saves nothing, so its operands may change
    const w = x.add(factor).sum();
    factor.zero_();
    w.backward();
    expect(listOf(x.grad)).toEqual([1, 1]);
  });

  it('refuses in-place changes that would lose history', () => {
    const x = leaf([1]);
    expect(() => x.add_(1)).toThrow('add_: cannot change a leaf that requires a gradient in place; use noGrad');
    expect(() => x.mul(2).mul_(2)).toThrow('a tensor with a recorded history');
    noGrad(() => x.add_(1));
    expect(x.tolist()).toEqual([2]);
    expect(() => zeros([1]).add_(x)).toThrow('an operand requires a gradient');
  });

  it('walks a chain of 50,000 operations', () => {
    const x = leaf([1]);
    let y = x.mul(1);
    for (let i = 0; i < 50_000; i++) y = y.add(0);
    y.sum().backward();
    expect(listOf(x.grad)).toEqual([1]);
  });

  it('leaves alone a leaf that was frozen after it was used', () => {
    const x = leaf([1]);
    const w = leaf([2]);
    const y = x.mul(w).sum();
    w.requiresGrad = false;
    y.backward();
    expect([listOf(x.grad), listOf(w.grad)]).toEqual([[2], null]);
  });

  it('passes gradients through views, and through indexing that repeats', () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.t().select(0, 1).narrow(0, 1, 1).mul(10).sum().backward();
    expect(listOf(x.grad)).toEqual([
      [0, 0, 0],
      [0, 10, 0],
    ]);
    x.grad = null;
    x.indexSelect(0, tensor(Int32Array.of(1, 1, 0)))
      .sum()
      .backward();
    expect(listOf(x.grad)).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    x.grad = null;
    x.reshape(3, 2).unsqueeze(0).expand(4, 3, 2).sum().backward();
    expect(listOf(x.grad)).toEqual([
      [4, 4, 4],
      [4, 4, 4],
    ]);
  });

  it('adds row-sparse gradients, to each other and to dense ones', () => {
    const weight = new nn.Parameter(ones([3, 2]));
    const table = nn.Embedding.fromPretrained(weight, { sparse: true, freeze: false }).weight;
    const look = (ids: number[]) => nn.functional.embedding(ids, table, { sparse: true });
    look([2, 0]).sum().backward();
    look([2]).sum().backward();
    expect(table.grad).toBeInstanceOf(RowSparse);
    expect((table.grad as RowSparse).indices.numel).toBe(3);
    expect((table.grad as RowSparse).toDense().tolist()).toEqual([
      [1, 1],
      [0, 0],
      [2, 2],
    ]);
    look([1]).sum().add(table.mul(10).sum()).backward();
    expect(table.grad).not.toBeInstanceOf(RowSparse);
    expect(listOf(table.grad)).toEqual([
      [11, 11],
      [11, 11],
      [12, 12],
    ]);
    expect(String(look([0]).detach())).toBe('tensor([[1., 1.]])');
  });

  it('detaches, clones and zeroes row-sparse gradients, and refuses views of them', () => {
    const table = new nn.Embedding(4, 2, { sparse: true });
    table.forward([1, 1, 2]).sum().backward();
    const grad = table.weight.grad as RowSparse;
    const rows = [
      [0, 0],
      [2, 2],
      [1, 1],
      [0, 0],
    ];
    const [same, copy] = [grad.detach(), grad.clone()];
    for (const other of [same, copy]) expect([other.isSparse, other.tolist()]).toEqual([true, rows]);
    grad.values.data.fill(3);
    expect([same.at(2), copy.at(2)]).toEqual([6, 2]);
    grad.zero_();
    expect([grad.indices.numel, grad.tolist()]).toEqual([0, rows.map(() => [0, 0])]);
    table.forward([3]).sum().backward();
    expect((table.weight.grad as RowSparse).toDense().select(0, 3).tolist()).toEqual([1, 1]);
    const views = [
      () => copy.view(8),
      () => copy.t(),
      () => copy.select(0, 1),
      () => copy.narrow(0, 0, 1),
      () => copy.unsqueeze(0),
      () => copy.expand(4, 2),
      () => copy.permute(1, 0),
      () => copy.flatten(),
      () => copy.softmax(0),
      () => nn.functional.mseLoss(copy, zeros([4, 2])),
      () => nn.init.normal_(copy),
    ];
    for (const view of views) {
      expect(view).toThrow(DTypeError);
      expect(view).toThrow(/row-sparse gradient.*; use toDense\(\) first/);
    }
  });

  it('prints a row-sparse gradient as PyTorch prints a sparse one', () => {
    const grad = new RowSparse(
      tensor(Int32Array.of(2, 0)),
      tensor([
        [1, 2],
        [3, 4],
      ]),
      [3, 2],
    );
    expect(String(grad)).toBe(
      'tensor(indices=tensor([[2, 0]]),\n       values=tensor([[1., 2.],\n                      [3., 4.]]),\n' +
        '       size=(3, 2), nnz=2, layout=torch.sparse_coo)',
    );
  });
});

describe('leaves and results', () => {
  it('know whether they are recorded', () => {
    const x = leaf([1]);
    const y = x.mul(2);
    expect([x.isLeaf, x.requiresGrad, y.isLeaf, y.requiresGrad]).toEqual([true, true, false, true]);
    expect(y.gradFn?.name).toBe('MulBackward0');
    expect(tensor([1]).mul(2).requiresGrad).toBe(false);
    expect(() => {
      y.requiresGrad = false;
    }).toThrow('can only be changed on leaves; use detach()');
    expect(() => tensor(Int32Array.of(1)).requiresGrad_()).toThrow('only floating-point tensors can require gradients');
  });

  it('detach shares memory and cuts the graph', () => {
    const x = leaf([1, 2]);
    const cut = x.mul(2).detach();
    expect([cut.requiresGrad, cut.isLeaf]).toEqual([false, true]);
    x.mul(cut).sum().backward();
    expect(listOf(x.grad)).toEqual([2, 4]);
    x.detach().data[0] = 5;
    expect(x.tolist()).toEqual([5, 2]);
  });

  it('of noGrad are not recorded; enableGrad records inside it, and both end with an error', () => {
    const x = leaf([1]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(() =>
      noGrad(() => {
        throw new Error('out');
      }),
    ).toThrow('out');
    expect(isGradEnabled()).toBe(true);
  });

  it('keep a non-leaf gradient only when asked', () => {
    const x = leaf([2]);
    const y = x.mul(3);
    const z = x.mul(5);
    y.retainGrad();
    y.add(z).mul(4).sum().backward();
    expect([listOf(y.grad), listOf(z.grad), listOf(x.grad)]).toEqual([[4], null, [32]]);
    expect(() => tensor([1]).retainGrad()).toThrow('does not require a gradient');
  });
});

describe('autograd.grad', () => {
  it('returns gradients and leaves those of the leaves alone', () => {
    const x = leaf([1, 2]);
    const w = leaf([3, 4]);
    const y = x.mul(w);
    const [dx, dy] = autograd.grad(y.mul(y).sum(), [x, y]);
    expect([listOf(dx), listOf(dy)]).toEqual([
      [2 * 3 * 3, 2 * 8 * 4],
      [6, 16],
    ]);
    expect([x.grad, w.grad]).toEqual([null, null]);
  });

  it('takes several outputs with their gradients', () => {
    const x = leaf([1, 2]);
    const [dx] = autograd.grad([x.mul(2), x.mul(3).sum()], x, [tensor([1, 10]), null]);
    expect(listOf(dx)).toEqual([5, 23]);
  });

  it('says which input was not used, or gives null', () => {
    const x = leaf([1]);
    const unused = leaf([1]);
    expect(() => autograd.grad(x.sum(), [x, unused])).toThrow('grad: inputs[1] was not used');
    expect(autograd.grad(x.sum(), [x, unused], null, { allowUnused: true })[1]).toBeNull();
    expect(() => autograd.grad(x.sum(), tensor([1]))).toThrow('inputs[0] does not require a gradient');
  });

  it('frees only what it walked', () => {
    const x = leaf([3]);
    const y = x.mul(x);
    const first = y.mul(y).sum();
    expect(listOf(autograd.grad(first, y)[0])).toEqual([18]);
    expect(listOf(autograd.grad(y.sum(), x)[0])).toEqual([6]);
  });
});
