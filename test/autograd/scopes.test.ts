// noGrad and enableGrad around asynchronous functions, and what they refuse.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AutogradError,
  enableGrad,
  isGradEnabled,
  nn,
  noGrad,
  ones,
  Tensor,
  tensor,
  withPrintOptions,
} from '../../lib/index.js';

describe('noGrad', () => {
  it('holds across await, and for nobody else', async () => {
    const seen: boolean[] = [];
    const inside = noGrad(async () => {
      seen.push(isGradEnabled());
      await sleep(5);
      seen.push(isGradEnabled());
      seen.push(enableGrad(() => isGradEnabled()));
      await enableGrad(async () => {
        await sleep(1);
        seen.push(isGradEnabled());
      });
      seen.push(isGradEnabled());
      const w = new nn.Parameter(ones([2]));
      return w.mul(2).requiresGrad;
    });
    const outside: boolean[] = [];
    for (let i = 0; i < 8; i++) {
      outside.push(isGradEnabled(), new nn.Parameter(ones([2])).mul(2).requiresGrad);
      await sleep(1);
    }
    expect(await inside).toBe(false);
    expect(seen).toEqual([false, false, true, true, false]);
    expect(new Set(outside)).toEqual(new Set([true]));
    expect(isGradEnabled()).toBe(true);
  });

  it('of several at once: each has its own state', async () => {
    const run = (value: boolean, ms: number) =>
      (value ? enableGrad : noGrad)(async () => {
        const seen: boolean[] = [];
        for (let i = 0; i < 5; i++) {
          await sleep(ms);
          seen.push(isGradEnabled());
          noGrad(() => seen.push(!isGradEnabled() === value));
        }
        return seen;
      });
    const [a, b] = await Promise.all([run(false, 1), run(true, 2)]);
    expect(a.filter((_, i) => i % 2 === 0)).toEqual(new Array(5).fill(false));
    expect(b.filter((_, i) => i % 2 === 0)).toEqual(new Array(5).fill(true));
    expect(isGradEnabled()).toBe(true);
  });

  it('is over when the asynchronous function throws, with its error', async () => {
    const failed = noGrad(async () => {
      await sleep(1);
      throw new RangeError('mine');
    });
    await expect(failed).rejects.toThrow('mine');
    expect(isGradEnabled()).toBe(true);
    expect(() =>
      noGrad(() => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
    expect(isGradEnabled()).toBe(true);
  });

  it('backward inside an asynchronous body leaves the state as it was', async () => {
    await noGrad(async () => {
      await sleep(1);
      const w = new nn.Parameter(ones([2]));
      enableGrad(() => w.mul(3).sum()).backward();
      expect(w.grad?.tolist()).toEqual([3, 3]);
      expect(isGradEnabled()).toBe(false);
    });
  });

  it('refuses what it could not hold for', () => {
    const promise = /noGrad: the function returned a promise.*; write noGrad\(async \(\) => { … }\)/;
    expect(() => noGrad(() => sleep(1))).toThrow(promise);
    expect(() => noGrad(() => Promise.reject(new Error('unheard')))).toThrow(ArgumentError);
    expect(() => noGrad(function* () {} as never)).toThrow(/generator function/);
    expect(() => noGrad((() => (function* () {})()) as never)).toThrow(/generator/);
    expect(() => withPrintOptions({ precision: 2 }, () => sleep(1))).toThrow(/withPrintOptions: .* promise/);
    for (const bad of [undefined, null, 3, {}, ones([2])]) {
      expect(() => noGrad(bad as never)).toThrow(/noGrad: takes a function that runs within/);
      expect(() => enableGrad(bad as never)).toThrow(ArgumentError);
      expect(() => withPrintOptions({}, bad as never)).toThrow(ArgumentError);
    }
    expect(isGradEnabled()).toBe(true);
  });
});

describe('backward without a gradient', () => {
  it.each(['float16', 'bfloat16'] as const)('starts with 1 in %s', (dtype) => {
    const w = new nn.Parameter(tensor([0.5]));
    w.to(dtype).backward();
    expect(w.grad?.tolist()).toEqual([1]);
    const v = new nn.Parameter(tensor([0.5]));
    v.to(dtype).to('float32').sum().backward();
    expect(v.grad?.tolist()).toEqual([1]);
  });

  it('says what keeps it from starting', () => {
    const frozen = new nn.Linear(2, 2).requiresGrad_(false);
    expect(() =>
      frozen
        .forward(ones([1, 2]))
        .sum()
        .backward(),
    ).toThrow(/is every parameter frozen\?/);
    const model = new nn.Linear(2, 2);
    expect(() => model.forward(ones([1, 2])).backward()).toThrow(/reduce it first, as in loss\.mean\(\)\.backward\(\)/);
    expect(() => Tensor.prototype.backward.call(ones([1]))).toThrow(AutogradError);
  });
});
