import { describe, expect, it } from 'vitest';
import { IndexError, ShapeError } from '../../lib/errors.js';
import '../../lib/autograd/engine.js';
import { clone } from '../../lib/ops/copy.js';
import '../../lib/ops/indexing.js';
import { cat, stack } from '../../lib/ops/joining.js';
import '../../lib/ops/scatter.js';
import '../../lib/ops/reshape.js';
import '../../lib/ops/subscript.js';
import '../../lib/ops/view.js';
import { arange, tensor } from '../../lib/ops/creation.js';
import type { Tensor } from '../../lib/tensor/tensor.js';

/** 0, 1, 2, … in a shape. */
function counting(...shape: number[]): Tensor {
  return arange(
    shape.reduce((a, b) => a * b, 1),
    { dtype: 'float64' },
  ).reshape(shape);
}

describe('views share memory', () => {
  it('transpose, select, narrow and slice show writes to their base', () => {
    const x = counting(3, 4);
    const view = x.transpose(0, 1).select(0, 1).slice(0, 0, 3, 2);
    x.data[1] = 100;
    x.data[9] = 200;
    expect(view.tolist()).toEqual([100, 200]);
    expect(view.storage).toBe(x.storage);
  });

  it('reshape of an uneven view copies, view refuses it', () => {
    const x = counting(2, 3).t();
    expect(x.reshape(6).tolist()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(() => x.view(6)).toThrow(ShapeError);
    expect(() => x.data).toThrow(/not contiguous.*contiguous\(\)\.data/);
    expect(counting(2, 3, 4).transpose(0, 1).view(3, 2, 2, 2).tolist()).toEqual(
      counting(2, 3, 4).transpose(0, 1).contiguous().view(3, 2, 2, 2).tolist(),
    );
  });

  it('expands without copying and refuses what does not fit', () => {
    const x = counting(3, 1).expand(2, -1, 4);
    expect(x.shape).toEqual([2, 3, 4]);
    expect(x.storage.array.length).toBe(3);
    expect(x.tolist()).toEqual([0, 1].map(() => [0, 1, 2].map((v) => [v, v, v, v])));
    expect(() => counting(3, 2).expand(3, 4)).toThrow(/size 4 at dimension 1 does not fit the input \[3, 2\]/);
  });
});

describe('gradients flow through views', () => {
  const cases: [string, (x: Tensor) => Tensor][] = [
    ['select', (x) => x.select(1, -1)],
    ['narrow', (x) => x.narrow(0, 1, 2)],
    ['slice with a step', (x) => x.slice(1, 0, 4, 2)],
    ['permute', (x) => x.permute(1, 0)],
    ['unsqueeze and squeeze', (x) => x.unsqueeze(1).squeeze(1)],
    ['flatten', (x) => x.t().flatten()],
    ['diagonal', (x) => x.diagonal(1)],
    ['cat', (x) => cat([x, x.narrow(0, 0, 1)], 0)],
    ['stack', (x) => stack([x, x], 1)],
    ['split', (x) => x.split([1, 3], 1)[1]],
    ['indexSelect with duplicates', (x) => x.indexSelect(0, tensor(Int32Array.of(2, 0, 2)))],
    ['gather', (x) => x.gather(1, tensor(Int32Array.of(0, 0, 3, 1), { shape: [2, 2] }))],
    ['flip', (x) => x.flip([0, 1])],
    ['index', (x) => x.index([0, 2], tensor(Int32Array.of(1, 1)))],
    ['maskedSelect', (x) => x.maskedSelect(tensor([true, false, true, false]))],
    ['clone', (x) => clone(x.t())],
  ];
  it.each(cases)('%s', (_, op) => {
    // A linear map: the gradient of <weights, op(x)> at x[k] is the sum of weights over the outputs that show x[k].
    const x = counting(3, 4).requiresGrad_();
    const out = op(x);
    const weights = arange(out.numel, { dtype: 'float64' }).reshape(out.shape);
    out.backward(weights);
    const expected = new Array(12).fill(0);
    for (let k = 0; k < out.numel; k++) expected[out.at(k)] += k;
    expect(Array.from(x.grad!.data)).toEqual(expected);
  });
});

describe('bad indices', () => {
  it('name the value, the position and the size', () => {
    const x = counting(3, 4);
    expect(() => x.select(0, 3)).toThrow(/select: index 3 is outside dimension 0 of size 3/);
    expect(() => x.indexSelect(1, tensor(Int32Array.of(0, 4)))).toThrow(IndexError);
    expect(() => x.indexSelect(1, tensor(Int32Array.of(0, 4)))).toThrow(/index 4 at position 1 .* size 4/);
    expect(() => x.gather(0, tensor(Int32Array.of(-1), { shape: [1, 1] }))).toThrow(/index -1 at position 0/);
    expect(() => x.indexSelect(1, tensor([1]))).toThrow(/index must be an int32 tensor, got float32/);
  });

  it('write nothing', () => {
    const x = counting(3, 2);
    const bad = tensor(Int32Array.of(0, 0, 7, 0), { shape: [2, 2] });
    expect(() => x.scatter_(0, bad, -1)).toThrow(IndexError);
    expect(x.tolist()).toEqual(counting(3, 2).tolist());
  });
});
