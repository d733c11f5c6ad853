import { describe, expect, it } from 'vitest';
import { AutogradError, nn, noGrad, ones, type Tensor, tensor, zeros } from '../../lib/index.js';

const leaf = (): Tensor => tensor([1, 2, 3], { requiresGrad: true });

describe('in-place idioms of PyTorch’s tutorials', () => {
  it('steps by hand, inside noGrad', () => {
    const p = leaf();
    p.square().sum().backward();
    noGrad(() => p.sub_(p.grad!, { alpha: 0.25 }));
    expect(p.tolist()).toEqual([0.5, 1, 1.5]);
    p.grad!.zero_();
    p.square().sum().backward();
    expect(p.grad!.tolist()).toEqual([1, 2, 3]);
    noGrad(() => p.mul_(2).clamp_(0, 2.5));
    expect([p.tolist(), p.requiresGrad, p.isLeaf]).toEqual([[1, 2, 2.5], true, true]);
  });

  it('writes through detach(), data, and views of a table', () => {
    const p = leaf();
    p.detach().add_(1);
    expect(p.tolist()).toEqual([2, 3, 4]);
    p.data.fill(7);
    expect(p.tolist()).toEqual([7, 7, 7]);
    const layer = new nn.Embedding(3, 2);
    noGrad(() => layer.weight.select(0, 1).copy_(tensor([5, 6])));
    noGrad(() => layer.weight.select(0, 0).fill_(0));
    expect(layer.forward([0, 1]).tolist()).toEqual([
      [0, 0],
      [5, 6],
    ]);
    nn.init.constant_(layer.weight, 2);
    expect([layer.weight.requiresGrad, layer.weight.at(5)]).toEqual([true, 2]);
  });

  it('changes a table between a lookup and its backward, whose gradient does not need it', () => {
    const layer = new nn.Embedding(3, 2);
    const out = layer.forward([0]);
    noGrad(() => layer.weight.mul_(2));
    out.sum().backward();
    expect(layer.weight.grad!.tolist()).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it('carries a state over between windows with detach() or detach_()', () => {
    const p = leaf();
    const state = p.mul(2);
    expect(state.detach_()).toBe(state);
    expect([state.isLeaf, state.requiresGrad, state.gradFn]).toEqual([true, false, null]);
    state.add_(1);
    expect(state.mul(p).sum().requiresGrad).toBe(true);
    expect(p.detach_().requiresGrad).toBe(false);
  });

  it('makes a leaf of what was filled in place', () => {
    const x = zeros([2])
      .add_(ones([2]))
      .requiresGrad_();
    x.mul(3).sum().backward();
    expect(x.grad!.tolist()).toEqual([3, 3]);
  });

  it('refuses in-place operations that would have to be recorded, and names the way out', () => {
    const calls: [(p: Tensor) => unknown, RegExp][] = [
      [(p) => p.add_(1), /add_: cannot change a leaf that requires a gradient in place; use noGrad/],
      [(p) => p.mul(2).add_(1), /add_: cannot change a tensor with a recorded history .* or an out-of-place operation/],
      [(p) => p.mul(2).maskedFill_(tensor([true, false, false]), 0), /maskedFill_: .* out-of-place operation/],
      [(p) => p.mul(2).relu_(), /relu_: .* out-of-place operation/],
      [(p) => zeros([3]).add_(p), /add_: an operand requires a gradient, .* use the out-of-place form/],
      [(p) => zeros([3]).copy_(p), /copy_: .*requires a gradient/],
    ];
    for (const [call, message] of calls) {
      const p = leaf();
      expect(() => call(p)).toThrow(AutogradError);
      expect(() => call(p)).toThrow(message);
      expect(p.tolist()).toEqual([1, 2, 3]);
    }
  });
});
