import { describe, expect, it } from 'vitest';
import { autograd, type Tensor, tensor } from '../../lib/index.js';

function leaf(values: number[], dtype: 'float16' | 'bfloat16' = 'float16'): Tensor {
  const x = tensor(values).to(dtype);
  x.requiresGrad = true;
  return x;
}

describe('gradients of 16-bit tensors', () => {
  it('have their dtype, and add up through all uses of the tensor', () => {
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const x = leaf([1, 2, 4], dtype);
      x.mul(2).add(x.square()).add(x.to('float64').float()).sum().backward();
      expect(x.grad?.dtype).toBe(dtype);
      expect(x.grad?.tolist()).toEqual([5, 7, 11]);
    }
  });

  it('add up over several passes', () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    x.square().sum().backward();
    expect(x.grad?.dtype).toBe('float16');
    expect(x.grad?.tolist()).toEqual([4, 8]);
  });

  it('are summed in float32 and rounded once', () => {
    // 2048 + 1 is not a float16; 2048 + 1 + 1 is.
    const x = leaf([1]);
    const parts = [2048, 1, 1].map((factor) => x.mul(factor));
    parts[0].add(parts[1]).add(parts[2]).sum().backward();
    expect(x.grad?.item()).toBe(2050);
    const y = leaf([1, 1]);
    y.expand([4096, 2]).sum().backward();
    expect(y.grad?.tolist()).toEqual([4096, 4096]);
  });

  it('flow back through views, copies and selections', () => {
    const moves: [string, (x: Tensor) => Tensor, number[]][] = [
      ['slice', (x) => x.slice(0, 1, 3), [0, 1, 1, 0]],
      ['expand', (x) => x.expand([3, 4]), [3, 3, 3, 3]],
      ['repeat', (x) => x.repeat(2, 2), [4, 4, 4, 4]],
      ['flip', (x) => x.flip(0), [1, 1, 1, 1]],
      ['indexSelect', (x) => x.indexSelect(0, tensor([1, 1, 3], { dtype: 'int32' })), [0, 2, 0, 1]],
      ['gather', (x) => x.gather(0, tensor([0, 0, 2], { dtype: 'int32' })), [2, 0, 1, 0]],
      ['maskedSelect', (x) => x.maskedSelect(tensor([true, false, false, true])), [1, 0, 0, 1]],
      ['unbind', (x) => x.unbind(0)[2], [0, 0, 1, 0]],
      ['split', (x) => x.split(3)[0], [1, 1, 1, 0]],
    ];
    for (const [name, move, expected] of moves) {
      const x = leaf([1, 2, 3, 4]);
      const out = move(x);
      expect(out.dtype, name).toBe('float16');
      out.float().sum().backward();
      expect(x.grad?.dtype, name).toBe('float16');
      expect(x.grad?.tolist(), name).toEqual(expected);
    }
  });

  it('take a gradient of 16 bits from the caller, and give one', () => {
    const x = leaf([1, 2]);
    const out = x.flip(0);
    out.backward(tensor([3, 5]).half());
    expect(x.grad?.tolist()).toEqual([5, 3]);
    const [given] = autograd.grad(x.flip(0), x, [tensor([3, 5]).half()]);
    expect(given?.dtype).toBe('float16');
    expect(given?.tolist()).toEqual([5, 3]);
    const seed = tensor([3, 5]).half();
    const [own] = autograd.grad(x.reshape([2, 1]).reshape([2]), x, [seed]);
    expect(own?.storage).not.toBe(seed.storage);
    expect(() => x.flip(0).backward(tensor([3, 5]))).toThrow('gradient must be float16');
  });

  it('are kept on request in the middle of a graph', () => {
    const x = leaf([1, 2]);
    const y = x.flip(0);
    y.retainGrad();
    const loss = y.mul(3).sum();
    loss.backward(null, { retainGraph: true });
    loss.backward();
    expect(y.grad?.dtype).toBe('float16');
    expect(y.grad?.tolist()).toEqual([6, 6]);
    expect(x.grad?.tolist()).toEqual([6, 6]);
  });
});
